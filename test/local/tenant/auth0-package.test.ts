/** Calls the tenant with Auth0's own client package, to show that the tenant behaves as that client expects. */
import { ClientGrantsClient } from 'auth0/clientGrants';
import { ResourceServersClient } from 'auth0/resourceServers';
import { expect, it } from 'vitest';
import { managementToken } from '../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../support/tenant/tenant.ts';

async function clients() {
  const { tenant } = await open();
  const options = { token: await managementToken(tenant), baseUrl: `${tenant.issuer}api/v2`, maxRetries: 0 };
  return { tenant, grants: new ClientGrantsClient(options), apis: new ResourceServersClient(options) };
}

it('the auth0 package reads all pages of APIs and of grants', async () => {
  const { apis, grants } = await clients();
  const identifiers: unknown[] = [];
  for await (const api of await apis.list({ per_page: 20 })) identifiers.push(api.identifier);
  expect(identifiers).toHaveLength(113);
  expect(identifiers).toContain(DEMO_API);
  const ids: unknown[] = [];
  for await (const grant of await grants.list({ client_id: 'local-management-client', take: 20 })) ids.push(grant.id);
  expect(new Set(ids).size).toBe(112);
});

it('the auth0 package finds an API by its identifier, and changes and deletes a grant', async () => {
  const { apis, grants } = await clients();
  expect(await apis.get(DEMO_API)).toMatchObject({ name: 'Demo API' });
  expect(await grants.update('cgr_machinedemoapi0', { scope: ['read:foo', 'update:foo'] })).toMatchObject({
    scope: ['read:foo', 'update:foo'],
  });
  await grants.delete('cgr_machinedemoapi0');
  await expect(grants.delete('cgr_machinedemoapi0')).rejects.toMatchObject({ statusCode: 404 });
});

it('the auth0 package reports the errors with their status and code', async () => {
  const { tenant, apis } = await clients();
  await expect(apis.get('nothing')).rejects.toMatchObject({ statusCode: 404 });
  tenant.rateLimits.set('management', { limit: 0, windowSeconds: 1 });
  await expect(apis.get(DEMO_API)).rejects.toMatchObject({ statusCode: 429 });
});
