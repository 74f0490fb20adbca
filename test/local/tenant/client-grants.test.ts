import { expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { manage, postJson } from '../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../support/tenant/tenant.ts';

const CLIENT = 'local-management-client';
const OPERATOR = { client_id: 'local-operator-client', audience: DEMO_API };

function listFor(tenant: Tenant, query: Record<string, string>) {
  return manage(tenant, 'GET', `client-grants?${new URLSearchParams(query)}`);
}

it('the filters of the list can be combined, and both kinds of grant are listed', async () => {
  const { tenant } = await open();
  const audience = `${tenant.issuer}api/v2/`;
  const { body } = await listFor(tenant, { client_id: CLIENT, audience });
  expect(body.map((grant: { id: string }) => grant.id)).toStrictEqual(['cgr_managementusers', 'cgr_managementsetup']);
  expect((await listFor(tenant, { client_id: CLIENT, audience, subject_type: 'client' })).body).toHaveLength(1);
  expect((await listFor(tenant, { client_id: 'local-machine-client', subject_type: 'client' })).body).toHaveLength(1);
});

it('checkpoint pages reach every grant, and the last page has no next', async () => {
  const { tenant } = await open();
  const ids: string[] = [];
  let from: string | undefined;
  do {
    const { body } = await listFor(tenant, { client_id: CLIENT, take: '50', ...(from && { from }) });
    ids.push(...body.client_grants.map((grant: { id: string }) => grant.id));
    from = body.next;
  } while (from);
  expect(new Set(ids).size).toBe(112);
});

it('numbered pages have totals if they are requested', async () => {
  const { tenant } = await open();
  const { body } = await listFor(tenant, { page: '1', per_page: '100', include_totals: 'true' });
  expect(body).toMatchObject({ start: 100, limit: 100, total: 115 });
  expect(body.client_grants).toHaveLength(15);
});

it('a change of a grant replaces all its scopes and keeps unknown scopes, which no token gets', async () => {
  const { tenant } = await open();
  const path = 'client-grants/cgr_machinedemoapi0';
  const scope = ['update:foo', 'fly:foo'];
  expect(await manage(tenant, 'PATCH', path, { scope })).toMatchObject({ status: 200, body: { scope } });
  expect((await manage(tenant, 'GET', path)).body.scope).toStrictEqual(scope);
  const token = await postJson(tenant, '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: 'local-machine-client',
    client_secret: 'local-machine-secret',
    audience: DEMO_API,
  });
  expect(token.body.scope).toBe('update:foo');
});

it('a tenant that drops unknown scopes does not report it', async () => {
  const { tenant } = await open();
  tenant.behaviour.dropsUnknownScopes = true;
  const scope = ['update:foo', 'fly:foo'];
  const { body } = await manage(tenant, 'PATCH', 'client-grants/cgr_machinedemoapi0', { scope });
  expect(body.scope).toStrictEqual(['update:foo']);
});

it('a change of an API without its scopes keeps the unknown scopes of its grants', async () => {
  const { tenant } = await open();
  const scope = ['read:foo', 'fly:foo'];
  await manage(tenant, 'PATCH', 'client-grants/cgr_machinedemoapi0', { scope });
  await manage(tenant, 'PATCH', 'resource-servers/https%3A%2F%2Fdemo.api', { token_lifetime: 60 });
  expect(tenant.state.clientGrants.get('cgr_machinedemoapi0')?.scope).toStrictEqual(scope);
});

it('the application-password scopes can be granted and are in the next token', async () => {
  const { tenant } = await open();
  const path = 'users/auth0%7C1234/application-passwords';
  expect(await manage(tenant, 'GET', path)).toMatchObject({ status: 403 });
  const before = tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
  const scope = [...before, 'read:user_application_passwords'];
  await manage(tenant, 'PATCH', 'client-grants/cgr_managementsetup', { scope });
  expect(await manage(tenant, 'GET', path)).toMatchObject({ status: 200, body: [] });
});

it('a grant can be created once for each kind of subject', async () => {
  const { tenant } = await open();
  const grant = { ...OPERATOR, scope: ['read:foo'] };
  expect(await manage(tenant, 'POST', 'client-grants', grant)).toMatchObject({ status: 201, body: grant });
  expect(await manage(tenant, 'POST', 'client-grants', { ...grant, subject_type: 'client' })).toMatchObject({
    status: 409,
    body: { errorCode: 'client_grant_conflict' },
  });
  expect(await manage(tenant, 'POST', 'client-grants', { ...grant, subject_type: 'user' })).toMatchObject({
    status: 201,
  });
});

it.each([
  ['no scope', OPERATOR, 400],
  ['an unknown client', { ...OPERATOR, client_id: 'nobody', scope: [] }, 404],
  ['an unknown API', { ...OPERATOR, audience: 'https://nowhere', scope: [] }, 404],
  ['an unknown property', { ...OPERATOR, scope: [], color: 'red' }, 400],
])('a grant with %s is refused', async (_name, grant, status) => {
  const { tenant } = await open();
  expect(await manage(tenant, 'POST', 'client-grants', grant)).toMatchObject({ status });
});

it('a grant of all scopes has no "scope" and does not accept one', async () => {
  const { tenant } = await open();
  const path = 'client-grants/cgr_webappdemoapi00';
  const { body } = await manage(tenant, 'GET', path);
  expect(body).toMatchObject({ allow_all_scopes: true, subject_type: 'user' });
  expect(body).not.toHaveProperty('scope');
  expect(await manage(tenant, 'PATCH', path, { scope: ['read:foo'] })).toMatchObject({ status: 400 });
});

it('a grant can be deleted once', async () => {
  const { tenant } = await open();
  expect(await manage(tenant, 'DELETE', 'client-grants/cgr_machinedemoapi0')).toMatchObject({ status: 204 });
  expect(await manage(tenant, 'DELETE', 'client-grants/cgr_machinedemoapi0')).toMatchObject({
    status: 404,
    body: { errorCode: 'inexistent_client_grant' },
  });
});
