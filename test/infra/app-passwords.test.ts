import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { AppPasswords } from '../../lib/app-passwords.ts';
import type { AppPasswordsOptions } from '../../lib/app-passwords-props.ts';
import { Auth0Authorizer } from '../../lib/auth0-authorizer.ts';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerOptions } from '../../lib/authorizer-function-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { CONFIGURATIONS } from '../support/infra/configurations.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

const TENANT = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://my.api',
  routes: { 'GET /foo': ['read:foo'] },
};
const MANAGE = 'manage:app_passwords';

/** A stack of somebody else with an authorizer and app passwords. */
function ownStack(options: Partial<AppPasswordsOptions> = {}, authorizerOptions: Partial<AuthorizerOptions> = {}) {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, ...authorizerOptions, signingKey });
  const props = {
    authorizer,
    clientSecret: Secret.fromSecretNameV2(stack, 'Client', 'auth0/app-passwords'),
    clients: ['page-client'],
    ...options,
  };
  const appPasswords = new AppPasswords(stack, 'AppPasswords', props);
  return { stack, authorizer, appPasswords, props, template: () => Template.fromStack(stack) };
}

/** The `CONFIG` of the function with this description, with `…` for names that are known only at deployment. */
function configOf(template: Template, description: string): Readonly<Record<string, unknown>> {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp(description) },
    }),
  );
  const config = found?.Properties.Environment.Variables.CONFIG;
  const parts: readonly unknown[] = typeof config === 'string' ? [config] : config['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '…')).join(''));
}

/** The parts of the `CONFIG` of the function whose logical id begins with this. */
function environmentOf(template: Template, id: string): readonly unknown[] {
  const [[, found] = []] = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([name]) =>
    name.startsWith(id),
  );
  return found?.Properties.Environment.Variables.CONFIG['Fn::Join'][1];
}

const { api } = templates(CONFIGURATIONS.appPasswords);
const logRights = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.any(String)] };

/** The methods of the API below the construct, as `GET /path`, with their authorization. */
function methodsOf(template: Template): Readonly<Record<string, string>> {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const pathOf = (id: string): string => {
    const { ParentId, PathPart } = resources[id]?.Properties ?? {};
    return PathPart === undefined ? '' : `${pathOf(ParentId.Ref ?? '')}/${PathPart}`;
  };
  const methods = Object.entries(template.findResources('AWS::ApiGateway::Method')).filter(([id]) =>
    id.startsWith('AppPasswords'),
  );
  return Object.fromEntries(
    methods.map(([, { Properties }]) => [
      `${Properties.HttpMethod} ${pathOf(Properties.ResourceId.Ref ?? '') || '/'}`,
      Properties.AuthorizationType,
    ]),
  );
}

