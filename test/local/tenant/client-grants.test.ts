import { expect, test } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { DEMO_API, manage, open } from './tools.ts';

const CLIENT = 'local-management-client';
const OPERATOR = { client_id: 'local-operator-client', audience: DEMO_API };

function listFor(tenant: Tenant, query: Record<string, string>) {
  return manage(tenant, 'GET', `client-grants?${new URLSearchParams(query)}`);
}

test('the filters work together, and both kinds of grant are there', async () => {
  const { tenant } = await open();
  const audience = `${tenant.issuer}api/v2/`;
  const { body } = await listFor(tenant, { client_id: CLIENT, audience });
  expect(body.map((grant: { id: string }) => grant.id)).toStrictEqual(['cgr_managementusers', 'cgr_managementsetup']);
  expect((await listFor(tenant, { client_id: CLIENT, audience, subject_type: 'client' })).body).toHaveLength(1);
  expect((await listFor(tenant, { client_id: 'local-machine-client', subject_type: 'client' })).body).toHaveLength(1);
});

test('checkpoint pages reach every grant, and the last has no next', async () => {
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

test('numbered pages come with totals when asked', async () => {
  const { tenant } = await open();
  const { body } = await listFor(tenant, { page: '1', per_page: '100', include_totals: 'true' });
  expect(body).toMatchObject({ start: 100, limit: 100, total: 114 });
  expect(body.client_grants).toHaveLength(14);
});

test('a change replaces the whole list, and scopes that the API lacks vanish without a word', async () => {
  const { tenant } = await open();
  const path = 'client-grants/cgr_machinedemoapi0';
  const scope = ['update:foo', 'fly:foo'];
  expect(await manage(tenant, 'PATCH', path, { scope })).toMatchObject({
    status: 200,
    body: { scope: ['update:foo'] },
  });
  expect((await manage(tenant, 'GET', path)).body.scope).toStrictEqual(['update:foo']);
});

test('the application-password scopes can be granted, and count from the next token on', async () => {
  const { tenant } = await open();
  const path = 'users/auth0%7C1234/application-passwords';
  expect(await manage(tenant, 'GET', path)).toMatchObject({ status: 403 });
  const before = tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
  const scope = [...before, 'read:user_application_passwords'];
  await manage(tenant, 'PATCH', 'client-grants/cgr_managementsetup', { scope });
  expect(await manage(tenant, 'GET', path)).toMatchObject({ status: 200, body: [] });
});

test('a grant is made once for each kind of subject', async () => {
  const { tenant } = await open();
  const order = { ...OPERATOR, scope: ['read:foo'] };
  expect(await manage(tenant, 'POST', 'client-grants', order)).toMatchObject({ status: 201, body: order });
  expect(await manage(tenant, 'POST', 'client-grants', { ...order, subject_type: 'client' })).toMatchObject({
    status: 409,
    body: { errorCode: 'client_grant_conflict' },
  });
  expect(await manage(tenant, 'POST', 'client-grants', { ...order, subject_type: 'user' })).toMatchObject({
    status: 201,
  });
});

test.each([
  ['no scope', OPERATOR, 400],
  ['an unknown client', { ...OPERATOR, client_id: 'nobody', scope: [] }, 404],
  ['an unknown API', { ...OPERATOR, audience: 'https://nowhere', scope: [] }, 404],
  ['an unknown property', { ...OPERATOR, scope: [], color: 'red' }, 400],
])('a grant with %s is refused', async (_name, order, status) => {
  const { tenant } = await open();
  expect(await manage(tenant, 'POST', 'client-grants', order)).toMatchObject({ status });
});

test('a grant of all scopes reads as an empty list, and takes no other', async () => {
  const { tenant } = await open();
  const path = 'client-grants/cgr_webappdemoapi00';
  expect(await manage(tenant, 'GET', path)).toMatchObject({ body: { scope: [], allow_all_scopes: true } });
  expect(await manage(tenant, 'PATCH', path, { scope: ['read:foo'] })).toMatchObject({ status: 400 });
});

test('a grant is taken away once', async () => {
  const { tenant } = await open();
  expect(await manage(tenant, 'DELETE', 'client-grants/cgr_machinedemoapi0')).toMatchObject({ status: 204 });
  expect(await manage(tenant, 'DELETE', 'client-grants/cgr_machinedemoapi0')).toMatchObject({
    status: 404,
    body: { errorCode: 'inexistent_client_grant' },
  });
});
