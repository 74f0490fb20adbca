/** Tenants that differ from the default: without app specific passwords, or with an introspection that does not check assertions. */
import { expect, it } from 'vitest';
import { ask, assertion, introspection, manage, newKey, postJson } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

const PASSWORDS = 'users/auth0%7C1234/application-passwords';
const FEATURE_SCOPES = [
  'read:user_application_passwords',
  'create:user_application_passwords',
  'delete:user_application_passwords',
];

it('a tenant without app specific passwords does not offer or grant their scopes and does not have their paths', async () => {
  const { tenant, clock } = await open();
  tenant.behaviour.hasApplicationPasswords = false;
  const before = tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
  const scope = [...before, ...FEATURE_SCOPES];
  const path = 'client-grants/cgr_managementsetup';
  expect((await manage(tenant, 'PATCH', path, { scope })).body.scope).toStrictEqual(scope);
  const { body } = await manage(tenant, 'GET', `resource-servers/${encodeURIComponent(`${tenant.issuer}api/v2/`)}`);
  expect(JSON.stringify(body.scopes)).not.toContain('application_passwords');
  const token = await postJson(tenant, '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: 'local-management-client',
    client_secret: 'local-management-secret',
    audience: `${tenant.issuer}api/v2/`,
  });
  expect(token.body.scope.split(' ')).toStrictEqual(before);
  expect(await manage(tenant, 'GET', PASSWORDS)).toMatchObject({ status: 404, body: { error: 'Not Found' } });
  const signed = await assertion(tenant, newKey().privateKey, clock);
  expect(await postJson(tenant, '/oauth/introspect', introspection('x', signed))).toMatchObject({ status: 404 });
});

it('a tenant that does not check assertions introspects for every caller', async () => {
  const { tenant, clock } = await open();
  const signed = await assertion(tenant, newKey().privateKey, clock);
  expect(await postJson(tenant, '/oauth/introspect', introspection('x', signed))).toMatchObject({ status: 401 });
  tenant.behaviour.checksAssertions = false;
  const response = await postJson(tenant, '/oauth/introspect', introspection('x', signed));
  expect(response).toMatchObject({ status: 200, body: { active: false } });
});

it('an API omits the members that were never set, except some that it always shows', async () => {
  const { tenant } = await open();
  const { body } = await manage(tenant, 'POST', 'resource-servers', { identifier: 'https://bare.api' });
  for (const member of ['name', 'scopes', 'is_system']) expect(body).not.toHaveProperty(member);
  expect(body).toMatchObject({
    signing_alg: 'RS256',
    token_lifetime_for_web: expect.any(Number),
    skip_consent_for_verifiable_first_party_clients: false,
  });
});

it('a grant shows its kind of subject even if it was never set', async () => {
  const { tenant } = await open();
  expect((await manage(tenant, 'GET', 'client-grants/cgr_machinedemoapi0')).body.subject_type).toBe('client');
  expect(await ask(tenant, '/api/v2/client-grants')).toMatchObject({ status: 401 });
});
