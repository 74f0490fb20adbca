/** What a route requires, said where the API defines it. */
import { App, Aspects, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, LambdaRestApi, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, type HttpRoute, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerFunctionProps } from '../../lib/authorizer-function-props.ts';
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

  it('restricts a route to an audience, which must be accepted', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const props = { ...TENANT, audiences: ['https://old.api'], signingKey: new SigningKey(stack, 'SigningKey') };
    const authorizer = new AuthorizerFunction(stack, 'Authorizer', props);
    const { root } = new RestApi(stack, 'Api');
    const requirement = { allOf: ['read:a'], audience: 'https://old.api' };
    authorizer.protect(root.addMethod('GET', new MockIntegration()), requirement);
    expect(authorizer.routes).toEqual({ 'GET /': requirement });
    const post = root.addMethod('POST', new MockIntegration());
    expect(() => authorizer.protect(post, { anyOf: ['a'], audience: 'https://other.api' })).toThrow(
      'Own/Api/Default/POST: "POST /" requires the audience "https://other.api", which is not accepted; add it to "audiences"',
    );
    expect(() => own({ 'GET /a': { allOf: [], audience: 'https://old.api' } })).toThrow(
      'routes: "GET /a" requires the audience "https://old.api", which is not accepted',
    );
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

describe('protect, for a REST API that is a proxy', () => {
  it('also closes the method of the root that CDK adds', () => {
    const { stack, authorizer } = own();
    const defaultIntegration = new MockIntegration();
    const { anyMethod } = new RestApi(stack, 'Api', { defaultIntegration }).root.addProxy();
    if (anyMethod) authorizer.protect(anyMethod, ['read:all']);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ApiGateway::Method', 2);
    template.allResourcesProperties('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' });
  });

  it('leaves a method of the root alone that has another authorization type', () => {
    const { stack, authorizer } = own();
    const { root } = new RestApi(stack, 'Api', { defaultIntegration: new MockIntegration() });
    root.addMethod('ANY', new MockIntegration(), { authorizationType: AuthorizationType.IAM });
    const { anyMethod } = root.addProxy();
    if (anyMethod) authorizer.protect(anyMethod, []);
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Method', { AuthorizationType: 'AWS_IAM' });
  });

  it('refuses a preflight', () => {
    const { stack, authorizer } = own();
    const { root } = new RestApi(stack, 'Api');
    const preflight = root.addCorsPreflight({ allowOrigins: ['*'] });
    expect(() => authorizer.protect(preflight, [])).toThrow('"OPTIONS /" would be refused: browsers send a preflight');
  });
});

describe('an authorizer of several APIs', () => {
  const other = (stack: Stack) => new RestApi(stack, 'Rest').root.addResource('status');

  it('protects a REST and an HTTP API whose routes do not overlap', () => {
    const { stack, authorizer } = own();
    authorizer.protect(other(stack).addMethod('GET', new MockIntegration()), []);
    const options = { path: '/orders/{id}', methods: [HttpMethod.GET], integration: backend() };
    authorizer.protect(new HttpApi(stack, 'Http').addRoutes(options), ['admin']);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('refuses routes that can match the same path and require different things', () => {
    const { stack, authorizer } = own();
    authorizer.protect(other(stack).addMethod('GET', new MockIntegration()), []);
    const options = { path: '/{proxy+}', methods: [HttpMethod.ANY], integration: backend() };
    const routes = new HttpApi(stack, 'Http').addRoutes(options);
    expect(() => authorizer.protect(routes, ['admin'])).toThrow(
      '"ANY /{proxy+}" and "GET /status" of the API Own/Rest can match the same path, but require different things.',
    );
    expect(() => authorizer.protect(routes, [])).not.toThrow();
  });

  it('stops synthesis for a route that only another API has protected', () => {
    const { stack, authorizer } = own();
    authorizer.protect(other(stack).addMethod('GET', new MockIntegration()), []);
    const options = { path: '/status', methods: [HttpMethod.GET], integration: backend() };
    new HttpApi(stack, 'Http', { defaultAuthorizer: authorizer.httpAuthorizer }).addRoutes(options);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Own/Authorizer] The route "GET /status" is behind the authorizer',
    );
  });

  it('cannot be in another stack than a REST API, and says so', () => {
    const { stack, authorizer } = own();
    const apiStack = new Stack(stack.node.root as App, 'ApiStack');
    const method = new RestApi(apiStack, 'Api').root.addMethod('GET', new MockIntegration());
    expect(() => authorizer.protect(method, [])).toThrow(
      'Own/Authorizer/Rest: The REST API ApiStack/Api is in another stack.',
    );
  });
});

describe('a REST API in an app without feature flags', () => {
  it('is deployed again if the authorizer changes', () => {
    const idOf = (props: Partial<AuthorizerFunctionProps>) => {
      const stack = new Stack(new App(), 'Own');
      const signingKey = new SigningKey(stack, 'SigningKey');
      const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, ...props });
      authorizer.protect(new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration()), []);
      return deploymentId(stack);
    };
    const ids = [
      {},
      { aliasName: 'live' },
      { resultsCacheTtl: Duration.seconds(0) },
      { resultsCacheKey: 'resourcePath' as const },
    ];
    expect(new Set(ids.map(idOf)).size).toBe(ids.length);
    expect(idOf({})).toBe(idOf({}));
  });
});

describe('protect after the configuration is written', () => {
  it('is refused, because the function would not know the route', () => {
    const { stack, authorizer } = own({ 'GET /other': [] });
    const { root } = new RestApi(stack, 'Api');
    const method = root.addMethod('GET', new MockIntegration());
    Aspects.of(root).add({ visit: (construct) => construct === method && authorizer.protect(method, []) });
    expect(() => Template.fromStack(stack)).toThrow('Own/Api/Default/GET: protect came too late');
  });
});

describe('protect, for HTTP and WebSocket APIs', () => {
  it('lets one HTTP API have two authorizers', () => {
    const { stack, authorizer } = own();
    const second = new AuthorizerFunction(stack, 'Second', { ...TENANT, signingKey: new SigningKey(stack, 'Key2') });
    const api = new HttpApi(stack, 'Api');
    const at = (path: string) => api.addRoutes({ path, methods: [HttpMethod.GET], integration: backend() });
    authorizer.protect(at('/a'), ['a']);
    second.protect(at('/b'), ['b']);
    Template.fromStack(stack).resourceCountIs('AWS::ApiGatewayV2::Authorizer', 2);
  });

  it('refuses $default, and says what to do', () => {
    const { stack, authorizer } = own();
    const [route] = new HttpApi(stack, 'Api').addRoutes({ path: '/{proxy+}', integration: backend() });
    const all = new HttpApi(stack, 'Other', { defaultIntegration: backend() });
    const byDefault = all.node.findChild('DefaultRoute') as HttpRoute;
    expect(() => authorizer.protect(byDefault, [])).toThrow('"$default" stands for every route');
    if (route) expect(() => authorizer.protect(route, [])).not.toThrow();
  });

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
