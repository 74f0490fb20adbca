import { App } from 'aws-cdk-lib';
import { RestApiStack } from '../lib/rest-api-stack';

new RestApiStack(new App(), 'RestApiExample');
