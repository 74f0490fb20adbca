/** What a route requires, said where the API defines it. */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, LambdaRestApi, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import type { RouteSettings } from '../../src/core/routes.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
const backend = () => new HttpUrlIntegration('Backend', 'https://backend.example');

function own(routes?: RouteSettings) {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const props = { ...TENANT, signingKey, ...(routes && { routes }) };
  return { stack, authorizer: new AuthorizerFunction(stack, 'Authorizer', props) };
}

/** The logical ID of the API's deployment, which changes when CDK sees a change of the API. */
function deploymentId(stack: Stack): string | undefined {
  return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment'))[0];
}

describe('protect, for a REST API', () => {
  it('adds the route to the map and puts the method behind the authorizer', () => {
    const { stack, authorizer } = own();
    const { root } = new RestApi(stack, 'Api');
    const order = root.addResource('orders').addResource('{id}');
    authorizer.protect(order.addMethod('GET', new MockIntegration()), ['read:orders']);
    authorizer.protect(root.addMethod('ANY', new MockIntegration()), { anyOf: ['a', 'b'] });
    expect(authorizer.routes).toEqual({ 'GET /orders/{id}': ['read:orders'], 'ANY /': { anyOf: ['a', 'b'] } });
    const template = Template.fromStack(stack);
    const [authorizerId] = Object.keys(template.findResources('AWS::ApiGateway::Authorizer'));
    template.allResourcesProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: authorizerId },
    });
    expect(JSON.stringify(template.toJSON())).toContain(String.raw`\"GET /orders/{id}\":[\"read:orders\"]`);
  });

  it('does the same for a method that already uses the authorizer', () => {
    const { stack, authorizer } = own();
    const api = new RestApi(stack, 'Api', {
      defaultMethodOptions: { authorizer: authorizer.restAuthorizer },
      defaultCorsPreflightOptions: { allowOrigins: ['*'] },
    });
    authorizer.protect(api.root.addMethod('GET', new MockIntegration()), []);
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
    });
  });

  it('makes CDK deploy the API again when an open method becomes protected', () => {
    const open = own({ 'GET /other': [] });
    new RestApi(open.stack, 'Api').root.addMethod('GET', new MockIntegration());
    const closed = own({ 'GET /other': [] });
    closed.authorizer.protect(new RestApi(closed.stack, 'Api').root.addMethod('GET', new MockIntegration()), []);
    expect(deploymentId(closed.stack)).not.toBe(deploymentId(open.stack));
  });

  it('stops synthesis for a method behind the authorizer whose requirement is missing', () => {
    const { stack, authorizer } = own();
    const { root } = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer: authorizer.restAuthorizer } });
    authorizer.protect(root.addMethod('GET', new MockIntegration()), []);
    root.addResource('admin').addMethod('DELETE', new MockIntegration());
    expect(() => Template.fromStack(stack)).toThrow(
      /\[Own\/Authorizer\/Rest\] The route "DELETE \/admin" is behind the authorizer, but nothing says what it requires/,
    );
  });

  it('accepts an API that is a proxy, whose routes are in the map', () => {
    const { stack, authorizer } = own({ 'GET /orders/{id}': ['read:orders'], 'GET /health': 'public' });
    const handler = new LambdaFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 })'),
    });
    const options = { authorizer: authorizer.restAuthorizer };
    new LambdaRestApi(stack, 'Api', { handler, defaultMethodOptions: options });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('refuses a method that has another authorizer, two requirements, a wrong scope, or what is not a route', () => {
    const { stack, authorizer } = own();
    const { root } = new RestApi(stack, 'Api');
    const other = new AuthorizerFunction(stack, 'Other', { ...TENANT, signingKey: new SigningKey(stack, 'Key2') });
    const taken = root.addMethod('PUT', new MockIntegration(), { authorizer: other.restAuthorizer });
    expect(() => authorizer.protect(taken, [])).toThrow('Own/Api/Default/PUT: The method has another authorizer.');
    const method = root.addMethod('GET', new MockIntegration());
    authorizer.protect(method, ['read:a']);
    expect(() => authorizer.protect(method, ['read:b'])).toThrow('The route "GET /" has two requirements');
    expect(() => authorizer.protect(method, ['read:a'])).not.toThrow();
    const post = root.addMethod('POST', new MockIntegration());
    expect(() => authorizer.protect(post, ['two words'])).toThrow(/^Own\/Api\/Default\/POST: requirement: got/);
    expect(() => authorizer.protect(stack as never, [])).toThrow('Own: This is not a route.');
  });

  it('refuses an IAM-authorized method instead of weakening it', () => {
    const { stack, authorizer } = own();
    const options = { authorizationType: AuthorizationType.IAM };
    const method = new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), options);
    expect(() => authorizer.protect(method, [])).toThrow(
      'Own/Api/Default/GET: The method already has the authorization type AWS_IAM.',
    );
  });
});

describe('protect, for HTTP and WebSocket APIs', () => {
  it('adds the routes to the map and puts them behind one authorizer', () => {
    const { stack, authorizer } = own();
    const api = new HttpApi(stack, 'Api');
    const methods = [HttpMethod.GET, HttpMethod.POST];
    authorizer.protect(api.addRoutes({ path: '/orders', methods, integration: backend() }), ['orders']);
    const integration = new WebSocketMockIntegration('Connect');
    authorizer.protect(new WebSocketApi(stack, 'Ws').addRoute('$connect', { integration }), ['connect']);
    expect(authorizer.routes).toEqual({ 'GET /orders': ['orders'], 'POST /orders': ['orders'], $connect: ['connect'] });
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'CUSTOM' });
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 2);
  });

  it('does the same for routes that already use the authorizer', () => {
    const { stack, authorizer } = own();
    const options = { path: '/orders', integration: backend(), authorizer: authorizer.httpAuthorizer };
    authorizer.protect(new HttpApi(stack, 'Api').addRoutes({ ...options, methods: [HttpMethod.GET] }), []);
    Template.fromStack(stack).resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
  });

  it.each([
    ['GET /orders', '/orders'],
    ['GET /{proxy+}', '/{proxy+}'],
  ])('stops synthesis for %s behind the authorizer if the map does not mention it', (key, path) => {
    const { stack, authorizer } = own({ 'POST /orders': [] });
    const options = { path, integration: backend(), authorizer: authorizer.httpAuthorizer };
    new HttpApi(stack, 'Api').addRoutes({ ...options, methods: [HttpMethod.GET] });
    expect(() => Template.fromStack(stack)).toThrow(`[Own/Authorizer] The route "${key}" is behind the authorizer`);
  });

  it('stops synthesis for $connect without a requirement', () => {
    const { stack, authorizer } = own({ 'GET /': [] });
    const connectRouteOptions = {
      integration: new WebSocketMockIntegration('Connect'),
      authorizer: authorizer.webSocketAuthorizer,
    };
    new WebSocketApi(stack, 'Ws', { connectRouteOptions });
    expect(() => Template.fromStack(stack)).toThrow('The route "$connect" is behind the authorizer');
  });
});

describe('an authorizer without any route', () => {
  it('stops synthesis and says what to call', () => {
    expect(() => Template.fromStack(own().stack)).toThrow(
      'Own/Authorizer: No route has a requirement. Call protect(route, [...]) for a route of an API, or set routes.',
    );
  });
});
