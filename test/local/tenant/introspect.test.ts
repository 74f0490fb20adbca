import { beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { assertion, introspection, manage, newKey, postForm, postJson } from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

const key = newKey();
let tenant: Tenant;
let clock: Clock;

beforeEach(async () => {
  ({ tenant, clock } = await open());
  await manage(tenant, 'PATCH', `resource-servers/${encodeURIComponent(DEMO_API)}`, { verificationKey: key.pem });
});

async function introspect(token: string) {
  const fields = introspection(token, await assertion(tenant, key.privateKey, clock));
  return (await postJson(tenant, '/oauth/introspect', fields)).body;
}

describe('an app specific password', () => {
  it('gets a response with exactly the documented members', async () => {
    const { value } = tenant.mintApplicationPassword({ scope: 'read:foo create:foo' });
    expect(await introspect(value)).toStrictEqual({
      active: true,
      token_type: 'application_specific_password_token',
      scope: 'read:foo create:foo',
      iat: START_MS / 1000,
      sub: 'auth0|1234',
      aud: DEMO_API,
      iss: tenant.issuer,
      username: 'user@gmail.com',
    });
  });

  it('records when it was last introspected', async () => {
    const { id, value } = tenant.mintApplicationPassword();
    clock.ms += 5_000;
    await introspect(value);
    expect(tenant.state.applicationPasswords.get(id)?.lastAccessedMs).toBe(START_MS + 5_000);
  });

  it('is inactive if it is revoked, if its user is blocked, or if it is for another API', async () => {
    const revoked = tenant.mintApplicationPassword().value;
    tenant.revoke(revoked);
    const blocked = tenant.mintApplicationPassword({ userId: 'auth0|blocked' }).value;
    const elsewhere = tenant.mintApplicationPassword({ audience: 'https://demo.api/' }).value;
    for (const value of [revoked, blocked, elsewhere]) expect(await introspect(value)).toStrictEqual({ active: false });
  });
});

describe('an opaque token', () => {
  it('is a Bearer token with an expiry and a client', async () => {
    const iat = START_MS / 1000;
    expect(await introspect(tenant.mintOpaque({ expiresInSeconds: 60 }))).toStrictEqual({
      active: true,
      token_type: 'Bearer',
      scope: 'read:foo',
      client_id: 'local-web-client',
      username: 'user@gmail.com',
      iat,
      exp: iat + 60,
      sub: 'auth0|1234',
      aud: DEMO_API,
      iss: tenant.issuer,
    });
  });

  it('has no username if it belongs to a machine', async () => {
    const body = await introspect(tenant.mintOpaque({ userId: 'local-machine-client@clients' }));
    expect(body).not.toHaveProperty('username');
  });

  it('has the type of a refresh token if it is one', async () => {
    expect(await introspect(tenant.mintRefresh())).toMatchObject({ active: true, token_type: 'refresh_token' });
  });

  it('is inactive if it is expired, revoked, unknown or for another API', async () => {
    const expired = tenant.mintOpaque({ expiresInSeconds: 60 });
    clock.ms += 60_000;
    const revoked = tenant.mintOpaque();
    tenant.revoke(revoked);
    const elsewhere = tenant.mintOpaque({ audience: 'https://demo.api/' });
    for (const value of [expired, revoked, elsewhere, 'never issued']) {
      expect(await introspect(value)).toStrictEqual({ active: false });
    }
  });
});

describe('a JWT', () => {
  it('is active while it is valid', async () => {
    expect(await introspect(tenant.mintJwt())).toMatchObject({ active: true, token_type: 'Bearer', sub: 'auth0|1234' });
  });

  it('is inactive if it is expired, forged or revoked, or for another API or issuer', async () => {
    const revoked = tenant.mintJwt();
    tenant.revoke(revoked);
    const bad = [
      revoked,
      tenant.mintJwt({ expiresInSeconds: -1 }),
      tenant.mintJwt({ alg: 'none' }),
      tenant.mintJwt({ alg: 'HS256' }),
      tenant.mintJwt({ signWith: key }),
      tenant.mintJwt({ audience: 'https://demo.api/' }),
      tenant.mintJwt({ issuer: 'https://elsewhere.example/' }),
    ];
    for (const token of bad) expect(await introspect(token)).toStrictEqual({ active: false });
  });
});

it('a form is accepted as well as JSON', async () => {
  const fields = introspection(tenant.mintOpaque(), await assertion(tenant, key.privateKey, clock));
  expect((await postForm(tenant, '/oauth/introspect', fields)).body).toMatchObject({ active: true });
});

it('a request without a token is refused', async () => {
  const { token: _, ...fields } = introspection('', await assertion(tenant, key.privateKey, clock));
  const response = await postJson(tenant, '/oauth/introspect', fields);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({
    error: 'invalid_request',
    error_description: 'Missing required parameter: token',
  });
});

it('a body that is neither JSON nor a form is refused', async () => {
  const response = await postJson(tenant, '/oauth/introspect', {}, { 'content-type': 'text/plain' });
  expect(response).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
});