describe('the deployment of app passwords', () => {
  it('has none of it unless it is turned on', () => {
    const without = templates();
    expect(JSON.stringify([without.api.toJSON(), without.key.toJSON()])).not.toMatch(
      /app-?_?passwords?-?page|AppPassword/,
    );
    expect(configOf(without.api, 'who the caller').expiries).toBeUndefined();
  });

  it('guards the API and serves the page to everyone', () => {
    expect(methodsOf(api)).toEqual({
      'GET /': 'NONE',
      'HEAD /': 'NONE',
      'GET /{asset}': 'NONE',
      'HEAD /{asset}': 'NONE',
      'OPTIONS /app-passwords': 'NONE',
      'GET /app-passwords': 'CUSTOM',
      'POST /app-passwords': 'CUSTOM',
      'OPTIONS /app-passwords/{id}': 'NONE',
      'GET /app-passwords/{id}': 'CUSTOM',
      'DELETE /app-passwords/{id}': 'CUSTOM',
    });
  });

  it('has no preflights without other origins, and lets no other origin read a refusal', () => {
    const template = ownStack().template();
    expect(Object.keys(methodsOf(template)).filter((key) => key.startsWith('OPTIONS'))).toEqual([]);
    expect(JSON.stringify(template.findResources('AWS::ApiGateway::GatewayResponse'))).not.toContain('Allow-Origin');
  });

  it('never caches a decision about its own API', () => {
    api.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      AuthorizerResultTtlInSeconds: 0,
      RestApiId: { Ref: Match.stringLikeRegexp('^AppPasswords') },
    });
  });

  it('keeps every response of the gateway out of caches', () => {
    const responses = Object.entries(api.findResources('AWS::ApiGateway::GatewayResponse'))
      .filter(([id]) => id.startsWith('AppPasswords'))
      .map(([, { Properties }]) => Properties.ResponseParameters);
    expect(responses.length).toBeGreaterThan(5);
    for (const parameters of responses) {
      expect(parameters).toMatchObject({
        'gatewayresponse.header.Cache-Control': "'no-store'",
        'gatewayresponse.header.X-Content-Type-Options': "'nosniff'",
      });
    }
  });

  it('tells the authorizer which API requires its scope, and adds no route for it', () => {
    const { appPasswordsApi, routes } = configOf(api, 'who the caller');
    expect(appPasswordsApi).toEqual({ id: '…', scope: MANAGE });
    expect(JSON.stringify(routes)).not.toMatch(/app.passwords/);
    expect(environmentOf(api, 'AuthorizerDecide')).toContainEqual({
      Ref: expect.stringMatching(/^AppPasswordsApiRest[0-9A-F]+$/),
    });
  });

  it('has an API whose id the authorizer can know before the API knows the authorizer', () => {
    const { Resources } = api.toJSON();
    const [rest] = Object.entries(Resources).filter(([id]) => /^AppPasswordsApiRest[0-9A-F]+$/.test(id));
    expect(JSON.stringify(rest?.[1])).not.toMatch(/"(Ref|Fn::GetAtt|DependsOn)"/);
  });

  it('does not name its scope in the metadata of the API', () => {
    const metadata = { resourceMetadata: true, publicUrl: 'https://mcp.example', audience: 'https://mcp.example' };
    const text = JSON.stringify(templates({ ...CONFIGURATIONS.appPasswords, ...metadata }).api.toJSON());
    expect(text).toContain('scopes_supported');
    expect(text.match(/scopes_supported[^\]]*/)?.[0]).not.toContain(MANAGE);
  });

  it.each([
    [undefined, 0],
    [100, 2],
  ])('limits both APIs for each address when ipRateLimit is %s', (ipRateLimit, count) => {
    const limited = templates({ ...CONFIGURATIONS.appPasswords, ...(ipRateLimit && { ipRateLimit }) }).api;
    limited.resourceCountIs('AWS::WAFv2::WebACLAssociation', count);
    const apis = Object.values(limited.findResources('AWS::WAFv2::WebACLAssociation')).map(
      ({ Properties }) =>
        JSON.stringify(Properties.ResourceArn).match(/\/restapis\/","?.*?"Ref":"(\w+?)[0-9A-F]{8}"/)?.[1],
    );
    expect(new Set(apis).size).toBe(count);
  });

  it('tells the authorizer of the expiries, and of the claim with the time of the login only if its age matters', () => {
    const { expiries, contextClaims } = configOf(api, 'who the caller');
    expect({ expiries, contextClaims }).toEqual({
      expiries: { table: '…', digestSecret: '…' },
      contextClaims: ['https://demo.api/auth_time'],
    });
    expect(configOf(ownStack().template(), 'who the caller').contextClaims).toBeUndefined();
    const both = ownStack({ maxAuthAge: Duration.hours(1) }, { contextClaims: ['email'] }).template();
    expect(configOf(both, 'who the caller').contextClaims).toEqual(['email', 'login_time']);
  });

  it('lets the authorizer read single expiries and the secret of their ids, and nothing else of it', () => {
    const rights = statementsOf(api, 'AuthorizerDecide').filter(({ on }) => on.join().includes('AppPasswords'));
    expect(rights.map(({ actions }) => actions)).toEqual(
      expect.arrayContaining([['dynamodb:GetItem'], ['secretsmanager:GetSecretValue']]),
    );
    expect(rights).toHaveLength(2);
    const all = JSON.stringify(statementsOf(api, 'AuthorizerDecide'));
    expect(all).not.toMatch(/auth0\/app-passwords|AppPasswordsStateCalls|index/);
  });

  it('lets nobody but its own function read the secret of its client', () => {
    const readers = Object.keys(api.findResources('AWS::IAM::Role')).filter((id) =>
      JSON.stringify(statementsOf(api, id)).includes('auth0/app-passwords'),
    );
    expect(readers).toEqual([expect.stringMatching(/^AppPasswordsManageRole/)]);
    expect(JSON.stringify(api.findResources('AWS::IAM::Policy'))).not.toContain('auth0/app-passwords');
  });

  it('gives its function the rights that it uses, and none for items of others', () => {
    const rights = statementsOf(api, 'AppPasswordsManage').map(({ actions, on }) => [actions.join(), on.join()]);
    expect(rights).toEqual([
      ['logs:CreateLogStream,logs:PutLogEvents', expect.stringContaining('AppPasswordsManageLog')],
      ['secretsmanager:GetSecretValue', expect.stringMatching(/DigestSecret.*secret:auth0\/app-passwords-\?{6}/)],
      ['kms:Decrypt', expect.any(String)],
      ['dynamodb:DeleteItem,dynamodb:PutItem', expect.stringMatching(/Expiries[^/]*$/)],
      ['dynamodb:Query', expect.stringMatching(/index\/by-expiry.*index\/by-subject/)],
      [expect.stringContaining('dynamodb:UpdateItem'), expect.stringContaining('AppPasswordsStateCalls')],
      ['dynamodb:GetItem', expect.stringContaining('Marks')],
      ['sqs:SendMessage', expect.stringContaining('RevocationQueue')],
      ['events:PutEvents', expect.stringContaining('event-bus/notifications')],
    ]);
  });

  it('gives the page no right, and tells it nothing that is secret', () => {
    expect(statementsOf(api, 'AppPasswordsPage')).toEqual([logRights]);
    expect(configOf(api, 'Serves the page')).toEqual({
      issuer: 'https://tenant.auth0.com/',
      audience: 'https://demo.api',
      clientId: 'page-client',
      scopes: ['create:foo', 'delete:foo', 'read:foo', 'update:foo'],
      scopeDescriptions: { 'read:foo': 'Read foos' },
      maxAuthAgeSeconds: 3600,
      exampleUrl: expect.stringMatching(/^https:.*\/foo$/),
      exampleScopes: [['read:foo']],
    });
  });

  it('offers the scopes of all routes, also of those that are added later, but never its own', () => {
    const { stack, authorizer, template } = ownStack();
    const rest = new RestApi(stack, 'Rest');
    const method = rest.root.addResource('bar').addMethod('GET', new LambdaIntegration(authorizer.function));
    authorizer.protect(method, ['read:bar', MANAGE]);
    const synthesized = template();
    expect(configOf(synthesized, 'Lists, creates').scopes).toEqual(['read:bar', 'read:foo']);
    expect(configOf(synthesized, 'Serves the page').scopes).toEqual(['read:bar', 'read:foo']);
  });

  it('keeps the expiries with a backup, in a table without a TTL', () => {
    const [table] = Object.values(api.findResources('AWS::DynamoDB::Table')).filter(
      ({ Properties }) => Properties.GlobalSecondaryIndexes,
    );
    expect(table).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        GlobalSecondaryIndexes: [
          { IndexName: 'by-subject', KeySchema: [{ AttributeName: 'subject' }, { AttributeName: 'expiresAt' }] },
          { IndexName: 'by-expiry', KeySchema: [{ AttributeName: 'expiring' }, { AttributeName: 'expiresAt' }] },
        ],
      },
    });
    expect(table?.Properties.TimeToLiveSpecification).toBeUndefined();
  });

  it('looks for expired passwords every minute', () => {
    api.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AppPasswordsManage'), 'Arn'] } }],
    });
  });

  it('is guarded by a resource that is deleted before everything else in the stack', () => {
    const { Resources } = api.toJSON();
    const [[id, guard] = ['', undefined]] = Object.entries(api.findResources('Custom::AppPasswordGuard'));
    const others = Object.keys(Resources).filter((other) => other !== id);
    expect([...(guard?.DependsOn ?? [])].sort()).toEqual(others.sort());
  });

  it('may be depended upon without a cycle', () => {
    const { stack, appPasswords, template } = ownStack();
    new RestApi(stack, 'After').root.addMethod('GET');
    stack.node.findChild('After').node.addDependency(appPasswords);
    expect(() => template()).not.toThrow();
  });

  it('notifies the topic when a password is overdue, the sweep does not run or the function fails', () => {
    const alarms = Object.entries(api.findResources('AWS::CloudWatch::Alarm')).filter(([id]) =>
      id.startsWith('AppPasswords'),
    );
    const topic = ['arn:aws:sns:eu-west-1:111122223333:alarms'];
    const shown = alarms.map(([, { Properties: of }]) => [of.MetricName, of.TreatMissingData, of.AlarmActions]);
    expect(shown).toEqual([
      // Each sweep writes it, so no values mean no sweeps.
      ['AppPasswordsOverdue', 'breaching', topic],
      ['Errors', 'notBreaching', topic],
    ]);
  });

  it('goes off also when no sweep writes how many are overdue', () => {
    const missing = Object.values(api.findResources('AWS::CloudWatch::Alarm', { Properties: { Threshold: 1 } }))
      .filter(({ Properties }) => Properties.MetricName === 'AppPasswordsOverdue')
      .map(({ Properties }) => Properties.TreatMissingData);
    expect(missing).toEqual(['breaching']);
  });

  it('says where the page is, and which function writes the audit', () => {
    expect(api.findOutputs('AppPasswordsFunctionArn').AppPasswordsFunctionArn?.Value).toMatchObject({
      'Fn::GetAtt': [expect.stringContaining('AppPasswordsManage'), 'Arn'],
    });
    expect(api.findOutputs('AppPasswordsUrl').AppPasswordsUrl?.Value).toMatchObject({
      'Fn::Join': ['', expect.arrayContaining([{ Ref: expect.stringContaining('AppPasswordsApi') }, '/'])],
    });
  });

  it('has metrics for the audience', () => {
    const { appPasswords } = ownStack();
    expect(appPasswords.metricOverdue()).toMatchObject({
      metricName: 'AppPasswordsOverdue',
      namespace: 'Auth0ApiAuthorizer',
      dimensions: { audience: 'https://my.api' },
      statistic: 'Maximum',
    });
    const sums = ['Created', 'Deleted', 'Expired', 'Refused'] as const;
    expect(sums.map((name) => appPasswords[`metric${name}`]().metricName)).toEqual(
      sums.map((name) => `AppPasswords${name}`),
    );
  });
});

