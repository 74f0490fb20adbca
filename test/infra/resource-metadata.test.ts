/** The metadata by which clients find the issuer, as the gateway serves it and names it in its challenges. */
import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, MockIntegration, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { Auth0Authorizer } from '../../lib/auth0-authorizer.ts';
import type { Auth0AuthorizerProps } from '../../lib/auth0-authorizer-props.ts';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { ResourceMetadata } from '../../lib/resource-metadata.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import type { RouteSettings } from '../../src/core/routes.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

const PUBLIC_URL = 'https://mcp.example/mcp';
const METADATA_URL = 'https://mcp.example/.well-known/oauth-protected-resource/mcp';
const KEYS = { audience: PUBLIC_URL, publicUrl: PUBLIC_URL, resourceMetadata: true };
const TENANT = { issuer: 'https://tenant.auth0.com/', audience: PUBLIC_URL, publicUrl: PUBLIC_URL };

type Methods = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The methods at a path of the API, by name. */
function methodsAt(template: Template, path: string): Methods {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const pathOf = (id: string): string => {
    const properties = resources[id]?.Properties;
    return properties ? `${pathOf(properties.ParentId.Ref ?? '')}/${properties.PathPart}` : '';
  };
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  return Object.fromEntries(
    methods
      .filter(({ Properties }) => pathOf(Properties.ResourceId.Ref ?? '') === path)
      .map(({ Properties }) => [Properties.HttpMethod, Properties]),
  );
}

/** What the gateway sends for GET, as it comes out of the mapping template. */
function served(template: Template, path = new URL(METADATA_URL).pathname): unknown {
  const { Integration } = JSON.parse(JSON.stringify(methodsAt(template, path).GET));
  return JSON.parse(Integration.IntegrationResponses[0].ResponseTemplates['application/json']);
}

function challengeOf(template: Template): unknown {
  const responses = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
  const unauthorized = responses.find(({ Properties }) => Properties.ResponseType === 'UNAUTHORIZED');
  return unauthorized?.Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
}

/** The `CONFIG` of the authorizer. */
function configOf(template: Template): string {
  const [config = ''] = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => JSON.stringify(Properties.Environment?.Variables?.CONFIG ?? ''))
    .filter((text) => text.includes('uncachedScopes'));
  return config;
}

