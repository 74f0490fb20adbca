const { App } = require('aws-cdk-lib');
const { WebSocketApiStack } = require('../lib/websocket-api-stack.js');

new WebSocketApiStack(new App(), 'WebSocketApiExample');