describe('app passwords', () => {
  it.each([
    ['no client', { clients: [] }, 'Own/AppPasswords: clients: '],
    ['a client twice', { clients: ['a', 'a'] }, 'Own/AppPasswords: clients: '],
    ['an age below a minute', { maxAuthAge: Duration.seconds(59) }, 'Own/AppPasswords: maxAuthAge: '],
    ['an origin with a path', { allowOrigins: ['https://a.example/'] }, 'Own/AppPasswords: allowOrigins: '],
    ['an empty description', { scopeDescriptions: { 'read:foo': '' } }, 'Own/AppPasswords: scopeDescriptions: '],
    ['descriptions that do not fit', { scopeDescriptions: manyDescriptions() }, 'Shorten "scopeDescriptions"'],
    ['a claim that is none', { authTimeClaim: '' }, 'Own/AppPasswords: authTimeClaim: '],
    ['a tenant without a slash', { tenantUrl: 'https://tenant.auth0.com' }, 'Own/AppPasswords: tenantUrl: '],
  ])('cannot have %s', (_, options, message) => {
    expect(() => ownStack(options)).toThrow(message);
  });

  it.each([
    ['dpop is required', { dpop: 'required', resultsCacheTtl: Duration.seconds(0) }, 'got dpop or mtls "required"'],
    ['mtls is required', { mtls: 'required', resultsCacheTtl: Duration.seconds(0) }, 'got dpop or mtls "required"'],
    ['only some organizations are allowed', { allowedOrganizations: ['org_1'] }, 'got allowedOrganizations'],
  ] as const)('cannot be there if %s, because the page could not sign in', (_, options, message) => {
    expect(() => ownStack({}, options)).toThrow(`Own/AppPasswords: authorizer: ${message}`);
  });

  it('can be there for two authorizers in one stack, without a cycle', () => {
    const { stack, props, authorizer } = ownStack();
    const signingKey = new SigningKey(stack, 'OtherKey');
    const other = new AuthorizerFunction(stack, 'OtherAuthorizer', { ...TENANT, signingKey });
    new AppPasswords(stack, 'OtherAppPasswords', { ...props, authorizer: other });
    expect(authorizer).not.toBe(other);
    const guards = Object.values(Template.fromStack(stack).findResources('Custom::AppPasswordGuard'));
    expect(guards).toHaveLength(2);
    expect(JSON.stringify(guards.map(({ DependsOn }) => DependsOn))).not.toContain('AppPasswordGuard');
  });

  it('cannot be there twice for one authorizer', () => {
    const { stack, props } = ownStack();
    expect(() => new AppPasswords(stack, 'Second', props)).toThrow('can have one AppPasswords');
  });

  it.each([
    { 'ANY /{proxy+}': ['admin'] },
    { 'GET /{tenant}': ['admin:tenants'], 'DELETE /{collection}/{id}': ['admin:all'] },
    { 'GET /app-passwords': ['admin'], 'ANY /{proxy+}': 'public' },
  ] as const)('changes nothing about the routes %o of an API that shares the authorizer', (routes) => {
    expect(configOf(ownStack({}, { routes }).template(), 'who the caller').routes).toEqual(routes);
  });

  it('can share an authorizer with an API whose greedy route is protected before or after', () => {
    const { stack, authorizer, template } = ownStack();
    const proxy = new RestApi(stack, 'Rest').root.addProxy({
      anyMethod: true,
      defaultIntegration: new LambdaIntegration(authorizer.function),
    });
    authorizer.protect(proxy.anyMethod ?? [], []);
    expect(() => template()).not.toThrow();
  });
});

