import { expect, it } from 'vitest';
import { manage } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

it('a user is found by ID and by email, without the password', async () => {
  const { tenant } = await open();
  const byId = await manage(tenant, 'GET', 'users/auth0%7C1234');
  expect(byId).toMatchObject({ status: 200, body: { user_id: 'auth0|1234', email: 'user@gmail.com' } });
  expect(byId.body).not.toHaveProperty('password');
  expect((await manage(tenant, 'GET', 'users-by-email?email=user@gmail.com')).body).toStrictEqual([byId.body]);
  expect(JSON.stringify((await manage(tenant, 'GET', 'users')).body)).not.toContain('password');
  expect(await manage(tenant, 'GET', 'users/nobody')).toMatchObject({ status: 404 });
});

it('a block is shown and removed by ID and by identifier', async () => {
  const { tenant } = await open();
  const block = () => Array.from({ length: 10 }, () => tenant.logins.fail('user@gmail.com', '192.0.2.1'));
  const identifier = 'user-blocks?identifier=user@gmail.com';
  for (const path of ['user-blocks/auth0%7C1234', identifier]) {
    block();
    expect((await manage(tenant, 'GET', path)).body).toStrictEqual({
      blocked_for: [{ identifier: 'user@gmail.com', ip: '192.0.2.1' }],
    });
    expect(await manage(tenant, 'DELETE', path)).toMatchObject({ status: 204 });
    expect((await manage(tenant, 'GET', path)).body).toStrictEqual({ blocked_for: [] });
  }
});

it('a user is changed and deleted, and each write is in the log, by its path and not by its user', async () => {
  const events: unknown[] = [];
  const { tenant } = await open({}, { onLogEvent: (event) => events.push(event) });
  for (const grant of tenant.state.clientGrants.values()) {
    tenant.state.clientGrants.set(grant.id, { ...grant, scope: [...grant.scope, 'delete:users'] });
  }
  const changed = await manage(tenant, 'PATCH', 'users/auth0%7C1234', { blocked: true, password: 'new-password-1' });
  expect(changed).toMatchObject({ status: 200, body: { user_id: 'auth0|1234', blocked: true } });
  expect(tenant.state.users.get('auth0|1234')?.password).toBe('new-password-1');
  expect(await manage(tenant, 'PATCH', 'users/auth0%7C1234', { name: 'x' })).toMatchObject({ status: 400 });
  expect(await manage(tenant, 'PATCH', 'users/nobody', { blocked: true })).toMatchObject({ status: 404 });
  expect(await manage(tenant, 'DELETE', 'users/auth0%7C1234')).toMatchObject({ status: 204 });
  expect(tenant.state.users.has('auth0|1234')).toBe(false);
  const write = (method: string) => ({
    type: 'sapi',
    user_id: 'auth0|the-administrator',
    details: { request: { method, path: '/api/v2/users/auth0%7C1234' } },
  });
  expect(events).toMatchObject([write('patch'), write('delete')]);
});
