/** An application of somebody else: this project's constructs in front of an HTTP API and a WebSocket API. */
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Auth0Setup } from '../../../lib/auth0-setup.ts';
import { AuthorizerFunction } from '../../../lib/authorizer-function.ts';
import { ResourceMetadata } from '../../../lib/resource-metadata.ts';
import { SigningKey } from '../../../lib/signing-key.ts';

const app = new App();
const stack = new Stack(app, 'ApiKinds');
const issuer: string = app.node.getContext('issuer');
const managementSecret = Secret.fromSecretNameV2(stack, 'Management', app.node.getContext('managementSecret'));
const audience = 'https://demo.api';

const signingKey = new SigningKey(stack, 'SigningKey');
const setup = new Auth0Setup(stack, 'Auth0Setup', { tenantUrl: issuer, audience, managementSecret, signingKey });
const authorizer = new AuthorizerFunction(stack, 'Authorizer', {
  issuer,
  audience,
  signingKey,
  publicUrl: audience,
  resourceMetadata: true,
  routes: { 'GET /foo': ['read:foo'], 'POST /foo': ['create:foo'], $connect: ['read:foo'] },
  resultsCacheTtl: Duration.seconds(0),
  basicTokenUsers: ['token'],
  dpop: 'accepted',
  mtls: 'accepted',
  webSocketSubprotocols: true,
  principalToken: true,
  principalTokenAudience: 'orders',
  principalTokenRotation: Duration.days(0),
});
authorizer.node.addDependency(setup);

const echo = new LambdaFunction(stack, 'Echo', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async (event) => event.requestContext.authorizer.lambda'),
});
const httpApi = new HttpApi(stack, 'HttpApi');
httpApi.addRoutes({
  path: '/foo',
  methods: [HttpMethod.GET, HttpMethod.POST],
  integration: new HttpLambdaIntegration('Echo', echo),
  authorizer: authorizer.httpAuthorizer,
});

new ResourceMetadata(stack, 'Metadata', { api: httpApi, authorizer });

const connect = new LambdaFunction(stack, 'Connect', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'connect.handler',
  code: Code.fromAsset('examples/websocket-api/functions'),
});
const webSocketApi = new WebSocketApi(stack, 'WebSocketApi', {
  connectRouteOptions: {
    integration: new WebSocketLambdaIntegration('Connect', connect),
    authorizer: authorizer.webSocketAuthorizer,
  },
});
new WebSocketStage(stack, 'Stage', { webSocketApi, stageName: 'prod', autoDeploy: true });

new CfnOutput(stack, 'HttpApiId', { value: httpApi.httpApiId });
new CfnOutput(stack, 'PrincipalTokenIssuer', { value: authorizer.principalToken?.issuer ?? '' });
new CfnOutput(stack, 'PrincipalTokenJwksUrl', { value: authorizer.principalToken?.jwksUrl ?? '' });
new CfnOutput(stack, 'WebSocketApiId', { value: webSocketApi.apiId });
app.synth();