describe('the tenant of app passwords', () => {
  it('grants its client the three scopes, and offers users the scope of the page', () => {
    api.hasResourceProperties('Custom::Auth0ClientGrant', { GrantClientId: 'app-passwords-client', GrantOnly: 'true' });
    api.hasResourceProperties('Custom::Auth0OfferedScope', {
      Audience: 'https://demo.api',
      Scope: MANAGE,
      Description: 'Manage app specific passwords',
    });
    expect(JSON.stringify(api.findOutputs('Auth0Warnings'))).toMatch(/Client grant of app passwords: .*Scope: /);
  });

  it('changes one thing after the other', () => {
    const [[id = '', scope] = []] = Object.entries(api.findResources('Custom::Auth0OfferedScope'));
    expect(id).toContain('OfferedScope');
    expect(scope?.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/ClientGrantOfAppPasswords/)]));
  });

  it('grants nothing to a client that is not named', () => {
    const { appPasswordsClientId: _, ...context } = CONFIGURATIONS.appPasswords ?? {};
    const without = templates(context).api;
    expect(Object.keys(without.findResources('Custom::Auth0ClientGrant'))).toHaveLength(1);
    without.resourceCountIs('Custom::Auth0OfferedScope', 1);
  });

  it('cannot have one client for both grants', () => {
    expect(() => templates({ ...CONFIGURATIONS.appPasswords, grantClientId: 'app-passwords-client' })).toThrow(
      'appPasswordsClientId: got the same client as in grantClientId',
    );
  });

  it('is prepared by an Auth0Authorizer too, whose domain for the Management API it uses', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const secret = (name: string) => Secret.fromSecretNameV2(stack, name, `auth0/${name}`);
    const auth = new Auth0Authorizer(stack, 'Auth', {
      ...TENANT,
      issuer: 'https://login.example/',
      managementSecret: secret('management'),
      setup: { tenantUrl: 'https://tenant.auth0.com/', offerAppPasswords: true, appPasswordsClientId: 'own-client' },
    });
    const { url } = auth.addAppPasswords({ clientSecret: secret('app-passwords'), clients: ['page'] });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('Custom::Auth0ClientGrant', { GrantClientId: 'own-client' });
    template.resourceCountIs('Custom::Auth0OfferedScope', 1);
    expect(configOf(template, 'Lists, creates')).toMatchObject({
      issuer: 'https://login.example/',
      tenantUrl: 'https://tenant.auth0.com/',
    });
    expect(stack.resolve(url)).toBeDefined();
  });
});

function manyDescriptions(): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`read:${index}`, 'a'.repeat(200)]));
}
