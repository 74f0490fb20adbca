/** What somebody may try who has a credential, but not the right one; behind the real authorizer, at the local tenant. */
import { describe, expect, it } from 'vitest';
import {
  type LocalService,
  MANAGED_SCOPE,
  PAGE_CLIENT,
  startLocalService,
} from '../../support/app-passwords/local-service.ts';
import { basic } from '../../support/core/composed.ts';

const NEW = { label: 'Stolen', scopes: ['read:foo'] };

/** Tries every operation. */
async function tryAll({ call }: LocalService, authorization: string, id: string) {
  const replies = [
    await call(authorization, 'GET', '/app-passwords'),
    await call(authorization, 'POST', '/app-passwords', NEW),
    await call(authorization, 'GET', `/app-passwords/${id}`),
    await call(authorization, 'DELETE', `/app-passwords/${id}`),
  ];
  return [...new Set(replies.map(({ status, body }) => `${status} ${body.code ?? 'gateway'}`))];
}

const passwordsOf = ({ tenant }: LocalService, userId: string) =>
  [...tenant.state.applicationPasswords.values()].filter((record) => record.user_id === userId);

describe('an attacker with a credential that lasts', () => {
  it.each([
    ['an app specific password as Bearer', (value: string) => `Bearer ${value}`],
    ['an app specific password as Basic', (value: string, name: string) => basic(name, value)],
  ])('cannot use %s, although somebody gave it the scope', async (_, headerOf) => {
    const service = await startLocalService();
    const { id, value } = service.tenant.mintApplicationPassword({ scope: MANAGED_SCOPE });
    const [user] = service.tenant.state.users.values();
    expect((await service.call(headerOf(value, user?.username ?? ''), 'GET', '/foo')).status).toBe(200);
    expect(await tryAll(service, headerOf(value, user?.username ?? ''), id)).toEqual(['403 credential_not_allowed']);
    expect(passwordsOf(service, user?.user_id ?? '').length).toBe(1);
  });

  it('cannot use the user’s own password by Basic, whose login never requests the scope', async () => {
    const service = await startLocalService();
    const [user] = service.tenant.state.users.values();
    const header = basic(user?.username ?? '', user?.password ?? '');
    expect((await service.call(header, 'GET', '/foo')).status).toBe(200);
    expect(await tryAll(service, header, 'asp_1')).toEqual(['403 gateway']);
  });

  it('cannot use an opaque token', async () => {
    const service = await startLocalService();
    const token = service.tenant.mintOpaque({ clientId: PAGE_CLIENT, scope: MANAGED_SCOPE });
    expect((await service.call(`Bearer ${token}`, 'GET', '/foo')).status).toBe(200);
    expect(await tryAll(service, `Bearer ${token}`, 'asp_1')).toEqual(['403 credential_not_allowed']);
  });
});

