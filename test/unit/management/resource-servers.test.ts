import { describe, expect, it } from 'vitest';
import { NO_TOKEN_SETTINGS } from '../../../src/management/token-settings.ts';
import { type ScriptedResponse, ScriptedTenant, type SeenRequest } from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';
import { NO_KEYS } from '../../support/setup/ports.ts';

const WANTED = 'https://demo.api';
const LIST = '/api/v2/resource-servers';
const api = (id: string, identifier: string, more = {}) => ({ id, identifier, ...more });

/** Returns lists in pages of the given size, and single records by id only, like a proxy that decodes paths. */
function paging(records: readonly { readonly id: string; readonly identifier: string }[], size: number) {
  return ({ path, query }: SeenRequest): ScriptedResponse | undefined => {
    const start = Number(query.get('page')) * size;
    if (path === LIST) return { body: { resource_servers: records.slice(start, start + size), total: 3, limit: size } };
    const found = records.find(({ id }) => path === `${LIST}/${id}`);
    return found && { body: found };
  };
}

describe('ResourceServers', () => {
  it('requests a resource server by its URL-encoded identifier', async () => {
    const key = { verificationKey: { kty: 'RSA' } };
    const tenant = new ScriptedTenant(() => ({
      body: api('rs_1', WANTED, { name: 'Demo', scopes: [{ value: 'read:foo', description: 'Read' }, 'odd'], ...key }),
    }));
    expect(await tenant.connect().resourceServers.find(WANTED)).toEqual({
      id: 'rs_1',
      identifier: WANTED,
      name: 'Demo',
      scopes: ['read:foo'],
      keys: { ...NO_KEYS, ...key },
      tokens: NO_TOKEN_SETTINGS,
    });
    expect(tenant.log).toEqual(['POST /oauth/token', 'GET /api/v2/resource-servers/https%3A%2F%2Fdemo.api']);
  });

  it('finds a resource server on the last page, for any page size and total, and reads it in full', async () => {
    const others = Array.from({ length: 7 }, (_, index) => api(`rs_${index}`, `https://${index}.example`));
    const tenant = new ScriptedTenant(paging([...others, api('rs_last', WANTED)], 2));
    expect(await tenant.connect().resourceServers.find(WANTED)).toMatchObject({ id: 'rs_last' });
    expect(tenant.log.at(-1)).toBe(`GET ${LIST}/rs_last`);
  });

  it('searches the pages if the tenant does not accept an identifier as an id', async () => {
    const pages = paging([api('rs_1', WANTED)], 10);
    const refusal = { status: 400, body: { message: "Path validation error: 'Invalid id'" } };
    const tenant = new ScriptedTenant((request) => pages(request) ?? refusal);
    expect(await tenant.connect().resourceServers.find(WANTED)).toMatchObject({ id: 'rs_1' });
  });

  it('finds a resource server in a list without totals', async () => {
    const tenant = new ScriptedTenant(({ path, query }) => {
      if (path === `${LIST}/rs_1`) return { body: api('rs_1', WANTED) };
      return path === LIST ? { body: query.get('page') === '0' ? [api('rs_1', WANTED)] : [] } : undefined;
    });
    expect(await tenant.connect().resourceServers.find(WANTED)).toMatchObject({ id: 'rs_1' });
  });

  it('ignores a resource server of nearly the same identifier, even if the tenant returns it', async () => {
    const misses = ['https://demo.api/', 'https://DEMO.api', 'demo.api'].map((name, index) => api(`rs_${index}`, name));
    const lax = new ScriptedTenant((request) => paging(misses, 10)(request) ?? { body: misses[0] });
    expect(await lax.connect().resourceServers.find(WANTED)).toBeUndefined();
  });

  it('stops searching if every page is the same', async () => {
    const tenant = new ScriptedTenant(({ path }) =>
      path === LIST ? { body: [api('rs_1', 'https://other.api')] } : undefined,
    );
    expect(await tenant.connect().resourceServers.find(WANTED)).toBeUndefined();
    expect(tenant.log.filter((line) => line === `GET ${LIST}`)).toHaveLength(2);
  });

  it('is not misled by an identifier that is the id of another resource server', async () => {
    const tenant = new ScriptedTenant(paging([api('rs_1', 'https://other.api')], 10));
    expect(await tenant.connect().resourceServers.find('rs_1')).toBeUndefined();
  });

  it('refuses a response that lacks required members', async () => {
    const tenant = new ScriptedTenant(() => ({ body: { identifier: WANTED } }));
    await expectError(tenant.connect().resourceServers.find(WANTED), 'management_malformed', /Expected a string "id"/);
  });
});

it("ResourceServers lists all names except the tenant's own API", async () => {
  const tenant = new ScriptedTenant(
    paging([api('rs_1', 'https://tenant.example/api/v2/', { is_system: true }), api('rs_2', WANTED)], 1),
  );
  expect(await tenant.connect().resourceServers.identifiers()).toEqual([WANTED]);
});

it('ResourceServers sends a change unchanged, null included', async () => {
  const tenant = new ScriptedTenant(() => ({ body: {} }));
  await tenant
    .connect()
    .resourceServers.update('rs_1', { verificationKey: null, verificationLocation: 'https://a.example/' });
  expect(tenant.log.at(-1)).toBe(`PATCH ${LIST}/rs_1`);
  expect(tenant.requests.at(-1)?.body).toEqual({ verificationKey: null, verificationLocation: 'https://a.example/' });
  expect(tenant.requests.at(-1)?.headers['content-type']).toBe('application/json');
});

it('ResourceServers creates a resource server with its scopes', async () => {
  const tenant = new ScriptedTenant(() => ({ status: 201, body: {} }));
  await tenant.connect().resourceServers.create({ identifier: WANTED, name: 'Demo', scopes: ['read:foo'] });
  expect(tenant.log.at(-1)).toBe(`POST ${LIST}`);
  expect(tenant.requests.at(-1)?.body).toEqual({ identifier: WANTED, name: 'Demo', scopes: [{ value: 'read:foo' }] });
});

it('ResourceServers accepts that a resource server to remove is gone already, but no other refusal', async () => {
  const responses = [{ status: 204 }, { status: 404, body: {} }, { status: 403, body: { message: 'System API' } }];
  const { resourceServers } = new ScriptedTenant(() => responses.shift()).connect();
  await resourceServers.remove('rs_1');
  await resourceServers.remove('rs_1');
  await expectError(resourceServers.remove('rs_1'), 'management_refused', /DELETE .*\/rs_1 with 403: System API/);
});
