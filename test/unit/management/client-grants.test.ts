import { describe, expect, it } from 'vitest';
import { ScriptedTenant } from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const AUDIENCE = 'https://tenant.example/api/v2/';
const grant = (id: string, more = {}) => ({ id, client_id: 'me', audience: AUDIENCE, scope: ['read:users'], ...more });
const findIn = (body: unknown) => new ScriptedTenant(() => ({ body })).connect().clientGrants.find('me', AUDIENCE);

describe('ClientGrants', () => {
  it('finds a grant on the last page by following checkpoints', async () => {
    const pages: Record<string, unknown> = {
      first: { client_grants: [grant('cgr_1', { client_id: 'other' })], next: 'a' },
      a: { client_grants: [grant('cgr_2', { audience: 'https://demo.api' })], next: 'b' },
      b: { client_grants: [grant('cgr_3')] },
    };
    const tenant = new ScriptedTenant(({ query }) => ({ body: pages[query.get('from') ?? 'first'] }));
    expect(await tenant.connect().clientGrants.find('me', AUDIENCE)).toEqual({
      id: 'cgr_3',
      scopes: ['read:users'],
      allowsAllScopes: false,
    });
    const queries = tenant.requests.slice(1).map(({ query }) => Object.fromEntries(query));
    expect(queries).toEqual(
      [{}, { from: 'a' }, { from: 'b' }].map((from) => ({
        client_id: 'me',
        audience: AUDIENCE,
        take: '100',
        include_totals: 'false',
        ...from,
      })),
    );
  });

  it('stops following checkpoints that lead in a circle', async () => {
    const tenant = new ScriptedTenant(({ query }) => ({
      body: { client_grants: [], next: query.get('from') === 'a' ? 'b' : 'a' },
    }));
    expect(await tenant.connect().clientGrants.find('me', AUDIENCE)).toBeUndefined();
    expect(tenant.requests.length).toBeLessThan(6);
  });

  it.each([
    ['a grant of another client', { client_id: 'other' }],
    ['a grant for an API of nearly the same name', { audience: 'https://tenant.example/api/v2' }],
    ['a grant for users', { subject_type: 'user' }],
    ['a grant for anonymous users', { subject_type: 'anonymous_user' }],
    ['a grant without a client', { client_id: undefined }],
    ['a grant of an unknown kind', { subject_type: 'robot' }],
  ])('ignores %s, even if the tenant did not filter', async (_what, more) => {
    expect(await findIn({ client_grants: [grant('cgr_1', more)] })).toBeUndefined();
  });

  it.each([[{ subject_type: 'client' }], [{ subject_type: null }], [{}]])(
    "accepts a grant with %j as the client's own",
    async (more) => {
      expect(await findIn([grant('cgr_0', { subject_type: 'user' }), grant('cgr_1', more)])).toMatchObject({
        id: 'cgr_1',
      });
    },
  );

  it('reports that a grant allows all scopes', async () => {
    const seen = { id: 'cgr_1', scopes: [], allowsAllScopes: true };
    for (const scope of [undefined, null, []]) {
      expect(await findIn([grant('cgr_1', { scope, allow_all_scopes: true })])).toEqual(seen);
    }
  });

  it.each([
    [{ client_grants: 'none' }, 'a list of grants'],
    [[grant('cgr_1', { id: 1 })], 'a string "id"'],
    [[grant('cgr_1', { scope: 'read:users' })], 'a list "scope"'],
    [[grant('cgr_1', { scope: [1] })], 'a list "scope"'],
    [[grant('cgr_1', { scope: undefined })], 'a list "scope"'],
    [[grant('cgr_1', { scope: undefined, allow_all_scopes: 'true' })], 'a list "scope"'],
  ])('refuses a grant received as %j, since scopes could be lost', async (body, expected) => {
    await expectError(findIn(body), 'management_malformed', new RegExp(`client grants .*Expected ${expected}`));
  });
});

it('ClientGrants creates a grant with client, API and scopes, and nothing else', async () => {
  const tenant = new ScriptedTenant(() => ({ status: 201, body: {} }));
  await tenant.connect().clientGrants.create({ clientId: 'me', audience: AUDIENCE, scopes: ['read:users'] });
  expect(tenant.log.at(-1)).toBe('POST /api/v2/client-grants');
  expect(tenant.requests.at(-1)?.body).toEqual({ client_id: 'me', audience: AUDIENCE, scope: ['read:users'] });
});

it('ClientGrants sends the whole list of scopes in an update', async () => {
  const tenant = new ScriptedTenant(() => ({ body: {} }));
  await tenant.connect().clientGrants.update('cgr_1', ['read:users', 'update:users']);
  expect(tenant.log.at(-1)).toBe('PATCH /api/v2/client-grants/cgr_1');
  expect(tenant.requests.at(-1)?.body).toEqual({ scope: ['read:users', 'update:users'] });
});

it('ClientGrants accepts that a grant to remove is gone already', async () => {
  const responses = [{ status: 204 }, { status: 404, body: {} }];
  const { clientGrants } = new ScriptedTenant(() => responses.shift()).connect();
  await clientGrants.remove('cgr_1');
  await clientGrants.remove('cgr_1');
});
