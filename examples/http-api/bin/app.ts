import { App } from 'aws-cdk-lib';
import { HttpApiStack } from '../lib/http-api-stack.js';

new HttpApiStack(new App(), 'HttpApiExample');
