import { beforeEach, expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { manage } from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

const PATH = 'users/auth0%7C1234/application-passwords';
const REQUEST = { label: 'My phone', audience: DEMO_API, scope: ['read:foo'] };
let tenant: Tenant;
let clock: Clock;

beforeEach(async () => {
  ({ tenant, clock } = await open());
  const before = tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
  const added = ['read', 'create', 'delete'].map((verb) => `${verb}:user_application_passwords`);
  await manage(tenant, 'PATCH', 'client-grants/cgr_managementsetup', { scope: [...before, ...added] });
});

it('a new password has sixteen letters and is shown only once', async () => {
  const { status, body } = await manage(tenant, 'POST', PATH, REQUEST);
  expect(status).toBe(201);
  expect(body).toStrictEqual({
    ...REQUEST,
    id: expect.stringMatching(/^asp_/),
    value: expect.stringMatching(/^[A-Za-z]{16}$/),
    created_at: new Date(START_MS).toISOString(),
  });
  const { value: _, ...rest } = body;
  expect((await manage(tenant, 'GET', PATH)).body).toStrictEqual([rest]);
});

it('the list shows when a password was last introspected', async () => {
  const { id } = tenant.mintApplicationPassword();
  const record = tenant.state.applicationPasswords.get(id);
  if (record) tenant.state.applicationPasswords.set(id, { ...record, lastAccessedMs: clock.ms + 1_000 });
  expect((await manage(tenant, 'GET', PATH)).body).toMatchObject([
    { last_accessed: new Date(START_MS + 1_000).toISOString() },
  ]);
});

it.each([
  ['a label of 101 characters', { ...REQUEST, label: 'x'.repeat(101) }, 400],
  ['no label', { ...REQUEST, label: '' }, 400],
  ['an unknown scope', { ...REQUEST, scope: ['read:bar'] }, 400],
  ['a scope that is text', { ...REQUEST, scope: 'read:foo' }, 400],
  ['an unknown API', { ...REQUEST, audience: 'https://nowhere' }, 404],
  ['an unknown property', { ...REQUEST, expires: 1 }, 400],
])('a request with %s is refused', async (_name, request, status) => {
  expect(await manage(tenant, 'POST', PATH, request)).toMatchObject({ status });
  expect(tenant.state.applicationPasswords.size).toBe(0);
});

it('the longest label is accepted', async () => {
  expect(await manage(tenant, 'POST', PATH, { ...REQUEST, label: 'x'.repeat(100) })).toMatchObject({ status: 201 });
});

it('a password can be deleted only under the path of its own user', async () => {
  const { id } = tenant.mintApplicationPassword();
  const elsewhere = `users/auth0%7C5678/application-passwords/${id}`;
  expect(await manage(tenant, 'DELETE', elsewhere)).toMatchObject({ status: 404 });
  expect(await manage(tenant, 'DELETE', `${PATH}/${id}`)).toMatchObject({ status: 204, body: undefined });
  expect(await manage(tenant, 'DELETE', `${PATH}/${id}`)).toMatchObject({ status: 404 });
});

it('a request for the passwords of an unknown user gets 404', async () => {
  expect(await manage(tenant, 'GET', 'users/auth0%7Cnobody/application-passwords')).toMatchObject({
    status: 404,
    body: { errorCode: 'inexistent_user' },
  });
});
