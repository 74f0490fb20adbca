/** Tokens that are bound to a key: the token endpoint, the setting of the API, and introspection. */
import * as dpop from 'dpop';
import { decodeJwt, exportJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { type DpopKey, newDpopKey, type ProofFor, proofOf } from '../../support/local/dpop-client.ts';
import { assertion, introspection, manage, newKey, postForm, postJson } from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open } from '../../support/tenant/tenant.ts';

const API = `resource-servers/${encodeURIComponent(DEMO_API)}`;
const MACHINE = { client_id: 'local-machine-client', client_secret: 'local-machine-secret' };
const REQUEST = { grant_type: 'client_credentials', ...MACHINE, audience: DEMO_API };
const LOGIN = { username: 'user@gmail.com', password: 'correct horse: battery', audience: DEMO_API, scope: 'read:foo' };
const PUBLIC_LOGIN = { grant_type: 'password', client_id: 'local-native-client', ...LOGIN };
const apiKey = newKey();
let key: DpopKey;
let tenant: Tenant;
let clock: Clock;

beforeAll(async () => {
  key = await newDpopKey();
});

beforeEach(async () => {
  ({ tenant, clock } = await open());
  await set({ mechanism: 'dpop', required: false });
});

async function set(proof_of_possession: object | null): Promise<void> {
  expect(await manage(tenant, 'PATCH', API, { proof_of_possession })).toMatchObject({ status: 200 });
}

const proof = (changes: Partial<ProofFor> = {}, by = key) =>
  proofOf(by, { method: 'POST', url: `${tenant.issuer}oauth/token`, nowMs: clock.ms, ...changes });

const send = (dpopHeader: string, fields: Record<string, string> = REQUEST) =>
  postForm(tenant, '/oauth/token', fields, { dpop: dpopHeader });

describe('a token request with a proof', () => {
  it('gets a token that is bound to the key of the proof', async () => {
    const { body } = await send(await proof());
    expect(body).toMatchObject({ token_type: 'DPoP', expires_in: 3_600 });
    expect(decodeJwt(body.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint }, scope: 'read:foo' });
  });

  it('may be of a client that others wrote: dpop', async () => {
    const pair = await dpop.generateKeyPair('ES256', { extractable: true });
    clock.ms = Date.now();
    const { body } = await send(await dpop.generateProof(pair, `${tenant.issuer}oauth/token`, 'POST'));
    const jkt = await dpop.calculateThumbprint(pair.publicKey);
    expect(decodeJwt(body.access_token)).toMatchObject({ cnf: { jkt } });
    expect(await exportJWK(pair.publicKey)).not.toHaveProperty('d');
  });

  it.each<[string, Partial<ProofFor>]>([
    ['is for another method', { claims: { htm: 'GET' } }],
    ['is for another endpoint', { claims: { htu: 'https://tenant.example/oauth/token' } }],
    ['is for no endpoint', { claims: { htu: undefined } }],
    ['is 61 s old', { claims: { iat: 1_799_999_939 } }],
    ['is 61 s ahead', { claims: { iat: 1_800_000_061 } }],
    ['has no time', { claims: { iat: undefined } }],
    ['has no jti', { claims: { jti: undefined } }],
    ['has another type', { header: { typ: 'JWT' } }],
    ['has no key', { header: { jwk: undefined } }],
    ['has a key that is not one', { header: { jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } } }],
  ])('is refused if the proof %s', async (_, changes) => {
    expect(await send(await proof(changes))).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
  });

  it('is refused if the proof is not signed by its key, or with another algorithm, or shows a private key', async () => {
    const other = await newDpopKey();
    const rsa = await newDpopKey('RS256');
    const withPrivate = { ...key.jwk, d: 'private' };
    const bad = [
      await proof({ header: { jwk: other.jwk } }),
      await proof({}, rsa),
      await proof({ header: { jwk: withPrivate } }),
      `${await proof()}, ${await proof()}`,
      'not a proof',
    ];
    for (const one of bad) {
      expect(await send(one)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    }
  });

  it('is refused if the proof was used before', async () => {
    const once = await proof();
    expect((await send(once)).status).toBe(200);
    expect(await send(once)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    expect((await send(await proof())).status).toBe(200);
  });

  it('accepts a query in htu', async () => {
    expect((await send(await proof({ claims: { htu: `${tenant.issuer}oauth/token?a=b` } }))).status).toBe(200);
  });
});