describe('the deployed API with resourceMetadata', () => {
  it('serves the metadata to everyone, without a function', () => {
    const { api } = templates(KEYS);
    const { GET } = methodsAt(api, '/.well-known/oauth-protected-resource/mcp');
    expect(GET).toMatchObject({
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        IntegrationResponses: [
          {
            StatusCode: '200',
            ContentHandling: 'CONVERT_TO_TEXT',
            ResponseParameters: {
              'method.response.header.Content-Type': "'application/json'",
              'method.response.header.Cache-Control': "'public, max-age=300'",
              'method.response.header.Access-Control-Allow-Origin': "'*'",
            },
          },
        ],
      },
    });
    expect(served(api)).toEqual({
      resource: PUBLIC_URL,
      authorization_servers: ['https://tenant.auth0.com/'],
      scopes_supported: ['create:foo', 'delete:foo', 'read:foo', 'update:foo'],
      bearer_methods_supported: ['header'],
    });
  });

  it('lets a page ask for it with any header', () => {
    const { OPTIONS } = methodsAt(templates(KEYS).api, '/.well-known/oauth-protected-resource/mcp');
    expect(JSON.stringify(OPTIONS)).toContain(`"method.response.header.Access-Control-Allow-Headers":"'*'"`);
  });

  it('names it in the challenge of a 401, and lets the authorizer name it in that of a 403', () => {
    const { api } = templates(KEYS);
    expect(challengeOf(api)).toBe(`'Bearer realm="${PUBLIC_URL}", resource_metadata="${METADATA_URL}"'`);
    expect(configOf(api)).toContain(METADATA_URL);
    api.hasOutput('ResourceMetadataUrl', { Value: METADATA_URL });
  });

  it('lists every issuer as it is written, and what the tokens may be bound to', () => {
    const issuers = [
      { issuer: 'https://login.example/' },
      {
        issuer: 'https://as.example:443',
        profile: 'rfc7662',
        jwksUrl: 'https://as.example/jwks',
        introspectionUrl: 'https://as.example/introspect',
      },
    ];
    const { api } = templates({ ...KEYS, issuers, dpop: 'accepted', gatewayTtlSeconds: 0 });
    expect(served(api)).toMatchObject({
      authorization_servers: ['https://tenant.auth0.com/', 'https://login.example/', 'https://as.example:443'],
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
    });
  });

  it('keeps characters that mean something in a mapping template', () => {
    const routes = { 'GET /foo': ['$context.identity', '#set'] };
    const { api } = templates({ ...KEYS, routes });
    expect(JSON.stringify(methodsAt(api, new URL(METADATA_URL).pathname).GET)).not.toMatch(/[$]context|#set/);
    expect(served(api)).toMatchObject({ scopes_supported: ['#set', '$context.identity'] });
  });

  it.each([
    ['a route for every path', { routes: { 'ANY /{proxy+}': [] } }],
    ['a parameter in the first place', { routes: { 'GET /{id}': [] } }],
    ['a backend', { routes: { 'ANY /{proxy+}': [] }, backendUrl: 'https://backend.example' }],
  ])('serves it beside %s', (_what, context) => {
    const { api } = templates({ ...KEYS, ...context });
    expect(served(api)).toMatchObject({ resource: PUBLIC_URL });
  });

  it('refuses a route of the same method and path', () => {
    const routes = { 'GET /.well-known/oauth-protected-resource/mcp': 'public' };
    expect(() => templates({ ...KEYS, routes })).toThrow(/already has the method GET of .*Remove it/);
  });

  it('refuses a public URL with a path that API Gateway cannot have', () => {
    const publicUrl = 'https://mcp.example/a~b';
    expect(() => templates({ ...KEYS, audience: publicUrl, publicUrl })).toThrow(/path: got ".*a~b"; expected/);
  });

  it('creates none of this unless resourceMetadata is set', () => {
    const { api } = templates({ audience: PUBLIC_URL, publicUrl: PUBLIC_URL });
    expect(JSON.stringify(api.toJSON())).not.toContain('oauth-protected-resource');
  });
});

