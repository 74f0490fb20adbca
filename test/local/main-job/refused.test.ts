/** Credentials that prove nothing: 401 for each, no 500, and no call to the tenant where none is due. */
import { describe, expect, it } from 'vitest';
import { newSigningKey } from '../../../local/tenant/signing-keys.ts';
import { basic, bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

describe('a JWT is refused', () => {
  it.each<[string, (local: LocalForTest) => string, string]>([
    ['expired', ({ ready }) => ready.tokens.expiredJwt, 'token_expired'],
    ['for another audience', ({ tenant }) => tenant.mintJwt({ audience: 'https://demo.api/' }), 'audience_mismatch'],
    ['of another issuer', ({ tenant }) => tenant.mintJwt({ issuer: 'https://evil.example/' }), 'issuer_mismatch'],
    [
      'whose issuer lacks its slash',
      ({ tenant }) => tenant.mintJwt({ issuer: tenant.issuer.slice(0, -1) }),
      'issuer_mismatch',
    ],
    ['with alg none', ({ tenant }) => tenant.mintJwt({ alg: 'none' }), 'algorithm_refused'],
    ['signed HS256 with the public key', ({ tenant }) => tenant.mintJwt({ alg: 'HS256' }), 'algorithm_refused'],
    [
      'with a key bound to it',
      ({ tenant }) => tenant.mintJwt({ claims: { cnf: { jkt: 'x' } } }),
      'token_sender_constrained',
    ],
    ['without an expiry', ({ tenant }) => tenant.mintJwt({ claims: { exp: undefined } }), 'claims_malformed'],
    ['without a subject', ({ tenant }) => tenant.mintJwt({ claims: { sub: undefined } }), 'claims_malformed'],
    ['that is a logout token', ({ tenant }) => tenant.mintJwt({ typ: 'logout+jwt' }), 'token_type_refused'],
    [
      'not valid yet',
      ({ tenant, clock }) => tenant.mintJwt({ claims: { nbf: clock.now() / 1000 + 60 } }),
      'token_not_yet_valid',
    ],
    [
      'with junk for a header',
      ({ ready }) => `AAAA.${ready.tokens.jwt.split('.').slice(1).join('.')}`,
      'token_malformed',
    ],
    [
      'without its signature',
      ({ ready }) => `${ready.tokens.jwt.split('.').slice(0, 2).join('.')}.`,
      'token_malformed',
    ],
  ])('%s, without a call', async (_, token, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', bearer(token(local)))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.tenant.requests).toEqual([]);
  });

  it('whose signature is not by the key it names, and is not introspected then', async () => {
    const local = await startLocal(UNCACHED);
    const token = local.tenant.mintJwt({ signWith: await newSigningKey() });
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ reason: 'signature_invalid' });
    expect(local.calls('/oauth/introspect')).toBe(0);
  });

  it('with an unknown kid; a flood of them fetches the keys no more than once a cool-down', async () => {
    const local = await startLocal(UNCACHED);
    for (let i = 0; i < 50; i += 1) {
      expect((await local.call('GET', '/foo', bearer(local.tenant.mintJwt({ kid: `unknown-${i}` })))).status).toBe(401);
    }
    expect(local.log.at(-1)).toMatchObject({ reason: 'key_unknown' });
    expect(local.calls('/.well-known/jwks.json')).toBe(1);
  });

  it('until the keys are fetched anew, after the tenant has rotated its own', async () => {
    const local = await startLocal(UNCACHED);
    await local.call('GET', '/foo', bearer(local.ready.tokens.jwt));
    await local.tenant.rotateSigningKeys();
    local.clock.advanceSeconds(30);
    expect((await local.call('GET', '/foo', bearer(local.tenant.mintJwt()))).status).toBe(200);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.jwt))).status).toBe(200);
    expect(local.calls('/.well-known/jwks.json')).toBe(2);
  });
});

