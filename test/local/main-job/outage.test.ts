/** A tenant that is down, slow or talks nonsense: never an allow, never "invalid token", never a hang. */
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

type Fault = Parameters<LocalForTest['tenant']['faults']['add']>[0];

const INTROSPECT = { path: '/oauth/introspect' };

describe('with the tenant stopped', () => {
  it('answers 503 to what needs it, and still 200 to JWTs whose key is known', async () => {
    const local = await startLocal(UNCACHED);
    const { jwt, opaque, asp } = local.ready.tokens;
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(200);
    await local.tenant.close();
    expect((await local.call('GET', '/foo', bearer(opaque))).status).toBe(503);
    expect((await local.call('GET', '/foo', bearer(asp))).status).toBe(503);
    local.clock.advanceSeconds(3500);
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(200);
    expect((await local.call('GET', '/foo', bearer(local.tenant.mintJwt({ kid: 'new' })))).status).toBe(503);
    expect(local.log.at(1)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_unavailable' });
  });

  it('answers 503 to a password, too, and 401 to what needs no tenant', async () => {
    const local = await startLocal(UNCACHED);
    await local.tenant.close();
    const [user] = local.ready.users;
    const secret = Buffer.from(`${user?.username}:${user?.password}`).toString('base64');
    expect((await local.call('GET', '/foo', `Basic ${secret}`)).status).toBe(503);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.expiredJwt))).status).toBe(401);
  });

  it('leaves it alone for a while after repeated failures, and finds it again after', async () => {
    const local = await startLocal(UNCACHED);
    const { opaque } = local.ready.tokens;
    local.tenant.faults.add({ kind: 'status', status: 500, ...INTROSPECT });
    for (let i = 0; i < 5; i += 1) await local.call('GET', '/foo', bearer(opaque));
    local.tenant.faults.clear();
    const asked = local.calls('/oauth/introspect');
    expect((await local.call('GET', '/foo', bearer(opaque))).status).toBe(503);
    expect(local.log.at(-1)).toMatchObject({ reason: 'issuer_circuit_open' });
    expect(local.calls('/oauth/introspect')).toBe(asked);
    local.clock.advanceSeconds(2);
    expect((await local.call('GET', '/foo', bearer(opaque))).status).toBe(200);
  });
});

describe('an introspection is a 503', () => {
  it.each<[string, Fault, string]>([
    ['on a 500', { kind: 'status', status: 500, ...INTROSPECT }, 'issuer_unavailable'],
    ['on a 404', { kind: 'status', status: 404, ...INTROSPECT }, 'issuer_refused'],
    ['on a 503 that stays', { kind: 'status', status: 503, ...INTROSPECT }, 'issuer_unavailable'],
    ['on a rate limit', { kind: 'status', status: 429, retryAfterSeconds: 60, ...INTROSPECT }, 'issuer_throttled'],
    ['on a connection cut before the answer', { kind: 'reset', ...INTROSPECT }, 'issuer_unavailable'],
    ['on a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/', ...INTROSPECT }, 'issuer_malformed'],
    ['on what is not JSON', { kind: 'garbage', ...INTROSPECT }, 'issuer_malformed'],
    ['on 10 MB', { kind: 'huge', ...INTROSPECT }, 'issuer_malformed'],
    ['on "active":"true"', { kind: 'edit', set: { active: 'true' }, ...INTROSPECT }, 'issuer_malformed'],
    ['on no "active"', { kind: 'edit', remove: ['active'], ...INTROSPECT }, 'issuer_malformed'],
    [
      'on a refused assertion',
      { kind: 'body', status: 401, body: { error: 'invalid_client' }, ...INTROSPECT },
      'issuer_client_refused',
    ],
  ])('%s', async (_, fault, reason) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    const { status, headers } = await local.call('GET', '/foo', bearer(local.ready.tokens.opaque));
    expect(status).toBe(503);
    expect(headers.get('www-authenticate')).toBeNull();
    expect(headers.get('retry-after')).toBe('5');
    expect(local.log.at(0)).toMatchObject({ outcome: 'unavailable', reason });
  });

  it('within the deadline, when the tenant never answers', async () => {
    const local = await startLocal();
    local.tenant.faults.add({ kind: 'hang', ...INTROSPECT });
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.opaque))).status).toBe(503);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_timeout' });
  });
});

describe('an introspection answer that lacks what makes it ours is a 401', () => {
  it.each<[string, Fault, string]>([
    ['no audience', { kind: 'edit', remove: ['aud'], ...INTROSPECT }, 'audience_mismatch'],
    ['another audience', { kind: 'edit', set: { aud: ['https://other.api'] }, ...INTROSPECT }, 'audience_mismatch'],
    ['no issuer', { kind: 'edit', remove: ['iss'], ...INTROSPECT }, 'claims_malformed'],
    ['another issuer', { kind: 'edit', set: { iss: 'https://evil.example/' }, ...INTROSPECT }, 'issuer_mismatch'],
    ['no subject', { kind: 'edit', remove: ['sub'], ...INTROSPECT }, 'claims_malformed'],
    ['no token type', { kind: 'edit', remove: ['token_type'], ...INTROSPECT }, 'token_type_refused'],
    ['a past expiry', { kind: 'edit', set: { exp: 1 }, ...INTROSPECT }, 'token_expired'],
  ])('%s', async (_, fault, reason) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
  });
});

describe('a failure that passes goes unnoticed by the caller', () => {
  it.each<[string, Fault]>([
    ['one 503', { kind: 'status', status: 503, times: 1, ...INTROSPECT }],
    ['one connection cut before the answer', { kind: 'reset', times: 1, ...INTROSPECT }],
    ['one cut after the assertion was used', { kind: 'dieAfter', times: 1, ...INTROSPECT }],
  ])('%s', async (_, fault) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status).toBe(200);
    expect(local.calls('/oauth/introspect')).toBe(2);
  });
});

describe('staleIfErrorSeconds', () => {
  it('lets a known principal serve on while the tenant fails, so long and no longer', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 0, cacheTtlSeconds: 10, staleIfErrorSeconds: 60 });
    const authorization = bearer(local.ready.tokens.asp);
    await local.call('GET', '/foo', authorization);
    local.tenant.faults.add({ kind: 'status', status: 500, ...INTROSPECT });
    local.clock.advanceSeconds(69);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(200);
    local.clock.advanceSeconds(1);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(503);
  });
});