describe('the metadata in a stack of one’s own', () => {
  function stackWith(props: Partial<Auth0AuthorizerProps> = {}, apiProps: RestApiProps = {}) {
    const stack = new Stack(appWithFlags(), 'Own');
    const restApi = new RestApi(stack, 'Api', apiProps);
    const auth = new Auth0Authorizer(stack, 'Auth', { ...TENANT, resourceMetadata: true, ...props });
    return { stack, restApi, auth };
  }

  it('contains the scopes of routes that are protected later, and the name', () => {
    const { stack, restApi, auth } = stackWith();
    auth.addGatewayResponses(restApi);
    const { url } = auth.addResourceMetadata(restApi, { resourceName: 'My tools' });
    auth.protect(restApi.root.addMethod('POST', new MockIntegration()), ['use:tools']);
    const template = Template.fromStack(stack);
    expect(url).toBe(METADATA_URL);
    expect(served(template)).toMatchObject({ scopes_supported: ['use:tools'], resource_name: 'My tools' });
    expect(challengeOf(template)).toContain(`resource_metadata="${METADATA_URL}"`);
  });

  it('deploys the stage again when a scope changes', () => {
    const deploymentIds = ['a', 'b'].map((scope) => {
      const { stack, restApi, auth } = stackWith({ routes: { 'GET /': [scope] } });
      auth.addResourceMetadata(restApi);
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Deployment')).join();
    });
    expect(new Set(deploymentIds).size).toBe(2);
  });

  it('is open and has one preflight, whatever the defaults of the API are', () => {
    const { stack, restApi, auth } = stackWith(
      { routes: { 'GET /': [] } },
      {
        defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
        defaultCorsPreflightOptions: { allowOrigins: ['https://app.example'] },
      },
    );
    auth.addResourceMetadata(restApi);
    const methods = methodsAt(Template.fromStack(stack), new URL(METADATA_URL).pathname);
    expect(methods.GET).toMatchObject({ AuthorizationType: 'NONE' });
    expect(Object.keys(methods).sort()).toEqual(['GET', 'OPTIONS']);
  });

  it('can name an issuer that is known only at deployment', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const issuer = new CfnParameter(stack, 'Issuer').valueAsString;
    const auth = new Auth0Authorizer(stack, 'Auth', {
      ...TENANT,
      issuer,
      resourceMetadata: true,
      routes: { 'GET /': [] },
    });
    auth.addResourceMetadata(new RestApi(stack, 'Api'));
    const { GET } = methodsAt(Template.fromStack(stack), new URL(METADATA_URL).pathname);
    expect(JSON.stringify(GET)).toContain('{"Ref":"Issuer"}');
  });

  it('can be served at another path, for an API below a base path', () => {
    const { stack, restApi, auth } = stackWith({ routes: { 'GET /': [] } });
    auth.addResourceMetadata(restApi, { path: '/oauth-protected-resource/mcp' });
    expect(served(Template.fromStack(stack), '/oauth-protected-resource/mcp')).toMatchObject({ resource: PUBLIC_URL });
  });

  it('is there for another server, too', () => {
    const { auth } = stackWith({ routes: { 'GET /': ['a'] }, mtls: 'off' });
    expect(auth.authorizer.resourceMetadata).toMatchObject({ resource: PUBLIC_URL, scopes_supported: ['a'] });
  });

  it.each([
    ['without publicUrl', { publicUrl: undefined }, /set publicUrl/],
    ['for a URL that is not an audience', { audience: 'https://other' }, /expected publicUrl .* to be the audience/],
  ])('is refused %s', (_what, props, message) => {
    expect(() => stackWith(props)).toThrow(message);
  });

  it('is refused without the prop of the authorizer', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const signingKey = new SigningKey(stack, 'Key');
    const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, routes: { 'GET /': [] } });
    const props = { api: new RestApi(stack, 'Api'), authorizer };
    expect(() => new ResourceMetadata(stack, 'Metadata', props)).toThrow(/set them, so that challenges name/);
  });
});

describe('the metadata of an HTTP API', () => {
  function httpStack(routes: RouteSettings = { 'GET /': ['use:tools'] }) {
    const stack = new Stack(appWithFlags(), 'Own');
    const auth = new Auth0Authorizer(stack, 'Auth', { ...TENANT, resourceMetadata: true, routes });
    const api = new HttpApi(stack, 'Api', { defaultAuthorizer: auth.httpAuthorizer });
    return { stack, auth, api };
  }

  it('is served by a function that may do nothing, on routes without an authorizer', () => {
    const { stack, auth, api } = httpStack();
    auth.addResourceMetadata(api);
    const template = Template.fromStack(stack);
    for (const method of ['GET', 'OPTIONS']) {
      template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
        RouteKey: `${method} /.well-known/oauth-protected-resource/mcp`,
        AuthorizationType: 'NONE',
      });
    }
    const document = { resource: PUBLIC_URL, scopes_supported: ['use:tools'] };
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { CONFIG: Match.serializedJson({ document: Match.objectLike(document) }) } },
    });
    expect(statementsOf(template, 'ApiAuth0ResourceMetadataServeRole')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.anything()] },
    ]);
    expect(violationsOf(stack).filter((path) => /ResourceMetadata|well-known/.test(path ?? ''))).toEqual([]);
  });

  it('is refused if it does not fit into a function', () => {
    const scopes = Array.from({ length: 300 }, (_, index) => `read:something-${index}`);
    const { stack, auth, api } = httpStack({ 'GET /': scopes });
    auth.addResourceMetadata(api);
    expect(() => Template.fromStack(stack)).toThrow(/The metadata has \d+ bytes; expected at most 3072/);
  });
});

/** The constructs to which cdk-nag objects. */
function violationsOf(stack: Stack): readonly (string | undefined)[] {
  const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
  return violations.flatMap(({ violatingResources }) => violatingResources.map(({ constructPath }) => constructPath));
}