describe('a token that the tenant must be asked about is refused', () => {
  it.each<[string, (local: LocalForTest) => string, string]>([
    ['refresh token', ({ ready }) => ready.tokens.refresh, 'token_type_refused'],
    ['revoked ASP', ({ revokedApplicationPassword }) => revokedApplicationPassword, 'token_inactive'],
    ['garbage', () => 'garbage', 'token_inactive'],
    [
      'opaque token for another API',
      ({ tenant }) => tenant.mintOpaque({ audience: 'https://demo.api/' }),
      'token_inactive',
    ],
    [
      'ASP for another API',
      ({ tenant }) => tenant.mintApplicationPassword({ audience: 'https://demo.api/' }).value,
      'token_inactive',
    ],
    ['expired opaque token', ({ tenant }) => tenant.mintOpaque({ expiresInSeconds: -1 }), 'token_inactive'],
  ])('%s, after one introspection', async (_, token, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', bearer(token(local)))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.calls('/oauth/introspect')).toBe(1);
  });
});

describe('what is no credential is refused without a call', () => {
  it.each<[string, string | readonly string[], string]>([
    ['nothing', [], 'credential_missing'],
    ['an unknown scheme', 'Digest abc', 'scheme_unsupported'],
    ['a scheme alone', 'Bearer', 'credential_malformed'],
    ['a comma-joined pair', 'Bearer abc, Bearer def', 'credential_malformed'],
    ['6 KB of junk', `Bearer ${'x'.repeat(6 * 1024)}`, 'credential_oversized'],
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
  ])('%s', async (_, authorization, reason) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(local.tenant.requests).toEqual([]);
  });

  it('two Authorization headers, each of which would be good', async () => {
    const local = await startLocal();
    const { jwt, asp } = local.ready.tokens;
    expect((await local.call('GET', '/foo', [bearer(jwt), bearer(asp)])).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ reason: 'credential_repeated' });
  });
});

describe('the answer to a refusal', () => {
  it('names the scheme that is wanted and nothing of the reason', async () => {
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

  it('offers Basic as well if so configured', async () => {
    const local = await startLocal({ basicChallenge: true });
    const { headers } = await local.call('GET', '/foo');
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="https://demo.api", Basic realm="https://demo.api", charset="UTF-8"',
    );
  });

  it('holds no credential, nor does the log', async () => {
    const local = await startLocal(UNCACHED);
    const canary = 'CanaryCanaryCana';
    const answers = [
      await local.call('GET', '/foo', bearer(canary)),
      await local.call('GET', '/foo', basic('user@gmail.com', canary)),
      await local.call('GET', '/foo', basic('user@gmail.com', `${canary}-1`)),
    ];
    expect(JSON.stringify([answers, local.log])).not.toContain(canary);
  });
});

describe('a route', () => {
  it('that the API does not have is 404, for anybody', async () => {
    const local = await startLocal();
    expect((await local.call('GET', '/nowhere', bearer(local.ready.tokens.jwt))).status).toBe(404);
    expect((await local.call('PUT', '/foo', bearer(local.ready.tokens.jwt))).status).toBe(404);
  });

  it('configured as public has no authorizer', async () => {
    const local = await startLocal({ routes: { 'GET /health': 'public', 'GET /foo': ['read:foo'] } });
    expect((await local.call('GET', '/health')).status).toBe(200);
    expect((await local.call('GET', '/foo')).status).toBe(401);
  });

  it('is not public because the other methods of its path are', async () => {
    const local = await startLocal({ routes: { 'ANY /foo': 'public', 'GET /foo': ['read:foo'] } });
    expect((await local.call('GET', '/foo')).status).toBe(401);
    expect((await local.call('POST', '/foo')).status).toBe(200);
  });

  it('under a greedy resource asks for its own scopes, whatever answer is kept for another path', async () => {
    const local = await startLocal({ routes: { 'GET /{proxy+}': ['read:foo'], 'GET /admin': ['admin'] } });
    const authorization = bearer(local.ready.tokens.jwt);
    expect((await local.call('GET', '/anything', authorization)).status).toBe(200);
    expect((await local.call('GET', '/%61dmin', authorization)).status).toBe(403);
  });

  it('answers a CORS preflight to anybody', async () => {
    const local = await startLocal();
    const { status, headers } = await local.call('OPTIONS', '/foo');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toBe('OPTIONS,GET,POST,PATCH,DELETE');
  });
});
