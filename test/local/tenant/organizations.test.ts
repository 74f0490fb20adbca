import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { seed } from '../../../local/tenant/seed.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { postJson } from '../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../support/tenant/tenant.ts';

const ACME = 'org_local0000000001';

function machineToken(tenant: Tenant, organization?: string) {
  return postJson(tenant, '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: 'local-machine-client',
    client_secret: 'local-machine-secret',
    audience: DEMO_API,
    ...(organization !== undefined && { organization }),
  });
}

/** Opens a tenant whose machine has a grant like this. */
async function openWith(usage: 'deny' | 'allow' | 'require', allow_any_organization = false) {
  const clientGrants = seed.clientGrants.map((grant) =>
    grant.id === 'cgr_machinedemoapi0' ? { ...grant, organization_usage: usage, allow_any_organization } : grant,
  );
  return (await open({ clientGrants })).tenant;
}

it('a machine gets a token for an organization that its grant is assigned to', async () => {
  const { tenant } = await open();
  const claims = decodeJwt((await machineToken(tenant, ACME)).body.access_token);
  expect(claims).toMatchObject({ org_id: ACME });
  expect(claims).not.toHaveProperty('org_name');
  expect(decodeJwt((await machineToken(tenant)).body.access_token)).not.toHaveProperty('org_id');
});

it('a token has org_name, and a request may use it, if the settings say so', async () => {
  const settings = { ...seed.settings, allow_organization_name_in_authentication_api: true };
  const { tenant } = await open({ settings });
  expect(decodeJwt((await machineToken(tenant, 'acme')).body.access_token)).toMatchObject({
    org_id: ACME,
    org_name: 'acme',
  });
});

it.each<[string, 'deny' | 'allow' | 'require', string | undefined, number]>([
  ['an organization, although the grant allows none', 'deny', ACME, 403],
  ['no organization, although the grant requires one', 'require', undefined, 403],
  ['an organization that the grant is not assigned to', 'allow', 'org_local0000000002', 403],
  ['an organization that does not exist', 'allow', 'org_nothing', 400],
  ['the name of an organization, although the settings do not allow names', 'allow', 'acme', 400],
])('a request for %s is refused', async (_, usage, organization, status) => {
  expect((await machineToken(await openWith(usage), organization)).status).toBe(status);
});

it('a grant can allow any organization', async () => {
  const tenant = await openWith('require', true);
  const { body } = await machineToken(tenant, 'org_local0000000002');
  expect(decodeJwt(body.access_token)).toMatchObject({ org_id: 'org_local0000000002' });
});

it('a password grant ignores the parameter, and adds the claims of an Action', async () => {
  const { tenant } = await open();
  const { body } = await postJson(tenant, '/oauth/token', {
    grant_type: 'password',
    client_id: 'local-password-client',
    client_secret: 'local-password-secret',
    username: 'member@example.com',
    password: 'member-password-1',
    audience: DEMO_API,
    scope: 'read:foo',
    organization: ACME,
  });
  const claims = decodeJwt(body.access_token);
  expect(claims).toMatchObject({ email: 'member@example.com', 'https://demo.api/roles': ['editor', 'reviewer'] });
  expect(claims).not.toHaveProperty('org_id');
});