describe('a client without a secret', () => {
  it('needs the nonce that the tenant sends', async () => {
    const refused = await send(await proof(), PUBLIC_LOGIN);
    expect(refused).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    const nonce = refused.headers.get('dpop-nonce');
    const { body } = await send(await proof({ claims: { nonce } }), PUBLIC_LOGIN);
    expect(decodeJwt(body.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint }, sub: 'auth0|1234' });
    expect(tenant.logins.totalFailures()).toBe(0);
  });

  it('may be one that others wrote, which sends the nonce by itself: oauth4webapi', async () => {
    const issuer = new URL(tenant.issuer);
    const options = { [oauth.allowInsecureRequests]: true };
    const discovered = await oauth.discoveryRequest(issuer, options);
    const server = await oauth.processDiscoveryResponse(issuer, discovered);
    const client = { client_id: PUBLIC_LOGIN.client_id, [oauth.clockSkew]: Math.floor((clock.ms - Date.now()) / 1000) };
    const pair = await oauth.generateKeyPair('ES256');
    const DPoP = oauth.DPoP(client, pair);
    const { grant_type, client_id: _, ...fields } = PUBLIC_LOGIN;
    const request = () =>
      oauth.genericTokenEndpointRequest(server, client, oauth.None(), grant_type, fields, { ...options, DPoP });
    const first = await request();
    const refusal = await oauth.processGenericTokenEndpointResponse(server, client, first).catch((error) => error);
    expect(oauth.isDPoPNonceError(refusal)).toBe(true);
    const token = await oauth.processGenericTokenEndpointResponse(server, client, await request());
    expect(token.token_type).toBe('dpop');
    expect(decodeJwt(token.access_token)).toMatchObject({ cnf: { jkt: await DPoP.calculateThumbprint() } });
  });
});

describe('proof_of_possession of the API', () => {
  it('binds no token if it is not set', async () => {
    await set(null);
    const { body } = await send(await proof());
    expect(body.token_type).toBe('Bearer');
    expect(decodeJwt(body.access_token)).not.toHaveProperty('cnf');
  });

  it.each([
    [{ mechanism: 'dpop', required: true }, 400],
    [{ mechanism: 'dpop', required: true, required_for: 'all_clients' }, 400],
    [{ mechanism: 'dpop', required: true, required_for: 'public_clients' }, 200],
    [{ mechanism: 'dpop', required: false }, 200],
    [{ mechanism: 'mtls', required: true }, 400],
    [{ mechanism: 'mtls', required: false }, 200],
  ])('%j: a machine that proves nothing gets %i', async (setting, status) => {
    await set(setting);
    expect((await postForm(tenant, '/oauth/token', REQUEST)).status).toBe(status);
  });

  it.each([{ mechanism: 'magic', required: true }, { mechanism: 'dpop' }, { mechanism: 'dpop', required: 1 }, true])(
    'is refused if it is not valid: %j',
    async (proof_of_possession) => {
      expect(await manage(tenant, 'PATCH', API, { proof_of_possession })).toMatchObject({ status: 400 });
    },
  );
});

describe('introspection', () => {
  async function introspect(token: string) {
    await manage(tenant, 'PATCH', API, { verificationKey: apiKey.pem });
    const fields = introspection(token, await assertion(tenant, apiKey.privateKey, clock));
    return (await postJson(tenant, '/oauth/introspect', fields)).body;
  }

  it.each(['mintOpaque', 'mintJwt'] as const)('says what a token is bound to: %s', async (mint) => {
    const cnf = { jkt: key.thumbprint };
    expect(await introspect(tenant[mint]({ cnf }))).toMatchObject({ active: true, token_type: 'DPoP', cnf });
    const certificate = { 'x5t#S256': 'A'.repeat(43) };
    const bound = await introspect(tenant[mint]({ cnf: certificate }));
    expect(bound).toMatchObject({ active: true, token_type: 'Bearer', cnf: certificate });
    expect(await introspect(tenant[mint]())).not.toHaveProperty('cnf');
  });
});
