import { describe, expect, it } from 'vitest';
import { type ScriptedResponse, ScriptedTenant } from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const PATH = '/api/v2/users/auth0%7C1234/application-passwords';
const USER = 'auth0|1234';
const REQUEST = { label: 'My script', audience: 'https://demo.api', scopes: ['read:foo'] };
const stored = { id: 'asp_1', label: 'My script', audience: 'https://demo.api', scope: ['read:foo'] };
const created = { ...stored, created_at: '2030-01-01T00:00:00Z', value: 'CanaryCanaryCana' };

const respondingWith = (response: ScriptedResponse) => new ScriptedTenant(() => response);

describe('ApplicationPasswords', () => {
  it('creates a password for the user, whose id is URL-encoded, and returns its value', async () => {
    const tenant = respondingWith({ status: 201, body: created });
    expect(await tenant.connect().applicationPasswords.create(USER, REQUEST)).toEqual({
      ...{ id: 'asp_1', label: 'My script', audience: 'https://demo.api', scopes: ['read:foo'] },
      createdAt: '2030-01-01T00:00:00Z',
      lastAccessed: undefined,
      value: 'CanaryCanaryCana',
    });
    expect(tenant.log.at(-1)).toBe(`POST ${PATH}`);
    expect(tenant.requests.at(-1)?.body).toEqual({
      label: 'My script',
      audience: 'https://demo.api',
      scope: ['read:foo'],
    });
  });

  it('refuses a response without the value', async () => {
    const { applicationPasswords } = respondingWith({ status: 201, body: stored }).connect();
    await expectError(applicationPasswords.create(USER, REQUEST), 'management_malformed', /Expected a string "value"/);
  });

  it('deletes again what was made without a usable response', async () => {
    const tenant = new ScriptedTenant(({ method }) =>
      method === 'POST' ? { status: 201, body: stored } : { status: 204 },
    );
    await expectError(tenant.connect().applicationPasswords.create(USER, REQUEST), 'management_malformed', /"value"/);
    expect(tenant.log.at(-1)).toBe(`DELETE ${PATH}/asp_1`);
  });

  it('refuses a malformed response without showing the value', async () => {
    const { applicationPasswords } = respondingWith({ status: 201, body: { ...created, scope: 'read:foo' } }).connect();
    const error = await expectError(applicationPasswords.create(USER, REQUEST), 'management_malformed', /"scope"/);
    expect(`${error.message} ${error.stack}`).not.toContain('Canary');
  });

  it('removes a password by its URL-encoded id and accepts that it is gone already', async () => {
    const responses = [{ status: 204 }, { status: 404, body: {} }];
    const tenant = new ScriptedTenant(() => responses.shift());
    const { applicationPasswords } = tenant.connect();
    await applicationPasswords.remove(USER, 'asp/1');
    await applicationPasswords.remove(USER, 'asp/1');
    expect(tenant.log.slice(1)).toEqual([`DELETE ${PATH}/asp%2F1`, `DELETE ${PATH}/asp%2F1`]);
  });
});

it('ApplicationPasswords lists passwords without values, even if the tenant returns them', async () => {
  const tenant = respondingWith({ body: [{ ...created, last_accessed: '2030-01-02T00:00:00Z' }] });
  const [password] = await tenant.connect().applicationPasswords.list(USER);
  expect(password).toMatchObject({ id: 'asp_1', lastAccessed: '2030-01-02T00:00:00Z' });
  expect(JSON.stringify(password)).not.toContain('Canary');
  expect(tenant.log.at(-1)).toBe(`GET ${PATH}`);
});

it('ApplicationPasswords refuses a response that is not a list', async () => {
  const { applicationPasswords } = respondingWith({ body: { error: 'no' } }).connect();
  await expectError(
    applicationPasswords.list(USER),
    'management_malformed',
    /app specific passwords .*Expected a list/,
  );
});

it.each([[''], ['.'], ['..']])(
  'ApplicationPasswords refuses the id "%s", which would lead to another path',
  async (id) => {
    const tenant = respondingWith({ status: 204 });
    const { applicationPasswords } = tenant.connect();
    await expectError(applicationPasswords.remove(USER, id), 'configuration_invalid', /empty id, or one of dots/);
    await expectError(applicationPasswords.list(id), 'configuration_invalid', /empty id, or one of dots/);
    expect(tenant.log).toEqual([]);
  },
);
