import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HttpApi, HttpMethod, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { SigningKey } from '../../lib/signing-key.ts';
import { TokenAuthorizer } from '../../lib/token-authorizer.ts';
import { appWithoutBundling } from '../support/infra/synthesize.ts';

/** Somebody's own stack with the authorizer, before an API that the test adds. */
function ownStack(addApi: (stack: Stack, authorizer: TokenAuthorizer) => void): Template {
  const stack = new Stack(appWithoutBundling(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const tenant = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
  const routes = { 'GET /foo': ['read:foo'], $connect: ['read:foo'] };
  addApi(stack, new TokenAuthorizer(stack, 'Authorizer', { ...tenant, signingKey, routes, gatewayTtlSeconds: 30 }));
  return Template.fromStack(stack);
}

describe('the token authorizer before an HTTP API', () => {
  const template = ownStack((stack, { httpAuthorizer: authorizer }) => {
    const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
    new HttpApi(stack, 'Api').addRoutes({ path: '/foo', methods: [HttpMethod.GET], integration, authorizer });
  });

  it('gives simple answers of payload 2.0, each for one credential, route, method and path', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 30,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey', '$context.httpMethod', '$context.path'],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /foo', AuthorizationType: 'CUSTOM' });
  });

  it('makes no authorizer of a REST API, which none would use', () => {
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
  });
});

describe('the token authorizer before a WebSocket API', () => {
  it('stands before $connect, and asks for the header', () => {
    const template = ownStack((stack, { webSocketAuthorizer: authorizer }) => {
      const integration = new WebSocketMockIntegration('Connect');
      new WebSocketApi(stack, 'Api', { connectRouteOptions: { integration, authorizer } });
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: ['route.request.header.Authorization'],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });
});

describe('the token authorizer before one REST API', () => {
  it('is one authorizer, however often it is asked for', () => {
    const stack = new Stack(appWithoutBundling(), 'Own');
    const signingKey = new SigningKey(stack, 'SigningKey');
    const props = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api', signingKey };
    const authorizer = new TokenAuthorizer(stack, 'Authorizer', props);
    expect(authorizer.restAuthorizer).toBe(authorizer.restAuthorizer);
  });
});
