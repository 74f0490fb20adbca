import { Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerFunctionProps } from '../../lib/authorizer-function-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

const MANY_ROUTES = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => [`GET /some/path/${index}`, ['read:it']]),
);
const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };

/** A resource from another copy of aws-cdk-lib: it has the same shape, but is not an instance of any class that we can import. */
class ForeignResource extends Construct {
  readonly path = '/foreign/{proxy+}';
  constructor(scope: Construct, id: string) {
    super(scope, id);
    Object.assign(new Construct(this, 'Resource'), {
      cfnResourceType: 'AWS::ApiGateway::Resource',
      pathPart: '{proxy+}',
    });
  }
}

/** Creates a user's own stack with the authorizer on one method. */
function ownStack(props: Partial<AuthorizerFunctionProps> = {}, path = '/foo') {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const all = { ...TENANT, signingKey, routes: { [`GET ${path}`]: ['read:foo'] }, ...props };
  const { restAuthorizer } = new AuthorizerFunction(stack, 'Authorizer', all);
  const method = { authorizer: restAuthorizer, authorizationType: AuthorizationType.CUSTOM };
  new RestApi(stack, 'Api').root.resourceForPath(path).addMethod('GET', new MockIntegration(), method);
  return stack;
}

/** Returns the function's `CONFIG` with a placeholder for each value that is known only at deployment. */
function configOf(template: Template): string {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const [decide] = functions.flatMap(([id, { Properties }]) => (id.startsWith('AuthorizerDecide') ? [Properties] : []));
  const [, parts] = decide?.Environment.Variables.CONFIG['Fn::Join'] ?? [];
  return parts.map((part: unknown) => (typeof part === 'string' ? part : 'known-when-deployed')).join('');
}

