/** Clients that authenticate at the local tenant with a registered key. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerClientKey } from '../../../local/local-clients.ts';
import type { ClientCredentialRecord } from '../../../local/tenant/records.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { OTHER_RSA, P256, publicPem, RSA } from '../../support/core/client-keys.ts';
import { ASSERTION_TYPE, ask, manage, postJson } from '../../support/tenant/requests.ts';
import { type Clock, MANAGEMENT_CLIENT, open, START_MS } from '../../support/tenant/tenant.ts';

const SECONDS = START_MS / 1000;
const { clientId } = MANAGEMENT_CLIENT;
let tenant: Tenant;
let clock: Clock;

beforeEach(async () => {
  ({ tenant, clock } = await open());
  register('RS256');
});

function register(alg: ClientCredentialRecord['alg']): void {
  registerClientKey(tenant, clientId, publicPem(RSA), alg);
}

interface Changes {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: typeof RSA;
}

function sign({ claims = {}, header = {}, key = RSA }: Changes = {}): Promise<string> {
  const usual = {
    iss: clientId,
    sub: clientId,
    aud: tenant.issuer,
    iat: SECONDS,
    exp: SECONDS + 60,
    jti: randomUUID(),
  };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'RS256', ...header }).sign(key);
}

function tokenWith(client_assertion: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const fields = {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
    audience: `${tenant.issuer}api/v2/`,
    ...more,
  };
  return postJson(tenant, '/oauth/token', fields, headers);
}

describe('a client with a key', () => {
  it('gets a token for an assertion, with or without its id and the name of its key', async () => {
    expect(await tokenWith(await sign())).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    const named = await sign({ header: { kid: 'kid-1' } });
    expect(await tokenWith(named, { client_id: clientId })).toMatchObject({ status: 200 });
  });

  it.each(['RS384', 'PS256'] as const)('may use %s if its key is registered for that', async (alg) => {
    expect((await tokenWith(await sign({ header: { alg } }))).status).toBe(401);
    register(alg);
    expect((await tokenWith(await sign({ header: { alg } }))).status).toBe(200);
    expect((await tokenWith(await sign())).status).toBe(401);
  });

  it('is refused with its old secret', async () => {
    const { clientSecret: client_secret } = MANAGEMENT_CLIENT;
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret };
    expect(await postJson(tenant, '/oauth/token', fields)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining('private_key_jwt') },
    });
  });

  it.each<[string, Changes, string]>([
    ['of another key', { key: OTHER_RSA }, 'registered key'],
    ['with another algorithm', { header: { alg: 'RS384' } }, 'registered key'],
    ['with an algorithm that the tenant does not accept', { header: { alg: 'ES256' }, key: P256 }, 'alg must be'],
    ['that names another key', { header: { kid: 'our own' } }, 'registered key'],
    ['of an unknown client', { claims: { iss: 'nobody', sub: 'nobody' } }, 'known client'],
    ['of another client', { claims: { iss: 'local-web-client', sub: 'local-web-client' } }, 'registered key'],
    ['with two clients', { claims: { sub: 'local-web-client' } }, 'known client'],
    ['for another tenant', { claims: { aud: 'https://other.example/' } }, 'aud'],
    ['for the endpoint', { claims: { aud: 'https://tenant.example/oauth/token' } }, 'aud'],
    ['that has expired', { claims: { iat: SECONDS - 61, exp: SECONDS - 1 } }, 'exp'],
    ['that lives too long', { claims: { exp: SECONDS + 301 } }, 'exp'],
    ['from the future', { claims: { iat: SECONDS + 1 } }, 'iat'],
    ['without a jti', { claims: { jti: undefined } }, 'jti'],
    ['with a long jti', { claims: { jti: 'x'.repeat(65) } }, 'jti'],
  ])('is refused with an assertion %s', async (_, changes, rule) => {
    expect(await tokenWith(await sign(changes))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining(rule) },
    });
  });

  it('is refused with an assertion that was used before, until it has expired', async () => {
    const once = await sign();
    expect((await tokenWith(once)).status).toBe(200);
    clock.ms += 59_000;
    expect(await tokenWith(once)).toMatchObject({
      status: 401,
      body: { error_description: expect.stringContaining('jti has been used before') },
    });
  });

  it('must send a jti that is used once even to a lenient tenant, which needs no iat', async () => {
    tenant.behaviour.isStrict = false;
    const once = await sign({ claims: { iat: undefined } });
    expect((await tokenWith(once)).status).toBe(200);
    expect((await tokenWith(once)).status).toBe(401);
    expect((await tokenWith(await sign({ claims: { jti: undefined } }))).status).toBe(401);
  });

  it('is refused if it authenticates in two ways, or as two clients', async () => {
    const two = { status: 400, body: { error: 'invalid_request' } };
    expect(await tokenWith(await sign(), { client_secret: 'x' })).toMatchObject(two);
    expect(await tokenWith(await sign(), {}, { authorization: `Basic ${btoa('a:b')}` })).toMatchObject(two);
    expect((await tokenWith(await sign(), { client_id: 'local-web-client' })).status).toBe(401);
  });

  it('is shown without its key, as a client that uses private_key_jwt', async () => {
    const other = await sign();
    const { body } = await tokenWith(other);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const shown = await ask(tenant, `/api/v2/clients/${clientId}`, { headers });
    expect(shown.body.client_authentication_methods).toEqual({ private_key_jwt: { credentials: [{ id: 'cred_1' }] } });
    expect(shown.body).not.toHaveProperty('token_endpoint_auth_method');
    expect(JSON.stringify(shown.body)).not.toMatch(/PUBLIC KEY|local-management-secret/);
  });
});

it('a client without a key is refused with an assertion, and is still accepted with its secret', async () => {
  const client = tenant.state.clients.get(clientId);
  if (!client) throw new Error('The seed has no management client.');
  const { credentials: _, ...without } = client;
  tenant.state.clients.set(clientId, without);
  expect((await tokenWith(await sign())).status).toBe(401);
  expect((await manage(tenant, 'GET', 'clients')).status).toBe(200);
});
