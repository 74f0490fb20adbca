import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../../lambda/authorizer/configuration.ts';
import { parseAuthorizerConfiguration } from '../../../../src/config/authorizer-configuration.ts';
import { ConfigurationError } from '../../../../src/core/errors.ts';

const REQUIRED = { issuer: 'https://tenant.auth0.com/', audience: 'https://demo.api', signingKeySecret: 'signing-key' };

const URLS = { jwksUrl: 'https://id.example/certs', introspectionUrl: 'http://127.0.0.1:3001/introspect' };

/** Values that the full schema accepts, for each key. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  issuer: ['https://tenant.auth0.com/', 'http://127.0.0.1:3001/'],
  audience: ['urn:demo', 123],
  signingKeySecret: ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:auth0/key-AbCdEf', 'a b'.replace(' ', '/')],
  issuers: [
    [],
    [{ issuer: 'https://login.example/' }],
    [
      { issuer: 'https://AS.example', profile: 'rfc7662', ...URLS, clientId: 'api' },
      { issuer: 'https://other.example/', profile: 'auth0' },
    ],
    [{ issuer: 'https://as.example:443', profile: 'rfc7662', ...URLS, clientSecret: 'secret' }],
  ],
  audiences: [[], ['urn:a', 7]],
  routes: [
    { 'GET /': [] },
    { 'GET /a': ['a:b'], 'ANY /b/{proxy+}': 'public', $connect: { anyOf: ['a', 'b'] } },
    { 'POST /{id}': { allOf: [] }, 'GET /c': { allOf: ['a'], audience: 'urn:demo-of-none' } },
  ],
  basicOrder: ['auto', 'password-first', 'introspect-first'],
  basicTokenUsers: [[], ['token']],
  dpop: ['off', 'accepted'],
  mtls: ['off', 'accepted', 'required'],
  publicUrl: ['https://api.example.com', 'https://api.example.com/v1'],
  allowedOrganizations: [[], ['org_1']],
  contextClaims: [[], ['email', 'https://demo.api/roles']],
  permissionsAsScopes: [true, false],
  introspectJwts: [true, false],
  cacheTtlSeconds: [0, 300, 86_400],
  negativeTtlSeconds: [0, 3600],
  staleIfErrorSeconds: [0, 86_400],
  uncachedScopes: [[], ['admin']],
  logSubject: [true, false],
  passwordGrantSecret: ['password-client'],
  sharedCache: [{ table: 'entries', pepperSecret: 'pepper' }],
  revocation: [{ table: 'marks', seconds: 5, revokeJwts: true }],
  proofTable: ['proofs'],
  expiries: [{ table: 'expiries', digestSecret: 'digest' }],
  appPasswordsApi: [{ id: 'a1b2c3d4e5', scope: 'manage:app_passwords' }],
  resourceMetadataUrl: ['https://api.example/.well-known/oauth-protected-resource'],
  webSocketSubprotocols: [true, false],
  principalToken: [{ keySecret: 'key', issuer: 'https://api.example', audience: 'backend', gatewayTtlSeconds: 60 }],
};

const ODD = [
  null,
  true,
  0,
  -1,
  1.5,
  1e9,
  '',
  ' ',
  'text',
  'http://remote.example/',
  'https://a.example',
  [],
  [1],
  [''],
  {},
];

const configurations = fc
  .record(Object.fromEntries(Object.entries(VALUES).map(([key, values]) => [key, fc.constantFrom(...values)])), {
    requiredKeys: Object.keys(REQUIRED),
  })
  .filter((configuration) => isAccepted(full, configuration));

const noFile = (): string => {
  throw new Error('No file should be read.');
};
const full = (value: unknown) => parseAuthorizerConfiguration(JSON.stringify(value));
const small = (value: unknown) => readConfiguration(JSON.stringify(value), noFile);

function isAccepted(parse: (value: unknown) => unknown, value: unknown): boolean {
  try {
    parse(value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return false;
  }
}

/** All places in a value: the paths of its members and items. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))];
}

function replaced(value: unknown, [key, ...path]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : { ...Object(value) };
  copy[key] = replaced(copy[key], path, replacement);
  return copy;
}

describe('the CONFIG that the function reads', () => {
  it('means the same as it does to the full schema', () => {
    fc.assert(
      fc.property(configurations, (configuration) => {
        expect(small(configuration)).toEqual(full(configuration));
      }),
    );
  });

  it('has the same defaults', () => {
    expect(small(REQUIRED)).toEqual(full(REQUIRED));
  });

  it('knows every key of the full schema', () => {
    const everything = Object.fromEntries(Object.entries(VALUES).map(([key, [first]]) => [key, first]));
    const viewer = { viewerAddressHeader: 'CloudFront-Viewer-Address', originSecret: 'origin' };
    expect(small({ ...everything, ...viewer })).toEqual(full({ ...everything, ...viewer }));
    const server = { ...REQUIRED, issuer: 'https://ID.example/realms/demo', authorizationServer: URLS };
    expect(small(server)).toEqual(full(server));
  });

  it('is refused wherever a value has a form that the full schema refuses', () => {
    const cases = configurations.chain((configuration) =>
      fc.record({
        configuration: fc.constant(configuration),
        place: fc.constantFrom(...placesIn(configuration)),
        odd: fc.constantFrom(...ODD),
      }),
    );
    fc.assert(
      fc.property(cases, ({ configuration, place, odd }) => {
        const changed = replaced(configuration, place, odd);
        if (!isAccepted(full, changed)) expect(() => small(changed)).toThrow(ConfigurationError);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['', 'it'],
    ['not JSON', 'it'],
    ['[]', 'it'],
    [JSON.stringify({ ...REQUIRED, issuer: 'http://tenant.example/' }), 'issuer'],
    [JSON.stringify({ ...REQUIRED, issuer: 'https://TENANT.auth0.com/' }), 'issuer'],
    [JSON.stringify({ ...REQUIRED, audience: undefined }), 'audience'],
    [JSON.stringify({ ...REQUIRED, introspectJWTs: true }), 'introspectJWTs'],
    [JSON.stringify({ ...REQUIRED, expiries: { table: 'expiries' } }), 'digestSecret'],
    [JSON.stringify({ ...REQUIRED, appPasswordsApi: { id: 'a1b2c3d4e5' } }), 'scope'],
    [JSON.stringify({ ...REQUIRED, appPasswordsApi: { id: '', scope: 'manage:app_passwords' } }), 'id'],
    [JSON.stringify({ ...REQUIRED, routes: {} }), 'routes'],
    [
      `{"issuer":"https://tenant.auth0.com/","audience":"a","signingKeySecret":"k","__proto__":{"expiries":1}}`,
      '__proto__',
    ],
  ])('is refused with a message that names the key: %s', (text, key) => {
    expect(() => readConfiguration(text, noFile)).toThrow(
      new ConfigurationError(
        'configuration_invalid',
        `The CONFIG of the authorizer is not valid: Not valid at "${key}".`,
      ),
    );
  });

  it('may leave its routes to one file, which must have some', () => {
    const config = JSON.stringify({ ...REQUIRED, routes: 'routes.json' });
    const file = '{"GET /orders":["read:orders"]}';
    expect(readConfiguration(config, () => file).routes).toEqual({ 'GET /orders': ['read:orders'] });
    for (const bad of ['', 'null', 'not JSON', '"routes.json"', '{}', '{"GET /orders":7}']) {
      expect(() => readConfiguration(config, () => bad)).toThrow('Not valid at "routes".');
    }
    expect(() => readConfiguration(JSON.stringify({ ...REQUIRED, routes: '/etc/passwd' }), () => file)).toThrow(
      'Not valid at "routes".',
    );
  });
});
