/** Tokens that are bound to a key of the caller: RFC 9449, with proofs by clients that others wrote. */
import * as dpop from 'dpop';
import { beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { type DpopKey, newDpopKey, type ProofFor, proofOf } from '../../support/local/dpop-client.ts';
import { callApi, challengesOf, dpopHandle, machineToken } from '../../support/local/machine-client.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const ACCEPTED = { ...UNCACHED, dpop: 'accepted' };
const MACHINE = { client_id: 'local-machine-client', client_secret: 'local-machine-secret' };
/** The gateway may not cache, but the authorizer may. */
const CACHED = { dpop: 'accepted', gatewayTtlSeconds: 0 };
/** The time of `startLocal`. */
const START_SECONDS = Date.parse('2026-11-22T12:00:00Z') / 1000;
let key: DpopKey;
let otherKey: DpopKey;

beforeAll(async () => {
  [key, otherKey] = await Promise.all([newDpopKey(), newDpopKey()]);
});

const bound = (local: LocalForTest, by = key) => local.tenant.mintJwt({ cnf: { jkt: by.thumbprint } });

function proofFor(local: LocalForTest, token: string, changes: Partial<ProofFor> = {}, by = key): Promise<string> {
  return proofOf(by, { method: 'GET', url: urlOf(local), nowMs: local.clock.now(), token, ...changes });
}

const urlOf = ({ ready }: LocalForTest) => `${ready.gateway}foo`;

function send(local: LocalForTest, token: string, proof: string | readonly string[], scheme = 'DPoP') {
  return local.call('GET', '/foo', `${scheme} ${token}`, { headers: { DPoP: proof } });
}

describe('a token that is bound to a key', () => {
  it.each(['mintJwt', 'mintOpaque'] as const)('is accepted with a proof of that key: %s', async (mint) => {
    const local = await startLocal(ACCEPTED);
    const token = local.tenant[mint]({ cnf: { jkt: key.thumbprint } });
    for (const scheme of ['DPoP', 'dpop', 'DPOP']) {
      expect(await send(local, token, await proofFor(local, token), scheme)).toMatchObject({ status: 200 });
    }
  });

  it('is refused as a plain Bearer token, with and without a proof', async () => {
    const local = await startLocal(ACCEPTED);
    const token = bound(local);
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect((await send(local, token, await proofFor(local, token), 'Bearer')).status).toBe(401);
    for (const line of local.log) expect(line).toMatchObject({ reason: 'token_sender_constrained' });
  });

  it('is refused with every second use of a proof, also if the principal is cached', async () => {
    for (const configuration of [ACCEPTED, CACHED]) {
      const local = await startLocal(configuration);
      const token = bound(local);
      const proof = await proofFor(local, token);
      const statuses = [];
      for (let time = 0; time < 3; time += 1) statuses.push((await send(local, token, proof)).status);
      expect(statuses).toEqual([200, 401, 401]);
      expect(local.log.at(-1)).toMatchObject({ reason: 'proof_replayed' });
      expect((await send(local, token, await proofFor(local, token))).status).toBe(200);
    }
  });

  it('is refused to a thief, also if the principal is cached', async () => {
    const local = await startLocal(CACHED);
    const token = bound(local);
    expect((await send(local, token, await proofFor(local, token))).status).toBe(200);
    expect((await send(local, token, await proofFor(local, token, {}, otherKey))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'proof_mismatch' });
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'token_sender_constrained' });
  });

  it.each<[string, Partial<ProofFor>, string]>([
    ['another method', { method: 'POST' }, 'proof_mismatch'],
    ['a method in lower case', { method: 'get' }, 'proof_mismatch'],
    ['another path', { url: 'http://127.0.0.1:1/foo/bar' }, 'proof_mismatch'],
    ['another host', { url: 'https://api.example.com/foo' }, 'proof_mismatch'],
    ['another token', { token: 'another token' }, 'proof_mismatch'],
    ['no token', { claims: { ath: undefined } }, 'proof_mismatch'],
    ['a time that is ten minutes ago', { claims: { iat: START_SECONDS - 600 } }, 'proof_expired'],
    ['a time that is ten minutes ahead', { claims: { iat: START_SECONDS + 600 } }, 'proof_expired'],
    ['no time', { claims: { iat: undefined } }, 'proof_malformed'],
    ['a time that is text', { claims: { iat: String(START_SECONDS) } }, 'proof_malformed'],
    ['no jti', { claims: { jti: undefined } }, 'proof_malformed'],
    ['a jti that is a number', { claims: { jti: 1 } }, 'proof_malformed'],
    ['the type of another JWT', { header: { typ: 'JWT' } }, 'proof_malformed'],
    ['no key', { header: { jwk: undefined } }, 'proof_malformed'],
  ])('is refused with a proof for %s', async (_, changes, reason) => {
    const local = await startLocal(ACCEPTED);
    const token = bound(local);
    expect((await send(local, token, await proofFor(local, token, changes))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason });
    expect(JSON.stringify(local.log)).not.toContain(token.slice(-40));
  });

  it('is refused with a proof that its key did not sign, and with several proofs or none', async () => {
    const local = await startLocal(ACCEPTED);
    const token = bound(local);
    const good = await proofFor(local, token);
    const [header = '', claims = '', signature = ''] = good.split('.');
    const cases: readonly (readonly [proof: string | readonly string[], reason: string])[] = [
      [await proofFor(local, token, { header: { jwk: key.jwk } }, otherKey), 'proof_malformed'],
      [await proofFor(local, token, { header: { jwk: { ...key.jwk, d: 'private' } } }), 'proof_malformed'],
      [`${header}.${claims}.${'A'.repeat(signature.length)}`, 'proof_malformed'],
      [`${header}.${claims}.`, 'proof_malformed'],
      ['not a proof', 'proof_malformed'],
      [[good, await proofFor(local, token)], 'proof_missing'],
    ];
    for (const [proof, reason] of cases) {
      expect((await send(local, token, proof)).status).toBe(401);
      expect(local.log.at(-1)).toMatchObject({ reason });
    }
    expect((await local.call('GET', '/foo', `DPoP ${token}`)).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'proof_missing' });
    expect((await send(local, token, good)).status).toBe(200);
  });

  it('may be called with a query, which no proof names', async () => {
    const local = await startLocal(ACCEPTED);
    const token = bound(local);
    const headers = { DPoP: await proofFor(local, token) };
    expect((await local.call('GET', '/foo?a=b', `DPoP ${token}`, { headers })).status).toBe(200);
  });

  it('still needs the scopes of the route', async () => {
    const local = await startLocal(ACCEPTED);
    const token = bound(local);
    const headers = { DPoP: await proofFor(local, token, { method: 'POST' }) };
    expect((await local.call('POST', '/foo', `DPoP ${token}`, { headers })).status).toBe(403);
  });

  it('is refused if dpop is off', async () => {
    const local = await startLocal(UNCACHED);
    const token = bound(local);
    expect((await send(local, token, await proofFor(local, token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'scheme_unsupported' });
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'token_sender_constrained' });
  });
});

