/** The signed principal through the local API, verified by two libraries as a backend would. */
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { createRemoteJWKSet, type JWTVerifyOptions, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { importExample } from '../../support/docs/import-example.ts';
import { basic, bearer } from '../../support/http/call.ts';
import { type Backend, startBackend } from '../../support/local/demonstration.ts';
import { type LocalForTest, startLocal } from '../../support/local/start.ts';

const ROUTES = { 'ANY /{proxy+}': ['read:foo'], 'GET /open': 'public' };
const ON = { principalToken: true, gatewayTtlSeconds: 120 };

interface Parts {
  readonly local: LocalForTest;
  readonly backend: Backend;
  /** The header of the last request to the backend. */
  readonly received: () => string;
}

async function start(configuration: Readonly<Record<string, unknown>> = ON): Promise<Parts> {
  const backend = await startBackend();
  const local = await startLocal({ backendUrl: backend.url, routes: ROUTES, ...configuration }, Date.now());
  return { local, backend, received: () => String(backend.seen.at(-1)?.headers['x-auth-token']) };
}

const jwksUrl = ({ ready }: LocalForTest) => new URL('.well-known/jwks.json', ready.gateway);

function verify(token: string, { local, backend }: Parts, changes: JWTVerifyOptions = {}) {
  return jwtVerify(token, createRemoteJWKSet(jwksUrl(local)), {
    issuer: local.ready.gateway,
    audience: backend.url,
    typ: 'principal+jwt',
    algorithms: ['ES256'],
    ...changes,
  });
}

/** The JWKS over the plain HTTP of loopback, which the library itself does not fetch. */
const cache = () => new SimpleJwksCache({ fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() } });

describe('the backend of an API that signs the principal', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('gets the same kind of JWT for every credential: %s', async (kind) => {
    const parts = await start();
    const { local, received } = parts;
    expect((await local.call('GET', '/orders', bearer(local.ready.tokens[kind]))).status).toBe(200);
    const { payload, protectedHeader } = await verify(received(), parts);
    const user = local.ready.users[0];
    expect(payload).toMatchObject({ sub: user?.userId, issuer: local.ready.issuer, scope: 'read:foo' });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(180);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'principal+jwt', kid: expect.any(String) });
  });

  it('gets it for a login, too', async () => {
    const parts = await start();
    const [user] = parts.local.ready.users;
    const login = basic(user?.username ?? '', user?.password ?? '');
    expect((await parts.local.call('GET', '/orders', login)).status).toBe(200);
    expect((await verify(parts.received(), parts)).payload).toMatchObject({ sub: user?.userId });
  });

  it('verifies it as the documentation says', async () => {
    const { local, backend } = await start();
    process.env.PRINCIPAL_JWKS_URL = jwksUrl(local).href;
    process.env.PRINCIPAL_ISSUER = local.ready.gateway;
    process.env.PRINCIPAL_AUDIENCE = backend.url;
    const example = await importExample('docs/backend.md', 'js');
    const { principalOf } = example as { principalOf(headers: object): Promise<Readonly<Record<string, unknown>>> };
    await local.call('GET', '/orders', bearer(local.ready.tokens.opaque));
    expect(await principalOf(backend.seen.at(-1)?.headers ?? {})).toMatchObject({ sub: local.ready.users[0]?.userId });
    await expect(principalOf({})).rejects.toThrow('Invalid Compact JWS');
    await expect(principalOf({ 'x-auth-token': local.ready.tokens.jwt })).rejects.toThrow();
  });

  it('can verify it with another library', async () => {
    const parts = await start();
    await parts.local.call('GET', '/orders', bearer(parts.local.ready.tokens.asp));
    const options = { issuer: parts.local.ready.gateway, jwksUri: jwksUrl(parts.local).href };
    const verifier = JwtVerifier.create({ ...options, audience: parts.backend.url }, { jwksCache: cache() });
    expect(await verifier.verify(parts.received())).toMatchObject({ sub: parts.local.ready.users[0]?.userId });
    const other = JwtVerifier.create({ ...options, audience: 'https://other.example' }, { jwksCache: cache() });
    await expect(other.verify(parts.received())).rejects.toThrow('Audience');
  });

  it('refuses it after its end, for another backend, and as an access token', async () => {
    const parts = await start();
    await parts.local.call('GET', '/orders', bearer(parts.local.ready.tokens.asp));
    const token = parts.received();
    const afterItsEnd = { currentDate: new Date(Date.now() + 181_000) };
    await expect(verify(token, parts, afterItsEnd)).rejects.toThrow('"exp" claim timestamp check failed');
    await expect(verify(token, parts, { audience: 'https://other.example' })).rejects.toThrow('"aud"');
    await expect(verify(token, parts, { typ: 'at+jwt' })).rejects.toThrow('"typ"');
  });

  it('gets one that is still valid at the end of the cache of the gateway', async () => {
    const parts = await start();
    const { local } = parts;
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    const first = parts.received();
    local.clock.advanceSeconds(119);
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    expect(parts.received()).toBe(first);
    await verify(first, parts, { currentDate: new Date(local.clock.now()) });
    local.clock.advanceSeconds(1);
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    expect(parts.received()).not.toBe(first);
  });

  it('never gets one that the caller made', async () => {
    const { local, backend } = await start();
    const forged = { 'X-Auth-Token': 'forged', x_auth_token: 'forged', 'X-Auth.Token': 'forged' };
    const authorization = bearer(local.ready.tokens.asp);
    await fetch(`${local.ready.gateway}orders`, { headers: { ...forged, authorization } });
    await fetch(`${local.ready.gateway}open`, { headers: forged });
    expect(backend.seen).toHaveLength(2);
    expect(JSON.stringify(backend.seen)).not.toContain('forged');
    expect(backend.seen[1]?.headers).not.toHaveProperty('x-auth-token');
  });

  it('gets none unless it is turned on', async () => {
    const { local, backend } = await start({});
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    expect(backend.seen.at(-1)?.headers).not.toHaveProperty('x-auth-token');
    expect((await fetch(jwksUrl(local))).status).toBe(401);
  });

  it('gets one with the audience of the configuration', async () => {
    const parts = await start({ ...ON, principalTokenAudience: 'orders' });
    await parts.local.call('GET', '/orders', bearer(parts.local.ready.tokens.asp));
    await verify(parts.received(), parts, { audience: 'orders' });
  });
});

