/** A tenant that is down, is slow or responds with nonsense: never an allow, never "invalid token", never a hang. */
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

type Fault = Parameters<LocalForTest['tenant']['faults']['add']>[0];

const INTROSPECT = { path: '/oauth/introspect' };

describe('the API while the tenant is down', () => {
  it('responds with 503 if it needs the tenant, and with 200 to a JWT with a known key', async () => {
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

  it('responds with 503 to a password, and with 401 to an expired JWT', async () => {
    const local = await startLocal(UNCACHED);
    await local.tenant.close();
    const [user] = local.ready.users;
    const secret = Buffer.from(`${user?.username}:${user?.password}`).toString('base64');
    expect((await local.call('GET', '/foo', `Basic ${secret}`)).status).toBe(503);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.expiredJwt))).status).toBe(401);
  });

  it('pauses calls to the tenant after repeated failures, and resumes them two seconds later', async () => {
    const local = await startLocal(UNCACHED);
    const { opaque } = local.ready.tokens;
    local.tenant.faults.add({ kind: 'status', status: 500, ...INTROSPECT });
    for (let i = 0; i < 5; i += 1) await local.call('GET', '/foo', bearer(opaque));
    local.tenant.faults.clear();
    const callsBefore = local.calls('/oauth/introspect');
    expect((await local.call('GET', '/foo', bearer(opaque))).status).toBe(503);
    expect(local.log.at(-1)).toMatchObject({ reason: 'issuer_circuit_open' });
    expect(local.calls('/oauth/introspect')).toBe(callsBefore);
    local.clock.advanceSeconds(2);
    expect((await local.call('GET', '/foo', bearer(opaque))).status).toBe(200);
  });
});

describe('an introspection that fails', () => {
  it.each<[string, Fault, string]>([
    ['a 500', { kind: 'status', status: 500, ...INTROSPECT }, 'issuer_unavailable'],
    ['a 404', { kind: 'status', status: 404, ...INTROSPECT }, 'issuer_refused'],
    ['a 503 at every attempt', { kind: 'status', status: 503, ...INTROSPECT }, 'issuer_unavailable'],
    ['a rate limit', { kind: 'status', status: 429, retryAfterSeconds: 60, ...INTROSPECT }, 'issuer_throttled'],
    ['a connection cut before the response', { kind: 'reset', ...INTROSPECT }, 'issuer_unavailable'],
    ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/', ...INTROSPECT }, 'issuer_malformed'],
    ['text that is not JSON', { kind: 'garbage', ...INTROSPECT }, 'issuer_malformed'],
    ['10 MB', { kind: 'huge', ...INTROSPECT }, 'issuer_malformed'],
    ['"active":"true"', { kind: 'edit', set: { active: 'true' }, ...INTROSPECT }, 'issuer_malformed'],
    ['no "active"', { kind: 'edit', remove: ['active'], ...INTROSPECT }, 'issuer_malformed'],
    [
      'a refused assertion',
      { kind: 'body', status: 401, body: { error: 'invalid_client' }, ...INTROSPECT },
      'issuer_client_refused',
    ],
  ])('gets 503 on %s', async (_, fault, reason) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    const { status, headers } = await local.call('GET', '/foo', bearer(local.ready.tokens.opaque));
    expect(status).toBe(503);
    expect(headers.get('www-authenticate')).toBeNull();
    expect(headers.get('retry-after')).toBe('5');
    expect(local.log.at(0)).toMatchObject({ outcome: 'unavailable', reason });
  });

  it('gets 503 within the deadline if the tenant never responds', async () => {
    const local = await startLocal();
    local.tenant.faults.add({ kind: 'hang', ...INTROSPECT });
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.opaque))).status).toBe(503);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_timeout' });
  });
});

describe('an introspection response for another API or issuer, or without the required claims', () => {
  it.each<[string, Fault, string]>([
    ['no audience', { kind: 'edit', remove: ['aud'], ...INTROSPECT }, 'audience_mismatch'],
    ['another audience', { kind: 'edit', set: { aud: ['https://other.api'] }, ...INTROSPECT }, 'audience_mismatch'],
    ['no issuer', { kind: 'edit', remove: ['iss'], ...INTROSPECT }, 'claims_malformed'],
    ['another issuer', { kind: 'edit', set: { iss: 'https://evil.example/' }, ...INTROSPECT }, 'issuer_mismatch'],
    ['no subject', { kind: 'edit', remove: ['sub'], ...INTROSPECT }, 'claims_malformed'],
    ['no token type', { kind: 'edit', remove: ['token_type'], ...INTROSPECT }, 'token_type_refused'],
    ['a past expiry', { kind: 'edit', set: { exp: 1 }, ...INTROSPECT }, 'token_expired'],
  ])('gets 401 if it has %s', async (_, fault, reason) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ outcome: 'unauthenticated', reason });
  });
});

describe('a temporary failure', () => {
  it.each<[string, Fault]>([
    ['one 503', { kind: 'status', status: 503, times: 1, ...INTROSPECT }],
    ['one connection cut before the response', { kind: 'reset', times: 1, ...INTROSPECT }],
    ['one connection cut after the assertion was used', { kind: 'dieAfter', times: 1, ...INTROSPECT }],
  ])('is retried, so that the caller does not notice it: %s', async (_, fault) => {
    const local = await startLocal();
    local.tenant.faults.add(fault);
    expect((await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status).toBe(200);
    expect(local.calls('/oauth/introspect')).toBe(2);
  });
});

describe('the setting staleIfErrorSeconds', () => {
  it('lets in a known principal for exactly that time while the tenant fails', async () => {
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