describe('a token without a binding', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('is accepted as Bearer, not with a proof: %s', async (kind) => {
    const local = await startLocal(ACCEPTED);
    const token = local.ready.tokens[kind];
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(200);
    expect((await send(local, token, await proofFor(local, token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'proof_missing' });
  });

  it('is refused without a call if a proof is required', async () => {
    const local = await startLocal({ ...ACCEPTED, dpop: 'required' });
    for (const kind of ['jwt', 'opaque', 'asp'] as const) {
      expect((await local.call('GET', '/foo', bearer(local.ready.tokens[kind]))).status).toBe(401);
      expect(local.log.at(-1)).toMatchObject({ reason: 'proof_required' });
    }
    expect(local.tenant.requests).toEqual([]);
    const token = bound(local);
    expect((await send(local, token, await proofFor(local, token))).status).toBe(200);
  });
});

describe('a client that others wrote', () => {
  it.each(['ES256', 'RS256', 'PS256', 'Ed25519'] as const)('makes proofs that are accepted: dpop, %s', async (alg) => {
    const local = await startLocal(ACCEPTED, Date.now());
    const pair = await dpop.generateKeyPair(alg, { extractable: true });
    const token = local.tenant.mintJwt({ cnf: { jkt: await dpop.calculateThumbprint(pair.publicKey) } });
    const make = (htm = 'GET', htu = urlOf(local), ath = token) => dpop.generateProof(pair, htu, htm, undefined, ath);
    expect(await send(local, token, await make())).toMatchObject({ status: 200 });
    for (const proof of [
      await make('POST'),
      await make('GET', `${urlOf(local)}/bar`),
      await make('GET', urlOf(local), 'x'),
    ]) {
      expect((await send(local, token, proof)).status).toBe(401);
      expect(local.log.at(-1)).toMatchObject({ reason: 'proof_mismatch' });
    }
  });

  it('gets a token from the tenant and calls the API with it: oauth4webapi', async () => {
    const local = await startLocal(ACCEPTED, Date.now());
    requireProofs(local);
    const DPoP = await dpopHandle();
    const fields = { audience: local.ready.audience };
    const { access_token: token } = await machineToken(local.ready.issuer, MACHINE, { fields, DPoP });
    for (let time = 0; time < 2; time += 1) {
      expect((await callApi(token, 'GET', urlOf(local), DPoP)).status).toBe(200);
    }
    const [challenge] = await challengesOf(callApi(token, 'POST', urlOf(local), DPoP));
    expect(challenge).toMatchObject({ parameters: { error: 'insufficient_scope', scope: 'create:foo' } });
    const challenges = await challengesOf(callApi(token, 'GET', urlOf(local)));
    expect(challenges.map(({ scheme }) => scheme)).toEqual(['bearer', 'dpop']);
    expect(challenges.at(-1)?.parameters.algs?.split(' ')).toContain('ES256');
  });
});

/** Makes the tenant's API require proofs. */
function requireProofs({ tenant, ready }: LocalForTest): void {
  for (const api of tenant.state.resourceServers.values()) {
    if (api.identifier !== ready.audience) continue;
    tenant.state.resourceServers.set(api.id, { ...api, proof_of_possession: { mechanism: 'dpop', required: true } });
  }
}