describe('an attacker with a token', () => {
  it.each([
    [
      'of a client',
      { userId: `${PAGE_CLIENT}@clients`, claims: { gty: 'client-credentials' } },
      '403 credential_not_allowed',
    ],
    ['of a client by another name', { userId: PAGE_CLIENT }, '403 credential_not_allowed'],
    ['of another client', { clientId: 'local-web-client' }, '403 client_not_allowed'],
    ['of an agent', { act: { sub: 'agent' } }, '403 credential_not_allowed'],
    ['without the scope', { scope: 'read:foo create:foo' }, '403 gateway'],
    ['for another API', { audience: 'https://demo.api/' }, '401 gateway'],
    ['that has expired', { expiresInSeconds: -3600 }, '401 gateway'],
    ['of another issuer', { issuer: 'https://evil.example/' }, '401 gateway'],
  ])('%s can do nothing', async (_, options, expected) => {
    const service = await startLocalService();
    const victim = service.tenant.mintApplicationPassword();
    service.tenant.requestLog.clear();
    expect(await tryAll(service, service.token(options), victim.id)).toEqual([expected]);
    expect(service.tenant.requests.filter(({ path }) => path.startsWith('/api/v2/'))).toEqual([]);
  });

  it('cannot make a password with more than the token has, or that makes others', async () => {
    const service = await startLocalService();
    for (const scopes of [
      ['delete:foo'],
      ['read:foo', 'delete:foo'],
      ['manage:app_passwords'],
      ['read:foo manage:app_passwords'],
    ]) {
      const { status, body } = await service.call(service.token(), 'POST', '/app-passwords', { ...NEW, scopes });
      expect([status, body.code]).toEqual([400, 'scopes_invalid']);
    }
    expect(service.tenant.state.applicationPasswords.size).toBe(0);
  });

  it('cannot reach another user’s passwords, wherever it names the user', async () => {
    const service = await startLocalService();
    const [own = '', other = ''] = service.users;
    const victim = service.tenant.mintApplicationPassword({ userId: other });
    const { call } = service;
    const paths = [
      victim.id,
      `..%2F..%2F${encodeURIComponent(other)}%2Fapplication-passwords%2F${victim.id}`,
      encodeURIComponent(`../${victim.id}`),
      `${victim.id}%00`,
      `${victim.id}.`,
    ];
    for (const path of paths) {
      await call(service.token(), 'DELETE', `/app-passwords/${path}`);
      expect((await call(service.token(), 'GET', `/app-passwords/${path}`)).status).not.toBe(200);
    }
    for (const name of ['sub', 'userId', 'user_id']) {
      const reply = await call(service.token(), 'POST', '/app-passwords', { ...NEW, [name]: other });
      expect(reply.body.code).toBe('body_malformed');
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['DELETE', `/${victim.id}`],
      ] as const) {
        const query = `/app-passwords${path}?${name}=${encodeURIComponent(other)}`;
        expect((await call(service.token(), method, query, NEW)).body.code).toBe('parameters_invalid');
      }
    }
    expect(passwordsOf(service, other).map(({ id }) => id)).toEqual([victim.id]);
    expect(passwordsOf(service, own)).toEqual([]);
    const called = service.tenant.requests
      .map(({ path }) => path)
      .filter((path) => path.includes('/application-passwords'));
    expect(called.filter((path) => !path.includes(encodeURIComponent(own)))).toEqual([]);
  });

  it('makes ten passwords an hour with 10,000 requests', async () => {
    const service = await startLocalService();
    const token = service.token();
    const statuses = new Map<number, number>();
    for (let request = 0; request < 10_000; request += 1) {
      const { status } = await service.call(token, 'POST', '/app-passwords', NEW);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 429) service.advanceSeconds(10);
    }
    expect([...statuses]).toEqual([
      [201, 10],
      [429, 9990],
    ]);
  });
});

describe('a user', () => {
  it('makes a password, uses it both ways, sees when, and deletes it, after which it is refused in seconds', async () => {
    const service = await startLocalService();
    const { call, tenant, revocations } = service;
    const token = service.token();
    const created = await call(token, 'POST', '/app-passwords', { label: '<b>Laptop</b>', scopes: ['read:foo'] });
    expect(created.status).toBe(201);
    const { id, value } = created.body;
    expect(value).toMatch(/^[A-Za-z]{16}$/);
    const [user] = tenant.state.users.values();
    const headers = [`Bearer ${value}`, basic(user?.username ?? '', String(value))];
    for (const header of headers) {
      expect((await call(header, 'GET', '/foo')).status).toBe(200);
      expect((await call(header, 'POST', '/foo')).status).toBe(403);
    }
    const list = await call(token, 'GET', '/app-passwords');
    expect(list.body.appPasswords).toMatchObject([
      { id, label: '<b>Laptop</b>', lastUsedAt: '2026-11-22T12:00:00.000Z' },
    ]);
    expect(list.text).not.toContain('<b>');

    const deleted = await call(token, 'DELETE', `/app-passwords/${id}`);
    expect([deleted.status, deleted.body]).toEqual([202, { id, state: 'stopping' }]);
    await revocations.queue.deliver();
    service.advanceSeconds(5);
    for (const header of headers) expect((await call(header, 'GET', '/foo')).status).toBe(401);
    expect((await call(token, 'GET', `/app-passwords/${id}`)).body.state).toBe('stopping');
    service.advanceSeconds(12);
    expect((await call(token, 'GET', `/app-passwords/${id}`)).body).toEqual({ id, state: 'stopped' });
    expect((await call(token, 'GET', '/app-passwords')).body.appPasswords).toEqual([]);
    expect(service.lines.join()).not.toContain(String(value));
  });
});
