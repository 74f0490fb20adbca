/** Invalid credentials: each gets 401, never 500, and calls the tenant only if that is necessary. */
import { describe, expect, it } from 'vitest';
import { newSigningKey } from '../../../local/tenant/signing-keys.ts';
import { basic, bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

describe('the check of a JWT', () => {
  it.each<[string, (local: LocalForTest) => string, string]>([
    ['that has expired', ({ ready }) => ready.tokens.expiredJwt, 'token_expired'],
    ['for another audience', ({ tenant }) => tenant.mintJwt({ audience: 'https://demo.api/' }), 'audience_mismatch'],
    ['from another issuer', ({ tenant }) => tenant.mintJwt({ issuer: 'https://evil.example/' }), 'issuer_mismatch'],
    [
      'whose issuer lacks its slash',
      ({ tenant }) => tenant.mintJwt({ issuer: tenant.issuer.slice(0, -1) }),
      'issuer_mismatch',
    ],
    ['with alg none', ({ tenant }) => tenant.mintJwt({ alg: 'none' }), 'algorithm_refused'],
    ['signed by HS256 with the public key', ({ tenant }) => tenant.mintJwt({ alg: 'HS256' }), 'algorithm_symmetric'],
    [
      'that is bound to a key',
      ({ tenant }) => tenant.mintJwt({ claims: { cnf: { jkt: 'x' } } }),
      'token_sender_constrained',
    ],
    ['without an expiry', ({ tenant }) => tenant.mintJwt({ claims: { exp: undefined } }), 'claims_malformed'],
    ['without a subject', ({ tenant }) => tenant.mintJwt({ claims: { sub: undefined } }), 'claims_malformed'],
    ['that is a logout token', ({ tenant }) => tenant.mintJwt({ typ: 'logout+jwt' }), 'token_type_refused'],
    [
      'that is not valid yet',
      ({ tenant, clock }) => tenant.mintJwt({ claims: { nbf: clock.now() / 1000 + 60 } }),
      'token_not_yet_valid',
    ],
    [
      'with an invalid header',
      ({ ready }) => `AAAA.${ready.tokens.jwt.split('.').slice(1).join('.')}`,
      'token_malformed',
    ],
    ['without a signature', ({ ready }) => `${ready.tokens.jwt.split('.').slice(0, 2).join('.')}.`, 'token_malformed'],
  ])('refuses a JWT %s without a call to the tenant', async (_, token, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', bearer(token(local)))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.tenant.requests).toEqual([]);
  });

  it('refuses a JWT without an introspection if another key has signed it', async () => {
    const local = await startLocal(UNCACHED);
    const token = local.tenant.mintJwt({ signWith: await newSigningKey() });
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ reason: 'signature_invalid' });
    expect(local.calls('/oauth/introspect')).toBe(0);
  });

  it('refuses a JWT with an unknown kid, and fetches the keys only once for 50 of them', async () => {
    const local = await startLocal(UNCACHED);
    for (let i = 0; i < 50; i += 1) {
      expect((await local.call('GET', '/foo', bearer(local.tenant.mintJwt({ kid: `unknown-${i}` })))).status).toBe(401);
    }
    expect(local.log.at(-1)).toMatchObject({ reason: 'key_unknown' });
    expect(local.calls('/.well-known/jwks.json')).toBe(1);
  });

  it('accepts a JWT after the tenant has rotated its keys, whichever key signed it', async () => {
    const local = await startLocal(UNCACHED);
    await local.call('GET', '/foo', bearer(local.ready.tokens.jwt));
    await local.tenant.rotateSigningKeys();
    local.clock.advanceSeconds(30);
    expect((await local.call('GET', '/foo', bearer(local.tenant.mintJwt()))).status).toBe(200);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.jwt))).status).toBe(200);
    expect(local.calls('/.well-known/jwks.json')).toBe(2);
  });
});

describe('a token that must be introspected', () => {
  it.each<[string, (local: LocalForTest) => string, string]>([
    ['a refresh token', ({ ready }) => ready.tokens.refresh, 'token_type_refused'],
    [
      'a revoked ASP',
      ({ tenant }) => {
        const { value } = tenant.mintApplicationPassword();
        tenant.revoke(value);
        return value;
      },
      'token_inactive',
    ],
    ['garbage', () => 'garbage', 'token_inactive'],
    [
      'an opaque token for another API',
      ({ tenant }) => tenant.mintOpaque({ audience: 'https://demo.api/' }),
      'token_inactive',
    ],
    [
      'an ASP for another API',
      ({ tenant }) => tenant.mintApplicationPassword({ audience: 'https://demo.api/' }).value,
      'token_inactive',
    ],
    ['an expired opaque token', ({ tenant }) => tenant.mintOpaque({ expiresInSeconds: -1 }), 'token_inactive'],
  ])('%s is refused after one introspection', async (_, token, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', bearer(token(local)))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.calls('/oauth/introspect')).toBe(1);
  });
});

