/**
 * The observer of an acceptance run: a CDK application of its own, beside the one that is accepted. Its APIs show how API
 * Gateway behaves, and what the authorizer does if its issuer does not exist. It never reaches the tenant.
 */
import { readFileSync } from 'node:fs';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  GatewayResponse,
  IdentitySource,
  LambdaIntegration,
  MockIntegration,
  RequestAuthorizer,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AuthorizerFunction } from '../lib/authorizer-function.ts';
import { GatewayResponses } from '../lib/gateway-responses.ts';
import { SigningKey } from '../lib/signing-key.ts';
import { NO_ISSUER, OBSERVER_AUDIENCE } from '../local/acceptance/nowhere.ts';

/** The types that API Gateway may use if an authorizer fails. Their bodies say which one it was. */
const OBSERVED_TYPES = [
  'UNAUTHORIZED',
  'ACCESS_DENIED',
  'AUTHORIZER_FAILURE',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
];

process.umask(0o022);

/** Two paths and two methods behind an authorizer with the same identity sources as ours. */
function addRestApi(stack: Stack, observer: LambdaFunction, resultsCacheTtl: Duration): void {
  const restApi = new RestApi(stack, 'Rest', { cloudWatchRole: false });
  const names = ['httpMethod', 'domainName', 'path'].map((name) => IdentitySource.context(name));
  const authorizer = new RequestAuthorizer(stack, 'RestAuthorizer', {
    handler: observer,
    identitySources: [IdentitySource.header('Authorization'), ...names],
    resultsCacheTtl,
  });
  const integration = new LambdaIntegration(observer);
  const options = { authorizer, authorizationType: AuthorizationType.CUSTOM };
  const shape = restApi.root.addResource('shape');
  shape.addMethod('GET', integration, options);
  shape.addMethod('POST', integration, options);
  restApi.root.addResource('other').addMethod('GET', integration, options);
  for (const name of OBSERVED_TYPES) {
    new GatewayResponse(stack, `Rest${name}`, {
      restApi: restApi.root.api,
      type: ResponseType.of(name),
      templates: { 'application/json': JSON.stringify({ entry: name, type: '$context.error.responseType' }) },
    });
  }
  new CfnOutput(stack, 'ObserverRestUrl', { value: restApi.url });
}

function addHttpApi(stack: Stack, observer: LambdaFunction, resultsCacheTtl: Duration): void {
  const httpApi = new HttpApi(stack, 'Http');
  const authorizer = new HttpLambdaAuthorizer('HttpAuthorizer', observer, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization', '$context.routeKey'],
    resultsCacheTtl,
  });
  const integration = new HttpLambdaIntegration('HttpIntegration', observer);
  httpApi.addRoutes({ path: '/shape', methods: [HttpMethod.GET], integration, authorizer });
  new CfnOutput(stack, 'ObserverHttpUrl', { value: httpApi.apiEndpoint });
}

/** The real authorizer and its gateway responses, with an issuer that nobody can reach. */
function addUnreachableApi(stack: Stack, resultsCacheTtl: Duration): void {
  const authorizer = new AuthorizerFunction(stack, 'UnreachableAuthorizer', {
    issuer: NO_ISSUER,
    audience: OBSERVER_AUDIENCE,
    signingKey: new SigningKey(stack, 'SigningKey'),
    routes: { 'GET /foo': ['read:foo'] },
    resultsCacheTtl,
  });
  const restApi = new RestApi(stack, 'Unreachable', { cloudWatchRole: false });
  const options = { authorizer: authorizer.restAuthorizer, authorizationType: AuthorizationType.CUSTOM };
  restApi.root.addResource('foo').addMethod('GET', new MockIntegration(), options);
  new GatewayResponses(stack, 'Responses', { restApi, audience: OBSERVER_AUDIENCE });
  new CfnOutput(stack, 'UnreachableUrl', { value: restApi.url });
}

const app = new App();
const stack = new Stack(app, app.node.getContext('stackName'), {
  description: 'Observes API Gateway during an acceptance run of the Auth0 authorizer. Safe to delete.',
});
const resultsCacheTtl = Duration.seconds(Number(app.node.getContext('gatewayTtlSeconds')));
const observer = new LambdaFunction(stack, 'Observer', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  logGroup: new LogGroup(stack, 'Logs', { retention: RetentionDays.ONE_DAY, removalPolicy: RemovalPolicy.DESTROY }),
  code: Code.fromInline(readFileSync(new URL('../local/acceptance/observer.cjs', import.meta.url), 'utf8')),
});
addRestApi(stack, observer, resultsCacheTtl);
addHttpApi(stack, observer, resultsCacheTtl);
addUnreachableApi(stack, resultsCacheTtl);
app.synth();
