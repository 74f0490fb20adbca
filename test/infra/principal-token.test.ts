import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerOptions } from '../../lib/authorizer-function-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api', routes: { 'GET /foo': [] } };
const BACKEND = { backendUrl: 'https://backend.example', routes: { 'ANY /{proxy+}': [] } };

function authorizerWith(options: Partial<AuthorizerOptions>) {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, ...options });
  return { authorizer, template: Template.fromStack(stack) };
}

/** The text of the `CONFIG` of the function with this description, without the names that are known only at deployment. */
function configOf(template: Template, description: string): string {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp(description) },
    }),
  );
  const config = found?.Properties.Environment.Variables.CONFIG;
  const parts: readonly unknown[] = typeof config === 'string' ? [config] : config['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : '…')).join('');
}

const { api, key } = templates({ principalToken: true, rotationDays: 30 });

const signedWith = (template: Template) =>
  /"principalToken":(\{[^}]*\})/.exec(configOf(template, 'who the caller'))?.[1];

describe('the signed principal', () => {
  it('needs nothing unless it is turned on', () => {
    const without = templates();
    expect(JSON.stringify([without.api.toJSON(), without.key.toJSON()])).not.toMatch(/principal-?key|principaltoken/i);
  });

  it('is told for how long API Gateway caches a response', () => {
    const { template } = authorizerWith({ principalToken: true, resultsCacheTtl: Duration.minutes(5) });
    expect(signedWith(template)).toBe(
      '{"keySecret":"…","issuer":"https://….execute-api.….…/…/","audience":"https://my.api","gatewayTtlSeconds":300}',
    );
  });

  it.each([
    ['the backend', BACKEND, 'https://backend.example'],
    ['the API, without a backend', {}, 'https://demo.api'],
    ['what the configuration says', { ...BACKEND, principalTokenAudience: 'orders' }, 'orders'],
  ])('is for %s', (_, context, audience) => {
    expect(signedWith(templates({ principalToken: true, ...context }).api)).toContain(`"audience":"${audience}"`);
  });

  it('has its keys in a secret that only the authorizer and the function that makes them may read', () => {
    const [secret = ''] = Object.keys(api.findResources('AWS::SecretsManager::Secret')).filter((id) =>
      id.includes('PrincipalTokenSecret'),
    );
    const readers = Object.keys(api.findResources('AWS::IAM::Role')).filter((id) =>
      statementsOf(api, id).some(({ on }) => on.some((resource) => resource.includes(secret))),
    );
    expect(readers.map((id) => id.replace(/Role[0-9A-F]{8}$/, ''))).toEqual([
      'AuthorizerPrincipalTokenKeys',
      'AuthorizerDecide',
    ]);
    expect(JSON.stringify(key.toJSON())).not.toContain('PrincipalToken');
    const decide = statementsOf(api, 'AuthorizerDecide').filter(({ on }) => on.join().includes(secret));
    expect(decide.map(({ actions }) => actions)).toEqual([['secretsmanager:GetSecretValue']]);
  });

  it('has a JWKS function that may read the public keys, of its own table, and nothing else', () => {
    const rights = statementsOf(api, 'AuthorizerPrincipalTokenJwks');
    expect(rights).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.any(String)] },
      { actions: ['dynamodb:GetItem'], on: [expect.stringContaining('PublicKeys')], items: ['public-keys'] },
    ]);
    expect(configOf(api, 'public keys of principal tokens')).toBe(
      '{"stateTable":"…","keyType":"EC","jwksCacheSeconds":300}',
    );
  });

  it('does not touch the keys that the tenant trusts', () => {
    const tables = Object.keys(key.findResources('AWS::DynamoDB::Table'));
    for (const { on } of statementsOf(api, 'AuthorizerPrincipalToken')) {
      for (const table of tables) expect(on.join()).not.toContain(table);
    }
    expect(key.toJSON()).toMatchObject({ Outputs: expect.not.objectContaining({ PrincipalTokenJwksUrl: {} }) });
  });

  it('has keys before the authorizer can run', () => {
    const [made = ''] = Object.keys(api.findResources('Custom::PrincipalKey'));
    api.hasResource('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('who the caller') },
      DependsOn: Match.arrayWith([made]),
    });
  });

  it('has a key that is rotated as often as the signing key, without a rotation at once', () => {
    api.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      SecretId: { 'Fn::GetAtt': [Match.stringLikeRegexp('PrincipalTokenSecret'), 'Id'] },
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediatelyOnUpdate: false,
    });
  });

  it('has a key without a schedule if rotations are off', () => {
    const schedules = templates({ principalToken: true, rotationDays: 0 }).api.findResources(
      'AWS::SecretsManager::RotationSchedule',
    );
    expect(schedules).toEqual({});
  });

  it('says in outputs what a backend must know', () => {
    const outputs = api.findOutputs('*');
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining(['PrincipalTokenIssuer', 'PrincipalTokenJwksUrl', 'PrincipalTokenSecretArn']),
    );
  });

  it('offers the same to an app of its own', () => {
    const { authorizer } = authorizerWith({ principalToken: true, principalTokenAudience: 'orders' });
    expect(authorizer.principalToken?.audience).toBe('orders');
    expect(authorizer.principalToken?.jwksUrl).toMatch(/\.well-known\/jwks\.json$/);
    expect(authorizerWith({}).authorizer.principalToken).toBeUndefined();
  });

  it.each([{ principalTokenAudience: 'orders' }, { principalTokenRotation: Duration.days(1) }])(
    'must be on if an option of it is set: %j',
    (options) => {
      expect(() => authorizerWith(options)).toThrow(/require principalToken\. Set it to true/);
    },
  );

  it.each([Duration.hours(12), Duration.days(1001)])('refuses a rotation after %s', (principalTokenRotation) => {
    expect(() => authorizerWith({ principalToken: true, principalTokenRotation })).toThrow(
      /principalTokenRotation: .*whole days/,
    );
  });
});
