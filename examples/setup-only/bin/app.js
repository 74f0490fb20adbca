import { App } from 'aws-cdk-lib';
import { SetupStack } from '../lib/setup-stack.js';

new SetupStack(new App(), 'SetupOnlyExample');
