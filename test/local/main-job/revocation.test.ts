/** Revocation through all caches: the tenant's log, the queue, the marks, and the two flushes of the gateway. The clock is moved by hand. */
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal } from '../../support/local/start.ts';
import { manage } from '../../support/tenant/requests.ts';

const CACHED = { gatewayTtlSeconds: 300, cacheTtlSeconds: 300 };

const statusOf = async (local: LocalForTest) =>
  (await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status;

async function deletePassword(local: LocalForTest): Promise<void> {
  const [id] = local.tenant.state.applicationPasswords.keys();
  const { status } = await manage(local.tenant, 'DELETE', `users/auth0%7C1234/application-passwords/${id}`);
  expect(status).toBe(204);
}

async function passSeconds(local: LocalForTest, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    local.clock.advanceSeconds(1);
    await local.revocations.queue.deliver();
  }
}

describe('an app specific password that is deleted while everything has cached it', () => {
  it('is refused within seconds', async () => {
    const local = await startLocal(CACHED);
    expect(await statusOf(local)).toBe(200);
    await passSeconds(local, 6);
    await deletePassword(local);
    await passSeconds(local, 1);
    expect(await statusOf(local)).toBe(401);
  });

  it('is accepted until the caches expire if the tenant’s log is late', async () => {
    const local = await startLocal(CACHED);
    await statusOf(local);
    await deletePassword(local);
    local.clock.advanceSeconds(200);
    expect(await statusOf(local)).toBe(200);
    local.clock.advanceSeconds(101);
    expect(await statusOf(local)).toBe(401);
  });

  it('is refused after the second flush, even if the gateway has cached it again after the first', async () => {
    const local = await startLocal(CACHED);
    expect(await statusOf(local)).toBe(200);
    await deletePassword(local);
    // The mark is written, and the gateway flushed. The authorizer trusts what it has read before.
    await local.revocations.queue.deliver();
    expect(await statusOf(local)).toBe(200);
    // By now it would not, but the gateway does not ask it.
    await passSeconds(local, 11);
    expect(await statusOf(local)).toBe(200);
    await passSeconds(local, 1);
    expect(await statusOf(local)).toBe(401);
  });
});

describe('without a cache in the gateway', () => {
  it('is refused when the authorizer no longer trusts what it has read about revocations', async () => {
    const local = await startLocal({ ...CACHED, gatewayTtlSeconds: 0 });
    expect(await statusOf(local)).toBe(200);
    await deletePassword(local);
    await passSeconds(local, 4);
    expect(await statusOf(local)).toBe(200);
    await passSeconds(local, 1);
    expect(await statusOf(local)).toBe(401);
  });
});

describe('a user who is blocked through the Management API', () => {
  it('is refused within seconds', async () => {
    const local = await startLocal(CACHED);
    expect(await statusOf(local)).toBe(200);
    await passSeconds(local, 6);
    expect((await manage(local.tenant, 'PATCH', 'users/auth0%7C1234', { blocked: true })).status).toBe(200);
    await passSeconds(local, 1);
    expect(await statusOf(local)).toBe(401);
  });
});

describe('the tenant’s log', () => {
  it('marks nobody when an app specific password is created', async () => {
    const local = await startLocal(CACHED);
    const body = { label: 'x', audience: local.ready.audience, scope: ['read:foo'] };
    const { status } = await manage(local.tenant, 'POST', 'users/auth0%7C1234/application-passwords', body);
    expect(status).toBe(201);
    await local.revocations.queue.deliver();
    expect(local.log.filter(({ event }) => event === 'revocation')).toMatchObject([
      { messages: 1, Marks: 0, Flushes: 0 },
    ]);
  });

  it('keeps what is malformed until it is in the dead-letter queue', async () => {
    const local = await startLocal(CACHED);
    local.revocations.queue.send('garbage');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await local.revocations.queue.deliver();
      local.clock.advanceSeconds(120);
    }
    expect(local.revocations.queue.deadLetters).toEqual(['garbage']);
  });
});
