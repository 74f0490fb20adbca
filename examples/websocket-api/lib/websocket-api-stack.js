const { join } = require('node:path');
const { Auth0Authorizer } = require('auth0-api-authorizer');
const { CfnOutput, Stack } = require('aws-cdk-lib');
const { WebSocketApi, WebSocketStage } = require('aws-cdk-lib/aws-apigatewayv2');
const { WebSocketLambdaIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');
const { Code, Function: LambdaFunction, Runtime } = require('aws-cdk-lib/aws-lambda');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');

class WebSocketApiStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const auth = new Auth0Authorizer(this, 'Auth', {
      issuer: this.node.getContext('issuer'),
      audience: this.node.getContext('audience'),
      managementSecret: Secret.fromSecretNameV2(this, 'Management', this.node.getContext('managementSecret')),
      // Browsers cannot send `Authorization` here. They send the token as the second of two subprotocols:
      // new WebSocket(url, ['bearer', `bearer.${base64url(token)}`])
      webSocketSubprotocols: true,
    });

    const connectHandler = new LambdaFunction(this, 'ConnectHandler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'connect.handler',
      code: Code.fromAsset(join(__dirname, '..', 'functions')),
    });
    const messageHandler = new LambdaFunction(this, 'Messages', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    });
    const webSocketApi = new WebSocketApi(this, 'Api');
    const connect = webSocketApi.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('Connect', connectHandler),
    });
    auth.protect(connect, ['chat']);
    webSocketApi.addRoute('message', { integration: new WebSocketLambdaIntegration('Message', messageHandler) });
    const stage = new WebSocketStage(this, 'Stage', { webSocketApi, stageName: 'prod', autoDeploy: true });

    new CfnOutput(this, 'Url', { value: stage.url });
  }
}

module.exports = { WebSocketApiStack };