describe('a signed principal that got out', () => {
  it('is no credential for the API', async () => {
    const { local, received } = await start();
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    for (const authorization of [bearer(received()), basic('user', received())]) {
      expect((await local.call('GET', '/orders', authorization)).status).toBe(401);
    }
    expect(local.log.at(-2)).toMatchObject({ outcome: 'unauthenticated', reason: 'token_type_refused' });
  });

  it('does not authenticate the API to the tenant, which does not know the key', async () => {
    const { local, received } = await start();
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    const { issuer } = local.ready;
    const response = await fetch(`${issuer}oauth/introspect`, {
      method: 'POST',
      body: new URLSearchParams({
        token: local.ready.tokens.opaque,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: received(),
      }),
    });
    expect([response.status, await response.json()]).toEqual([
      401,
      expect.objectContaining({ error: 'invalid_client' }),
    ]);
    const { keys } = (await (await fetch(jwksUrl(local))).json()) as { keys: readonly { kid: string; x: string }[] };
    expect(keys).toHaveLength(2);
    const tenantFacing = JSON.stringify([...local.tenant.state.resourceServers.values()]);
    expect(tenantFacing).toContain('verificationKey');
    for (const { kid, x } of keys) for (const part of [kid, x]) expect(tenantFacing).not.toContain(part);
  });

  it('is in no line of the log', async () => {
    const { local, received } = await start();
    await local.call('GET', '/orders', bearer(local.ready.tokens.asp));
    expect(JSON.stringify(local.log)).not.toContain(received().split('.')[2]);
  });
});

describe('the JWKS of the signed principal', () => {
  it('holds public keys only', async () => {
    const { local } = await start();
    const { keys } = (await (await fetch(jwksUrl(local))).json()) as { keys: readonly object[] };
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });
});

describe('the demo API', () => {
  it('shows the signed principal at /whoami', async () => {
    const local = await startLocal(ON, Date.now());
    const { body } = await local.call('GET', '/whoami', bearer(local.ready.tokens.asp));
    const { token } = JSON.parse(body);
    const options = { issuer: local.ready.gateway, audience: local.ready.audience, typ: 'principal+jwt' };
    const { payload } = await jwtVerify(token, createRemoteJWKSet(jwksUrl(local)), options);
    expect(payload.sub).toBe(local.ready.users[0]?.userId);
  });
});
