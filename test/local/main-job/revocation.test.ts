/** Revocation through all caches: the tenant's log, the queue, the marks, and the two flushes of the gateway. The clock is moved by hand. */
import { describe, expect, it } from 'vitest';
import { markMessage } from '../../../src/revocation/message.ts';
import { bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal } from '../../support/local/start.ts';

const CACHED = { gatewayTtlSeconds: 300, cacheTtlSeconds: 300 };
const USER = 'auth0|1234';

const statusOf = async (local: LocalForTest) =>
  (await local.call('GET', '/foo', bearer(local.ready.tokens.asp))).status;

/** Sends a write to the tenant's Management API. */
async function manage(local: LocalForTest, method: string, path: string, body?: object): Promise<number> {
  const { clientId: client_id, clientSecret: client_secret } = local.ready.management;
  const audience = `${local.ready.issuer}api/v2/`;
  const token = await fetch(`${local.ready.issuer}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id, client_secret, audience }),
  });
  const { access_token } = (await token.json()) as { readonly access_token: string };
  const response = await fetch(`${audience}${path}`, {
    method,
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.status;
}

async function deletePassword(local: LocalForTest): Promise<void> {
  const [id] = local.tenant.state.applicationPasswords.keys();
  expect(await manage(local, 'DELETE', `users/${encodeURIComponent(USER)}/application-passwords/${id}`)).toBe(204);
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

describe('a user who is blocked through the Management API', () => {
  it('is refused within seconds', async () => {
    const local = await startLocal(CACHED);
    expect(await statusOf(local)).toBe(200);
    await passSeconds(local, 6);
    local.tenant.state.users.set(USER, { ...user(local), blocked: true });
    local.revocations.queue.send(markMessage({ subject: USER, kind: 'all' }));
    await local.revocations.queue.deliver();
    expect(await statusOf(local)).toBe(401);
  });
});

describe('the tenant’s log', () => {
  it('marks nobody when an app specific password is created', async () => {
    const local = await startLocal(CACHED);
    const body = { label: 'x', audience: local.ready.audience, scope: ['read:foo'] };
    expect(await manage(local, 'POST', `users/${encodeURIComponent(USER)}/application-passwords`, body)).toBe(201);
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

function user(local: LocalForTest) {
  const found = local.tenant.state.users.get(USER);
  if (!found) throw new Error(`There is no user ${USER}.`);
  return found;
}
