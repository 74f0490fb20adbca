/**
 * Deploys against a tenant that behaves as real tenants were recorded, where that differs from what is documented: introspection
 * accepts forms only, keys go into a list only, the management client's grant covers all scopes without naming them, assertions
 * are checked leniently, and a wrong secret is `access_denied`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { seed } from '../../local/tenant/seed.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { type Inventory, inventoryOf } from '../support/aws/inventory.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const USER = 'user@gmail.com';

const AS_RECORDED = {
  behaviour: { isStrict: false, bodyFormats: ['form'], refusedProperties: ['verificationKey'] },
  seed: {
    clientGrants: seed.clientGrants.map((grant) =>
      grant.id === 'cgr_managementsetup' ? { ...grant, scope: [], allow_all_scopes: true } : grant,
    ),
  },
} as const;

describe.skipIf(ministack === '')('a deployment at a tenant that behaves as recorded', () => {
  let aws: AwsForTest;
  let assembly: string;
  let inventoryBefore: Inventory;
  let snapshotBefore: string;
  let apiUrl: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack, AS_RECORDED);
    [inventoryBefore, snapshotBefore] = [await inventoryOf(aws.account), aws.tenant.snapshot()];
    assembly = await aws.synth();
    succeeded(await aws.deploy(assembly));
    apiUrl = reachableApiUrl(aws.account, (await aws.outputs()).ApiUrl ?? '');
  });

  afterAll(() => aws?.close());

  const statusOf = async (authorization: string) => (await call(new URL('foo', apiUrl), 'GET', authorization)).status;
  const password = () => aws.tenant.state.users.get('auth0|1234')?.password ?? '';
  const newPassword = () => aws.tenant.mintApplicationPassword().value;

  it('needs no setting of its own, puts the key into the list, and leaves the grant alone', async () => {
    const api = [...aws.tenant.state.resourceServers.values()].find(
      ({ identifier }) => identifier === 'https://demo.api',
    );
    expect(api).toMatchObject({ verificationKeys: [{ kid: expect.any(String), pem: expect.any(String) }] });
    expect(api).not.toHaveProperty('verificationKey');
    expect(aws.tenant.state.clientGrants.get('cgr_managementsetup')).toMatchObject({
      scope: [],
      allow_all_scopes: true,
    });
    expect((await aws.outputs()).Auth0Warnings).toBe('Resource server: none. Client grant: none.');
  });

  it.each([
    ['a JWT', () => bearer(aws.tenant.mintJwt())],
    ['an opaque token', () => bearer(aws.tenant.mintOpaque())],
    ['an app specific password', () => bearer(newPassword())],
    ['a username and an app specific password', () => basic(USER, newPassword())],
    ['a username and a password', () => basic(USER, password())],
  ])('lets in %s', async (_, authorization) => {
    expect(await statusOf(authorization())).toBe(200);
  });

  it.each([
    ['an expired JWT', () => bearer(aws.tenant.mintJwt({ expiresInSeconds: -60 }))],
    ['an unknown token', () => bearer('nobody-issued-this')],
    ['an unknown app specific password', () => bearer('abcdefghijklmnop')],
    ['a refresh token', () => bearer(aws.tenant.mintRefresh())],
    ['a wrong password', () => basic(USER, 'wrong')],
  ])('refuses %s', async (_, authorization) => {
    expect(await statusOf(authorization())).toBe(401);
  });

  it('reports a wrong secret of the password client as an outage of ours, not as a wrong password', async () => {
    const client = aws.tenant.state.clients.get('local-password-client');
    if (!client) throw new Error('The seed has no client for passwords.');
    aws.tenant.state.clients.set(client.client_id, { ...client, client_secret: 'changed' });
    expect(await statusOf(basic('other@example.com', 'another password'))).toBe(503);
    aws.tenant.state.clients.set(client.client_id, client);
  });

  it('restores the tenant byte for byte, and leaves nothing in the account, when it is destroyed', async () => {
    aws.tenant.state.applicationPasswords.clear();
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
  });
});