describe('the authorizer', () => {
  it('can be added to a stack with three lines', () => {
    const template = Template.fromStack(ownStack());
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: Match.anyValue(),
    });
  });

  it('runs on arm64 and Node 24 and retains its log for a month', () => {
    const { api } = templates();
    api.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    api.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    api.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });

  it('may read its secrets and the marks, use the shared cache and write its log, and nothing else', () => {
    const { api } = templates({ passwordGrantSecret: 'auth0/password' });
    expect(statementsOf(api, 'AuthorizerDecide')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('DecideLog')] },
      {
        actions: ['secretsmanager:GetSecretValue'],
        on: [
          expect.stringContaining('SharedStateCachePepper'),
          expect.stringContaining('SigningKeySecret'),
          expect.stringContaining(':secret:auth0/password-??????'),
        ],
      },
      { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], on: [expect.stringContaining('SharedStateCacheTable')] },
      { actions: ['dynamodb:GetItem'], on: [expect.stringContaining('SharedStateRevocationMarks')] },
    ]);
  });

  it('may not use a cache or a pepper that does not exist', () => {
    const { api } = templates({ sharedCache: false });
    const rights = statementsOf(api, 'AuthorizerDecide');
    expect(rights.flatMap(({ actions }) => actions)).not.toContain('dynamodb:PutItem');
    expect(JSON.stringify(rights)).not.toContain('Pepper');
    api.resourceCountIs('AWS::DynamoDB::Table', 1);
  });

  it('may add DPoP proofs to a table, and neither read nor change them', () => {
    const { api } = templates({ dpop: 'accepted', gatewayTtlSeconds: 0 });
    expect(statementsOf(api, 'AuthorizerDecide')).toContainEqual({
      actions: ['dynamodb:PutItem'],
      on: [expect.stringContaining('SharedStateProofs')],
    });
    api.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
    api.resourceCountIs('AWS::DynamoDB::Table', 3);
    expect(configOf(api)).toContain('"proofTable"');
    api.hasResourceProperties('AWS::ApiGateway::Authorizer', { AuthorizerResultTtlInSeconds: 0 });
  });

  it('needs no table for tokens that are bound to a certificate', () => {
    const { api } = templates({ mtls: 'accepted', gatewayTtlSeconds: 0 });
    api.resourceCountIs('AWS::DynamoDB::Table', 2);
    expect(configOf(api)).not.toContain('proofTable');
  });

  it('gives no function the right to create a log group', () => {
    const { key, api } = templates({ backendUrl: 'https://backend.example', routes: { 'ANY /{proxy+}': [] } });
    for (const template of [key, api]) {
      const actions = statementsOf(template, '').flatMap((statement) => statement.actions);
      expect(actions).not.toContain('logs:CreateLogGroup');
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      template.resourceCountIs('AWS::IAM::Policy', 0);
    }
  });

  it('passes its function a configuration that it can parse', () => {
    const { api } = templates({ passwordGrantSecret: 'auth0/password', cacheTtlSeconds: 60 });
    expect(parseAuthorizerConfiguration(configOf(api))).toMatchObject({
      issuer: 'https://tenant.auth0.com/',
      audience: 'https://demo.api',
      passwordGrantSecret: 'auth0/password',
      signingKeySecret: 'known-when-deployed',
      cacheTtlSeconds: 60,
    });
  });

  it('caches decisions by credential, method and resource if no resource is greedy', () => {
    templates().api.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization,context.httpMethod,context.resourcePath',
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  it.each([
    ['a backend', { backendUrl: 'https://backend.example', routes: { 'GET /foo': [] } }],
    ['a greedy route', { routes: { 'GET /foo/{proxy+}': [] } }],
  ])('caches decisions by path with %s', (_what, context) => {
    templates(context).api.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      IdentitySource: 'method.request.header.Authorization,context.httpMethod,context.domainName,context.path',
    });
  });

  it('caches decisions by path by default', () => {
    Template.fromStack(ownStack({}, '/foo/{proxy+}')).hasResourceProperties('AWS::ApiGateway::Authorizer', {
      IdentitySource: Match.stringLikeRegexp('context.path$'),
    });
  });

  it('refuses to cache decisions by resource if a resource is greedy', () => {
    expect(() => Template.fromStack(ownStack({ resultsCacheKey: 'resourcePath' }, '/foo/{proxy+}'))).toThrow(
      'The API has the resource /foo/{proxy+}: give the AuthorizerFunction resultsCacheKey "path".',
    );
  });

  it('refuses to cache decisions by resource for a greedy resource of another copy of aws-cdk-lib too', () => {
    const stack = ownStack({ resultsCacheKey: 'resourcePath' });
    new ForeignResource(stack, 'Foreign');
    expect(() => Template.fromStack(stack)).toThrow(
      'The API has the resource /foreign/{proxy+}: give the AuthorizerFunction resultsCacheKey "path".',
    );
  });

  it('refuses to cache decisions by resource if a route is greedy', () => {
    const routes = { 'GET /foo/{proxy+}': ['read:foo'] };
    expect(() => Template.fromStack(ownStack({ resultsCacheKey: 'resourcePath', routes }, '/foo/{proxy+}'))).toThrow(
      'The route "GET /foo/{proxy+}" is greedy: give the AuthorizerFunction resultsCacheKey "path".',
    );
  });

  it('reports at synthesis, under an ID that can be acknowledged, what a greedy route covers beyond its own path', () => {
    const routes = { 'ANY /{proxy+}': [], 'ANY /admin/{proxy+}': ['admin'] };
    const info = Annotations.fromStack(ownStack({ routes }, '/{proxy+}')).findInfo('/Own/Authorizer', Match.anyValue());
    expect(info.map(({ entry }) => entry.data)).toEqual([
      'The route "ANY /admin/{proxy+}" also covers "/admin" and "/admin/", where "ANY /{proxy+}" would apply otherwise. To require something else there, add the route "ANY /admin". [ack: auth0-api-authorizer:greedyRouteCoversRoot]',
    ]);
  });

  it("accepts 0 as API Gateway's time to live", () => {
    templates({ gatewayTtlSeconds: 0 }).api.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      AuthorizerResultTtlInSeconds: 0,
    });
  });

  it('accepts a secret of the same stack', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const signingKey = new SigningKey(stack, 'SigningKey');
    const passwordGrantSecret = new Secret(stack, 'Password') as ISecret;
    expect(
      () => new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, passwordGrantSecret }),
    ).not.toThrow();
  });

  it('passes its function every prop under its key of the configuration', () => {
    const stack = ownStack({
      issuers: [{ issuer: 'https://login.example.com/' }],
      routes: { 'GET /foo': ['read:foo'] },
      basicOrder: 'password-first',
      permissionsAsScopes: true,
      introspectJwts: true,
      cacheTtl: Duration.minutes(2),
      negativeTtl: Duration.seconds(3),
      staleIfError: Duration.hours(1),
      uncachedScopes: ['admin'],
      resultsCacheTtl: Duration.seconds(0),
      logSubject: true,
      revokeJwts: true,
      revocationInterval: Duration.seconds(7),
    });
    expect(JSON.parse(configOf(Template.fromStack(stack)))).toEqual({
      ...TENANT,
      issuers: [{ issuer: 'https://login.example.com/' }],
      routes: { 'GET /foo': ['read:foo'] },
      basicOrder: 'password-first',
      permissionsAsScopes: true,
      introspectJwts: true,
      cacheTtlSeconds: 120,
      negativeTtlSeconds: 3,
      staleIfErrorSeconds: 3600,
      uncachedScopes: ['admin'],
      logSubject: true,
      signingKeySecret: 'known-when-deployed',
      sharedCache: { table: 'known-when-deployed', pepperSecret: 'known-when-deployed' },
      revocation: { table: 'known-when-deployed', seconds: 7, revokeJwts: true },
    });
  });

  it('accepts an issuer and an audience that are known only at deployment', () => {
    const tokens = { issuer: Fn.importValue('Issuer'), audience: Fn.importValue('Audience') };
    expect(configOf(Template.fromStack(ownStack(tokens)))).toContain('"issuer":"known-when-deployed"');
  });

  it('accepts a time to live of API Gateway that is known only at deployment', () => {
    const stack = ownStack({ resultsCacheTtl: Duration.seconds(Token.asNumber(Fn.importValue('Ttl'))) });
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Authorizer', {
      AuthorizerResultTtlInSeconds: { 'Fn::ImportValue': 'Ttl' },
    });
  });

  it('may read the secret of another issuer, and decrypt it with the key that the secret names', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const signingKey = new SigningKey(stack, 'SigningKey');
    const urls = { jwksUrl: 'https://other.example/jwks', introspectionUrl: 'https://other.example/introspect' };
    const clientSecret = new Secret(stack, 'Client', { encryptionKey: new Key(stack, 'ClientKey') }) as ISecret;
    const issuers = [{ issuer: 'https://other.example', profile: 'rfc7662', ...urls, clientSecret }] as const;
    new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, issuers, routes: { 'GET /': [] } });
    const rights = statementsOf(Template.fromStack(stack), 'AuthorizerDecide');
    expect(rights).toContainEqual({
      actions: ['secretsmanager:GetSecretValue'],
      on: expect.arrayContaining([
        expect.stringContaining('SigningKeySecret'),
        expect.stringContaining('{"Ref":"Client'),
      ]),
    });
    expect(rights).toContainEqual({ actions: ['kms:Decrypt'], on: [expect.stringContaining('ClientKey')] });
  });

  it('may read the client secret of a main issuer that is not Auth0, and knows its endpoints', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const signingKey = new SigningKey(stack, 'SigningKey');
    const authorizationServer = {
      jwksUrl: 'https://id.example/realms/demo/protocol/openid-connect/certs',
      introspectionUrl: 'https://id.example/realms/demo/protocol/openid-connect/token/introspect',
      clientSecret: Secret.fromSecretNameV2(stack, 'Client', 'keycloak/client'),
    };
    const props = { issuer: 'https://id.example/realms/demo', audience: 'https://demo.api', authorizationServer };
    new AuthorizerFunction(stack, 'Authorizer', { ...props, signingKey, routes: { 'GET /': [] } });
    const template = Template.fromStack(stack);
    expect(JSON.stringify(template.findResources('AWS::Lambda::Function'))).toContain(
      '\\"authorizationServer\\":{\\"jwksUrl\\":\\"https://id.example/realms/demo/protocol/openid-connect/certs',
    );
    expect(statementsOf(template, 'AuthorizerDecide')).toContainEqual({
      actions: ['secretsmanager:GetSecretValue'],
      on: expect.arrayContaining([
        expect.stringContaining('SigningKeySecret'),
        expect.stringContaining('keycloak/client'),
      ]),
    });
  });

  it.each<[string, Partial<AuthorizerFunctionProps>, string]>([
    ['cacheTtl', { cacheTtl: Duration.days(2) }, 'cacheTtl: got 172800; expected whole seconds from 0 to 86400'],
    [
      'negativeTtl',
      { negativeTtl: Duration.millis(1500) },
      'negativeTtl: got 1.5; expected whole seconds from 0 to 3600',
    ],
    [
      'resultsCacheTtl',
      { resultsCacheTtl: Duration.hours(2) },
      'resultsCacheTtl: got 7200; expected whole seconds from 0',
    ],
    [
      'a duration that is known only at deployment',
      { cacheTtl: Duration.seconds(Token.asNumber({ Ref: 'Ttl' })) },
      'cacheTtl: got a duration that is known only at deployment; expected one that is known at synthesis',
    ],
  ])('refuses an invalid duration by the name of its prop: %s', (_what, props, message) => {
    expect(() => ownStack(props)).toThrow(ConfigurationError);
    expect(() => ownStack(props)).toThrow(message);
  });

  it('refuses a configuration that its function would refuse', () => {
    expect(() => ownStack({ issuer: 'https://tenant.auth0.com' })).toThrow(
      /issuer: got "https:\/\/tenant.auth0.com"; expected an https URL that ends in "\/"/,
    );
  });

  it('refuses an issuer that is listed twice or that is the main issuer', () => {
    const issuer = 'https://login.example.com/';
    const entry = { issuer, profile: 'auth0' } as const;
    expect(() => ownStack({ issuers: [entry, entry] })).toThrow(
      /issuers: "https:\/\/login\.example\.com\/" is listed twice; keep one entry for each issuer/,
    );
    expect(() => ownStack({ issuer, issuers: [entry] })).toThrow(
      /issuers: "https:\/\/login\.example\.com\/" is already the main "issuer"; remove it from "issuers"/,
    );
  });

  it('refuses uncachedScopes unless the gateway does not cache', () => {
    const fault = new ConfigurationError(
      'configuration_invalid',
      'Own/Authorizer: resultsCacheTtl: got 60; expected 0, because uncachedScopes forbids caching',
    );
    expect(() => ownStack({ uncachedScopes: ['admin'] })).toThrow(fault);
    expect(() => ownStack({ uncachedScopes: ['admin'], resultsCacheTtl: Duration.seconds(0) })).not.toThrow();
    for (const bound of [{ dpop: 'accepted' }, { mtls: 'accepted' }] as const) {
      expect(() => ownStack(bound)).toThrow(
        /resultsCacheTtl: got 60; expected 0, because with (?:dpop|mtls) each request/,
      );
      const late = Duration.seconds(Token.asNumber(Fn.importValue('Ttl')));
      expect(() => ownStack({ ...bound, resultsCacheTtl: late })).toThrow(
        /resultsCacheTtl: got a value that is known only at deployment; expected 0/,
      );
      expect(() => ownStack({ ...bound, resultsCacheTtl: Duration.seconds(0) })).not.toThrow();
    }
  });

  it('refuses a configuration that does not fit into the environment even without its routes', () => {
    const issuers = Array.from({ length: 100 }, (_, index) => ({ issuer: `https://login-${index}.example.com/` }));
    expect(() => ownStack({ issuers, routes: MANY_ROUTES })).toThrow(ConfigurationError);
    expect(() => ownStack({ issuers, routes: MANY_ROUTES })).toThrow(
      /configuration has \d{4} bytes, not counting its routes; expected at most 3072.* Shorten "issuers"/,
    );
  });

  it('refuses invalid routes that do not fit into the environment, too', () => {
    expect(() => ownStack({ routes: { ...MANY_ROUTES, 'GET no-slash': [] } })).toThrow(/routes.GET no-slash: got/);
  });

  it('leaves routes that do not fit into the environment to a file beside the code', () => {
    const config = configOf(Template.fromStack(ownStack({ routes: MANY_ROUTES }, '/some/path/1')));
    expect(JSON.parse(config)).toMatchObject({ ...TENANT, routes: 'routes.json' });
    expect(parseAuthorizerConfiguration(config, () => JSON.stringify(MANY_ROUTES)).routes).toEqual(MANY_ROUTES);
  });
});
