/** The custom resources with clients that authenticate with keys. */
import { beforeEach, describe, expect, it } from 'vitest';
import { registerClientKey } from '../../../local/local-clients.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { keySecret, OTHER_RSA, publicPem, RSA, secretParts } from '../../support/core/client-keys.ts';
import { newKey } from '../../support/setup/harness.ts';
import {
  CLIENT_GRANT,
  MANAGEMENT_SECRET_ID,
  PASSWORD_SECRET_ID,
  RESOURCE_SERVER,
  World,
} from '../../support/setup/world.ts';
import { MANAGEMENT_CLIENT, open, PASSWORD_CLIENT } from '../../support/tenant/tenant.ts';

const signingKey = await newKey();
const withKey = JSON.parse(keySecret(PASSWORD_CLIENT.clientId, RSA));
let tenant: Tenant;
let world: World;

beforeEach(async () => {
  // Both use one clock, because assertions expire.
  ({ tenant } = await open({}, { now: () => world.nowMs }));
  world = new World(tenant, signingKey);
});

describe('a management secret with a key', () => {
  beforeEach(() => {
    registerClientKey(tenant, MANAGEMENT_CLIENT.clientId, publicPem(RSA));
    world.putSecret(MANAGEMENT_SECRET_ID, JSON.parse(keySecret(MANAGEMENT_CLIENT.clientId, RSA)));
  });

  it.each([RESOURCE_SERVER, CLIENT_GRANT] as const)(
    'sets up %s and restores the tenant without a shared secret',
    async (type) => {
      const before = tenant.snapshot();
      const made = await world.put(type);
      expect(made).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
      expect(tenant.snapshot()).not.toBe(before);
      expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
      expect(tenant.snapshot()).toBe(before);
      for (const { body } of tenant.requests) expect(body ?? {}).not.toHaveProperty('client_secret');
    },
  );

  it.each([
    [
      'is not the one at the tenant',
      JSON.parse(keySecret(MANAGEMENT_CLIENT.clientId, OTHER_RSA)),
      /got 401 invalid_client.*public half/,
    ],
    [
      'cannot sign',
      { clientId: MANAGEMENT_CLIENT.clientId, privateKey: publicPem(RSA) },
      /^The "privateKey" in the secret auth0\/management is not usable\. Expected an RSA key/,
    ],
  ])('fails the deployment with the fix if the key %s, and shows nothing of it', async (_, secret, reason) => {
    world.putSecret(MANAGEMENT_SECRET_ID, secret);
    const before = tenant.snapshot();
    const failed = await world.put(RESOURCE_SERVER);
    expect(failed).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(reason) });
    expect(tenant.snapshot()).toBe(before);
    const all = JSON.stringify([failed, world.lines, [...world.state.items.values()]]);
    for (const part of [...secretParts(RSA), ...secretParts(OTHER_RSA)]) expect(all).not.toContain(part);
  });
});

describe('the warnings about the password client', () => {
  it.each([
    [
      'a secret, and the tenant has a key',
      true,
      PASSWORD_CLIENT,
      /^\(1\) .* has a private key at the tenant, but its secret holds a "clientSecret"\. Store its "privateKey" instead/,
    ],
    [
      'a key, and the tenant has a secret',
      false,
      withKey,
      /^\(1\) .* has no private key at the tenant, but its secret holds a "privateKey"\. Register the public key \(dashboard: .*Private Key JWT\)/,
    ],
    ['a key, and the tenant has one too', true, withKey, /^none$/],
    ['a secret, and the tenant has one too', false, PASSWORD_CLIENT, /^none$/],
  ])('compare what its secret holds with what the tenant expects: %s', async (_, hasKey, secret, text) => {
    if (hasKey) registerClientKey(tenant, PASSWORD_CLIENT.clientId, publicPem(RSA));
    world.putSecret(PASSWORD_SECRET_ID, secret);
    const response = await world.put(CLIENT_GRANT, { PasswordGrantSecretId: PASSWORD_SECRET_ID });
    expect(response).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: expect.stringMatching(text) } });
  });

  it('say nothing about it if the tenant does not show how the client authenticates', async () => {
    world.putSecret(PASSWORD_SECRET_ID, withKey);
    tenant.faults.add({ kind: 'edit', path: '/api/v2/clients/', remove: ['token_endpoint_auth_method'] });
    const response = await world.put(CLIENT_GRANT, { PasswordGrantSecretId: PASSWORD_SECRET_ID });
    expect(response).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
  });
});
