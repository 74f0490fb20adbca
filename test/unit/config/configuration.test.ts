import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../src/config/configuration.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

const REQUIRED = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  managementSecret: 'auth0/management',
};

/** The lines of the faults, without the first line, which counts them. */
function faultsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseConfiguration(context);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.code).toBe('configuration_invalid');
    const [first, ...faults] = error.message.split('\n  ');
    expect(first).toBe(`The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`);
    return faults;
  }
  return [];
}

describe('the configuration of a deployment', () => {
  it('requires three keys and has a default for every other key', () => {
    expect(parseConfiguration(REQUIRED)).toMatchObject({
      ...REQUIRED,
      keyDelivery: 'auto',
      keyFormat: 'certificate',
      rotationDays: 90,
      basicOrder: 'auto',
      basicChallenge: false,
      createResourceServer: false,
      removeCreated: false,
      routes: {
        'GET /foo': ['read:foo'],
        'POST /foo': ['create:foo'],
        'PATCH /foo': ['update:foo'],
        'DELETE /foo': ['delete:foo'],
        'GET /whoami': [],
      },
      permissionsAsScopes: false,
      introspectJwts: false,
      gatewayTtlSeconds: 60,
      cacheTtlSeconds: 300,
      negativeTtlSeconds: 10,
      staleIfErrorSeconds: 0,
      uncachedScopes: [],
      accessLog: false,
      stackPrefix: 'Auth0Authorizer',
    });
  });

  it('returns the same result for a command line, where all values are text', () => {
    const written = {
      ...REQUIRED,
      rotationDays: 0,
      basicChallenge: true,
      routes: { 'GET /a/{id}': { anyOf: ['a', 'b'] }, 'GET /health': 'public' },
      gatewayTtlSeconds: 0,
      uncachedScopes: ['admin'],
    };
    const typed = Object.entries(written).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(parseConfiguration(Object.fromEntries(typed))).toEqual(parseConfiguration(written));
  });

  it("ignores CDK's own keys", () => {
    const ofCdk = { 'aws:cdk:bundling-stacks': ['**'], '@aws-cdk/core:x': true, 'availability-zones:account=1': [] };
    expect(parseConfiguration({ ...REQUIRED, ...ofCdk, 'acknowledged-issue-numbers': [1] })).toEqual(
      parseConfiguration(REQUIRED),
    );
  });

  it('reports all faults at once, unknown keys with the nearest known key', () => {
    const context = { issuer: 'https://tenant.auth0.com', audiense: 'a', 'management-secret': 'm', keyFormat: 'pem' };
    expect(faultsOf(context)).toEqual([
      expect.stringMatching(/^audiense: unknown; expected one of issuer, .*; the nearest is audience$/),
      expect.stringMatching(/^management-secret: unknown; expected one of .*; the nearest is managementSecret$/),
      expect.stringMatching(/^issuer: got "https:\/\/tenant.auth0.com"; expected an https URL that ends in "\/"/),
      'audience: missing, and it has no default',
      'managementSecret: missing, and it has no default',
      'keyFormat: got "pem"; expected "certificate" or "jwk"',
    ]);
  });

  it.each([
    ['issuer', 'http://tenant.auth0.com/', 'expected an https URL'],
    ['issuer', 'https://user:pass@tenant.auth0.com/', 'expected an https URL'],
    ['issuer', 7, 'expected an https URL'],
    ['issuer', 'https://TENANT.auth0.com/', 'expected the canonical spelling "https://tenant.auth0.com/"'],
    ['issuer', 'https://tenant.auth0.com:443/', 'expected the canonical spelling "https://tenant.auth0.com/"'],
    ['issuer', 'https://tenant.auth0.com/?a=/', 'expected an https URL'],
    ['audience', 'with space', 'expected the identifier of the resource server'],
    ['managementSecret', '{"clientId":"a","clientSecret":"b"}', 'got Object; expected the name or ARN'],
    ['managementSecret', 'not a name', 'expected the name or ARN of a secret'],
    ['managementSecret', 'arn:aws:s3:::bucket', 'expected the name or ARN of a secret'],
    ['managementDomain', 'http://tenant.auth0.com/', "expected the tenant's own domain"],
    ['managementDomain', 'https://tenant.auth0.com/api', "expected the tenant's own domain"],
    ['passwordGrantSecret', '', 'expected the name or ARN of a secret'],
    [
      'keyDelivery',
      'email',
      'expected "auto", "verificationKey", "verificationKeys", "verificationLocation" or "wellKnown"',
    ],
    ['rotationDays', -1, 'expected whole days from 0 (off) to 1000'],
    ['rotationDays', 1.5, 'expected whole days'],
    ['basicOrder', 'both', 'expected "auto", "password-first" or "introspect-first"'],
    ['basicChallenge', 'yes', 'expected true or false'],
    ['grantClientId', 'a b', 'expected the id of a client'],
    ['createResourceServer', 1, 'expected true or false'],
    ['removeCreated', 'no', 'expected true or false'],
    ['routes', [], 'expected an object'],
    ['routes', {}, 'expected an object with at least one route'],
    ['permissionsAsScopes', null, 'expected true or false'],
    ['introspectJwts', 'maybe', 'expected true or false'],
    ['backendUrl', 'http://backend.example', 'expected an https URL without query and fragment'],
    ['backendUrl', 'https://backend.example/?a', 'expected an https URL without query and fragment'],
    ['corsAllowOrigins', 'https://app.example', 'expected ["*"], or a list of origins'],
    ['corsAllowOrigins', [], 'expected ["*"], or a list of origins'],
    ['corsAllowOrigins', ['*', 'https://app.example'], 'expected ["*"], or a list of origins'],
    ['corsAllowHeaders', ['Content-Type'], 'expected a list of header names with "Authorization"'],
    ['throttleRate', 0, 'expected whole requests per second from 1 to 1000000'],
    ['throttleBurst', 1.5, 'expected whole requests in a burst from 1 to 1000000'],
    ['jwksThrottleRate', '50/s', 'expected whole requests per second from 1 to 1000000'],
    ['jwksThrottleBurst', -1, 'expected whole requests in a burst from 1 to 1000000'],
    ['logRetentionDays', 31, 'expected a number of days that CloudWatch Logs accepts: 1, 3, 5, 7, 14, 30, 60'],
    ['encryptLogs', 'key', 'expected true or false'],
    ['tracing', 'Active', 'expected true or false'],
    ['catchAll', 'off', 'expected true or false'],
    ['viewerAddressHeader', 'X-Forwarded-For', 'but not X-Forwarded-For'],
    ['viewerAddressHeader', 'X-Origin-Secret', 'expected the name of the header'],
    ['viewerAddressHeader', 'a b', 'expected the name of the header'],
    ['gatewayTtlSeconds', 3601, 'expected whole seconds from 0 to 3600'],
    ['cacheTtlSeconds', '5m', 'expected whole seconds'],
    ['negativeTtlSeconds', -1, 'expected whole seconds'],
    ['staleIfErrorSeconds', 1e9, 'expected whole seconds'],
    ['uncachedScopes', 'admin', 'expected a list of scopes'],
    ['kmsKeyArn', 'alias/mine', 'expected the ARN of a KMS key'],
    ['accessLog', 'on', 'expected true or false'],
    ['ipRateLimit', 9, 'expected whole requests in five minutes from one address, from 10 to 2000000000'],
    ['ipRateLimit', '2000000001', 'expected whole requests in five minutes'],
    ['stackPrefix', '-dev', 'expected a letter followed by at most 124 letters, digits and hyphens'],
    ['stackPrefix', 'dev_1', 'expected a letter followed by at most 124 letters, digits and hyphens'],
    ['stackPrefix', `D${'e'.repeat(125)}`, 'expected a letter followed by at most 124'],
    ['stackPrefix', 'Auth0AuthorizerKey', 'not ending in "Key"'],
    ['stackPrefix', 42, 'got 42; expected a letter followed by'],
    ['alarmTopicArn', 'my-topic', 'expected the ARN of an SNS topic'],
    ['alarmTopicArn', 'arn:aws:sqs:eu-west-1:111122223333:alarms', 'its service is "sqs", not "sns"'],
    ['alarmTopicArn', 'arn:aws:sns:eu-west-1:111122223333:alarms.fifo', 'the name of a topic, which is not FIFO'],
    ['ipRateLimit', 10.5, 'expected whole requests in five minutes'],
  ])('refuses %s = %j', (key, value, wanted) => {
    const fault = faultsOf({ ...REQUIRED, [key]: value }).find((line) => line.startsWith(`${key}: got`));
    expect(fault).toContain(wanted);
  });

  it.each([
    [
      'managementSecret',
      'arn:aws:secretsmanager:eu-west-1:11112222333:secret:a',
      'its account is "11112222333", not 12 digits',
    ],
    ['managementSecret', 'arn:aws:secretsmanager::111122223333:secret:a', 'its Region is empty'],
    [
      'managementSecret',
      'arn:aws:ssm:eu-west-1:111122223333:parameter/a',
      'its service is "ssm", not "secretsmanager"',
    ],
    [
      'managementSecret',
      'arn:aws:secretsmanager:eu-west-1:111122223333:a',
      'its resource is "a", not "secret:" and the name',
    ],
    ['managementSecret', 'arn:AWS:secretsmanager:eu-west-1:111122223333:secret:a', 'its partition is "AWS", not "aws"'],
    ['managementSecret', 'arn:aws:secretsmanager', 'it has fewer than six parts'],
    ['passwordGrantSecret', 'a b', 'a name may contain letters, digits and /_+=.@- only'],
    ['passwordGrantSecret', 'a'.repeat(513), 'a name has at most 512 characters'],
    ['kmsKeyArn', 'alias/mine', 'it does not start with "arn:"'],
    [
      'kmsKeyArn',
      'arn:aws:kms:eu-west-1:111122223333:alias/mine',
      'its resource is "alias/mine", not "key/" and the id of a key',
    ],
  ])('says what is wrong with %s = %j', (key, value, reason) => {
    expect(faultsOf({ ...REQUIRED, [key]: value })).toEqual([expect.stringMatching(/^\w+: got .*; expected .*ARN of/)]);
    expect(faultsOf({ ...REQUIRED, [key]: value })[0]).toContain(`; ${reason}`);
  });

  it('refuses a route for an audience that is not accepted', () => {
    const routes = { 'GET /a': { allOf: ['a'], audience: 'https://old.api' } };
    expect(faultsOf({ ...REQUIRED, routes })).toEqual([
      'routes: "GET /a" requires the audience "https://old.api", which is not accepted; add it to "audiences"',
    ]);
    expect(parseConfiguration({ ...REQUIRED, routes, audiences: ['https://old.api'] }).routes).toEqual(routes);
  });

  it('says that an audience has no spaces', () => {
    expect(faultsOf({ ...REQUIRED, audience: 'my api' })).toEqual([
      'audience: got "my api"; expected the identifier of the resource server, a string of 1 to 400 printable ASCII characters without spaces',
    ]);
  });

  it.each(['12345', '0123', '1.0', '1e3', '12345678901234567890'])(
    'keeps each digit of the audience %s',
    (audience) => {
      expect(parseConfiguration({ ...REQUIRED, audience }).audience).toBe(audience);
    },
  );

  it('accepts a number as audience unless digits may be lost', () => {
    expect(parseConfiguration({ ...REQUIRED, audience: 12345 }).audience).toBe('12345');
    expect(faultsOf({ ...REQUIRED, audience: 2 ** 60 })[0]).toMatch(
      /^audience: got 1152921504606847000; expected .* a string of/,
    );
  });

  it.each(['http://127.0.0.1:3001/', 'http://localhost:3001/', 'http://[::1]:3001/'])(
    'accepts %s as issuer',
    (issuer) => {
      expect(faultsOf({ ...REQUIRED, issuer })).toEqual([]);
    },
  );

  it('accepts a stack prefix that leaves room for the longest name of a stack', () => {
    const stackPrefix = `D${'-'.repeat(124)}`;
    expect(`${parseConfiguration({ ...REQUIRED, stackPrefix }).stackPrefix}Key`).toHaveLength(128);
  });

  it.each([10, '10', 2_000_000_000])('accepts the IP rate limit %j and has no limit by default', (ipRateLimit) => {
    expect(parseConfiguration({ ...REQUIRED, ipRateLimit }).ipRateLimit).toBe(Number(ipRateLimit));
    expect(parseConfiguration(REQUIRED)).not.toHaveProperty('ipRateLimit');
  });

  it.each(['tenant.eu.auth0.com', 'https://tenant.eu.auth0.com/'])('accepts %s as management domain', (domain) => {
    expect(parseConfiguration({ ...REQUIRED, managementDomain: domain }).managementDomain).toBe(
      'https://tenant.eu.auth0.com/',
    );
  });

  it.each([
    [
      'an issuer with a path and no management domain',
      { issuer: 'https://a.example/b/' },
      /^managementDomain: missing/,
    ],
    [
      'a viewer address without an origin secret',
      { viewerAddressHeader: 'CloudFront-Viewer-Address' },
      /^viewerAddressHeader: originSecret is missing; a caller could write this header too/,
    ],
    [
      'an origin secret without a header',
      { originSecret: 'cdn' },
      /^viewerAddressHeader: missing; originSecret is only/,
    ],
    [
      'uncachedScopes together with a gateway cache',
      { uncachedScopes: ['a'] },
      /^gatewayTtlSeconds: got 60; expected 0/,
    ],
    [
      'bound tokens together with a gateway cache',
      { dpop: 'accepted' },
      /^gatewayTtlSeconds: got 60; expected 0, because with dpop each request must be checked/,
    ],
    [
      'bound tokens by certificate together with a gateway cache',
      { mtls: 'required', gatewayTtlSeconds: 1 },
      /^gatewayTtlSeconds: got 1; expected 0, because with mtls each request must be checked/,
    ],
    [
      'two bindings that are both required',
      { dpop: 'required', mtls: 'required', gatewayTtlSeconds: 0 },
      /^mtls: got "required", and dpop is "required" too/,
    ],
    [
      'the main audience among the others',
      { audiences: ['https://old.api', 'https://demo.api'] },
      /^audiences: "https:\/\/demo\.api" is already the main "audience"/,
    ],
    [
      'an audience of a signed principal that does not exist',
      { principalTokenAudience: 'orders' },
      /^principalTokenAudience: expected none, because there is no signed principal/,
    ],
    ['metadata without a public URL', { resourceMetadata: true }, /^resourceMetadata: got true; set publicUrl/],
    [
      'metadata for a URL that is no audience',
      { resourceMetadata: true, publicUrl: 'https://api.example.com' },
      /^resourceMetadata: got true; expected publicUrl \(https:\/\/api\.example\.com\) to be the audience/,
    ],
    ['a backendUrl without routes', { backendUrl: 'https://b.example' }, /^routes: missing; with backendUrl/],
    ['encrypted logs without a key', { encryptLogs: true }, /^encryptLogs: got true; set kmsKeyArn to the key/],
    ['OPTIONS as a route', { routes: { 'OPTIONS /a': [] } }, /^routes: "OPTIONS \/a" cannot be a route/],
  ])('refuses %s', (_what, context, fault) => {
    expect(faultsOf({ ...REQUIRED, ...context })).toEqual([expect.stringMatching(fault)]);
  });

  it('never throws anything but its own error, for any input', () => {
    const key = fc.constantFrom(...Object.keys(parseConfiguration(REQUIRED)), 'backendUrl', 'kmsKeyArn');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (ours, others) => {
        faultsOf({ ...others, ...ours });
      }),
    );
  });

  it('does not report the management domain if the issuer is wrong already', () => {
    const faults = faultsOf({ ...REQUIRED, issuer: 'https://tenant.auth0.com' });
    expect(faults).toEqual([expect.stringMatching(/^issuer: got/)]);
  });

  it.each(['issuer', 'managementDomain', 'backendUrl'])('never shows the password in the URL of %s', (key) => {
    const faults = faultsOf({ ...REQUIRED, [key]: 'https://user:canary@a.example/' }).join();
    expect(faults).toContain('got "https://…@a.example/"; expected');
    expect(faults).not.toContain('canary');
  });

  it('shows only the beginning of a long value', () => {
    const [fault = ''] = faultsOf({ ...REQUIRED, managementSecret: 'x '.repeat(5000) });
    expect(fault.length).toBeLessThan(200);
  });

  it('names the new key to a user who still writes the old one', () => {
    expect(faultsOf({ ...REQUIRED, upstream: 'https://backend.example/' })).toEqual([
      'upstream: unknown; use "backendUrl"',
    ]);
  });

  it('shows a list of unknown keys in full', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }).filter(isUnknown), { minLength: 1 }), (keys) => {
        const distinct = new Set(keys);
        expect(faultsOf({ ...REQUIRED, ...Object.fromEntries(keys.map((key) => [key, 1])) })).toHaveLength(
          distinct.size,
        );
      }),
    );
  });
});

function isUnknown(key: string): boolean {
  return !/[:/\n]/.test(key) && !(key in parseConfiguration(REQUIRED)) && key !== '__proto__';
}