describe('an Authorization header that is not a valid credential', () => {
  it.each<[string, string | readonly string[], string]>([
    ['a missing header', [], 'credential_missing'],
    ['an unknown scheme', 'Digest abc', 'scheme_unsupported'],
    ['a scheme without a credential', 'Bearer', 'credential_malformed'],
    ['a pair joined by a comma', 'Bearer abc, Bearer def', 'credential_malformed'],
    ['a token of 8,193 characters', `Bearer ${'x'.repeat(8193)}`, 'credential_oversized'],
    [
      '6 KB of Basic junk',
      `Basic ${Buffer.from(`user:${'x'.repeat(4600)}`).toString('base64')}`,
      'credential_oversized',
    ],
    ['6 KB of non-base64', `Basic ${'!'.repeat(6 * 1024)}`, 'credential_malformed'],
    ['Basic without a colon', `Basic ${Buffer.from('user').toString('base64')}`, 'credential_malformed'],
    ['Basic without padding', basic('user', 'ab').replace(/=+$/, ''), 'credential_malformed'],
    ['Basic that is not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`, 'credential_malformed'],
    ['Basic with a control character', basic('user', 'a\nb'), 'credential_malformed'],
  ])('%s is refused without a call to the tenant', async (_, authorization, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.tenant.requests).toEqual([]);
  });

  it('is refused if there are two, each of which would be valid', async () => {
    const local = await startLocal();
    const { jwt, asp } = local.ready.tokens;
    expect((await local.call('GET', '/foo', [bearer(jwt), bearer(asp)])).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ reason: 'credential_repeated' });
  });
});

describe('the response to an invalid credential', () => {
  it('names the scheme that is required but not the reason for the refusal', async () => {
    const local = await startLocal();
    const none = await local.call('GET', '/foo');
    const expired = await local.call('GET', '/foo', bearer(local.ready.tokens.expiredJwt));
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="https://demo.api"');
    expect(none.headers.get('content-type')).toBe('application/problem+json');
    expect(none.headers.get('access-control-allow-origin')).toBe('*');
    expect(none.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate,Retry-After');
    expect(JSON.parse(none.body)).toEqual({
      title: 'Unauthorized',
      status: 401,
      detail: 'A valid credential is required.',
    });
    expect(expired.body).toBe(none.body);
  });

  it('offers Basic too if basicChallenge is set', async () => {
    const local = await startLocal({ basicChallenge: true });
    const { headers } = await local.call('GET', '/foo');
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="https://demo.api", Basic realm="https://demo.api", charset="UTF-8"',
    );
  });

  it('contains no credential, and neither does the log', async () => {
    const local = await startLocal(UNCACHED);
    const canary = 'CanaryCanaryCana';
    const responses = [
      await local.call('GET', '/foo', bearer(canary)),
      await local.call('GET', '/foo', basic('user@gmail.com', canary)),
      await local.call('GET', '/foo', basic('user@gmail.com', `${canary}-1`)),
    ];
    expect(JSON.stringify([responses, local.log])).not.toContain(canary);
  });
});

describe('a route', () => {
  it('gets 404 if the API does not have it', async () => {
    const local = await startLocal();
    expect((await local.call('GET', '/nowhere', bearer(local.ready.tokens.jwt))).status).toBe(404);
    expect((await local.call('PUT', '/foo', bearer(local.ready.tokens.jwt))).status).toBe(404);
  });

  it('requires no credential if it is configured as public', async () => {
    const local = await startLocal({ routes: { 'GET /health': 'public', 'GET /foo': ['read:foo'] } });
    expect((await local.call('GET', '/health')).status).toBe(200);
    expect((await local.call('GET', '/foo')).status).toBe(401);
  });

  it('stays protected if the other methods of its path are public', async () => {
    const local = await startLocal({ routes: { 'ANY /foo': 'public', 'GET /foo': ['read:foo'] } });
    expect((await local.call('GET', '/foo')).status).toBe(401);
    expect((await local.call('POST', '/foo')).status).toBe(200);
  });

  it('requires its own scopes under a greedy resource, whatever decision is cached for another path', async () => {
    const local = await startLocal({ routes: { 'GET /{proxy+}': ['read:foo'], 'GET /admin': ['admin'] } });
    const authorization = bearer(local.ready.tokens.jwt);
    expect((await local.call('GET', '/anything', authorization)).status).toBe(200);
    expect((await local.call('GET', '/%61dmin', authorization)).status).toBe(403);
  });

  it('responds to a CORS preflight without a credential', async () => {
    const local = await startLocal();
    const { status, headers } = await local.call('OPTIONS', '/foo');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toBe('OPTIONS,GET,POST,PATCH,DELETE');
  });
});
