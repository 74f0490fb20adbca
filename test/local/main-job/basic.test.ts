/** Basic credentials: the requests and failed logins that each order causes. Ten failed logins block a user. */
import { describe, expect, it } from 'vitest';
import { basic } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const USER = 'user@gmail.com';
const OTHER = 'other@example.com';
const TIMES = 30;

describe('the order auto', () => {
  it('never causes a failed login for an ASP, in 30 uncached uses before and 30 after its revocation', async () => {
    const local = await startLocal(UNCACHED);
    const { value } = local.tenant.mintApplicationPassword();
    expect(await statuses(local, basic(USER, value))).toEqual(Array(TIMES).fill(200));
    local.tenant.revoke(value);
    expect(await statuses(local, basic(USER, value))).toEqual(Array(TIMES).fill(401));
    expect(local.calls('/oauth/token')).toBe(0);
    expect(local.tenant.logins.totalFailures()).toBe(0);
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(200);
  });

  it('refuses a wrong secret and tries the same guess at the tenant only once', async () => {
    const local = await startLocal(UNCACHED);
    expect(await statuses(local, basic(USER, 'wrong password'))).toEqual(Array(TIMES).fill(401));
    expect(local.tenant.logins.totalFailures()).toBe(1);
  });

  it('refuses the ASP of another user without a failed login for either user', async () => {
    const local = await startLocal(UNCACHED);
    const { value } = local.tenant.mintApplicationPassword({ userId: 'auth0|5678' });
    expect((await local.call('GET', '/foo', basic(USER, value))).status).toBe(401);
    expect((await local.call('GET', '/foo', basic(OTHER, value))).status).toBe(200);
    expect(local.log.at(0)).toMatchObject({ reason: 'username_mismatch' });
    expect(local.tenant.logins.totalFailures()).toBe(0);
  });

  it.each(['opaque', 'refresh', 'jwt'] as const)('refuses the %s token as a secret', async (kind) => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', basic(USER, local.ready.tokens[kind]))).status).toBe(401);
    expect(local.log.at(0)).toMatchObject({ reason: 'token_type_refused' });
  });
});

describe('the order password-first', () => {
  it('causes one failed login per process for an ASP, revoked or not', async () => {
    const local = await startLocal({ ...UNCACHED, basicOrder: 'password-first' });
    const { value } = local.tenant.mintApplicationPassword();
    expect(await statuses(local, basic(USER, value))).toEqual(Array(TIMES).fill(200));
    local.tenant.revoke(value);
    expect(await statuses(local, basic(USER, value))).toEqual(Array(TIMES).fill(401));
    local.clock.advanceSeconds(3600);
    expect((await local.call('GET', '/foo', basic(USER, value))).status).toBe(401);
    expect(local.tenant.logins.totalFailures()).toBe(1);
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(200);
  });

  it('tries every secret as a password before it introspects it', async () => {
    const local = await startLocal({ ...UNCACHED, basicOrder: 'password-first' });
    const response = await local.call('GET', '/foo', basic('letters@example.com', 'SixteenLettersPw'));
    expect(response.status).toBe(200);
    expect(local.calls('/oauth/introspect')).toBe(0);
  });
});

describe('the order introspect-first', () => {
  it('introspects every secret before it tries it as a password', async () => {
    const local = await startLocal({ ...UNCACHED, basicOrder: 'introspect-first' });
    expect((await local.call('GET', '/foo', basic(USER, local.ready.tokens.asp))).status).toBe(200);
    expect(local.calls('/oauth/token')).toBe(0);
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(200);
    expect(local.calls('/oauth/introspect')).toBe(2);
    expect(local.tenant.logins.totalFailures()).toBe(0);
  });
});

describe('a user who may not log in', () => {
  it.each(['blocked', 'mfa', 'leaked', 'unverified', 'denied'])(
    'gets the same response, after the same number of calls, as a wrong password: %s',
    async (name) => {
      const local = await startLocal(UNCACHED);
      const response = await local.call('GET', '/foo', basic(`${name}@example.com`, `${name}-password-1`));
      const wrong = await local.call('GET', '/foo', basic(USER, 'wrong password'));
      expect(response.status).toBe(401);
      expect(response.body).toBe(wrong.body);
      expect(local.log.at(0)).toMatchObject({ reason: 'login_refused', issuerCalls: 2 });
      expect(local.log.at(1)).toMatchObject({ reason: 'token_inactive', issuerCalls: 2 });
      expect([local.calls('/oauth/token'), local.calls('/oauth/introspect')]).toEqual([2, 2]);
    },
  );

  it('is refused even with the right password after ten wrong guesses', async () => {
    const local = await startLocal({ ...UNCACHED, negativeTtlSeconds: 10 });
    for (let guess = 0; guess < 10; guess += 1) await local.call('GET', '/foo', basic(USER, `wrong ${guess}`));
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'login_refused' });
  });
});

describe('the client of the password grant', () => {
  it('causes a 503 for every password, with the reason that raises the alarm, if its secret has changed at the tenant', async () => {
    const local = await startLocal(UNCACHED);
    const { clients } = local.tenant.state;
    const known = clients.get('local-password-client');
    if (!known) throw new Error('The tenant does not have the client of the password grant.');
    clients.set(known.client_id, { ...known, client_secret: 'changed at the tenant' });
    for (const user of [USER, 'letters@example.com']) {
      expect((await local.call('GET', '/foo', basic(user, passwordOf(local)))).status).toBe(503);
      expect(local.log.at(-1)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_client_refused' });
    }
    clients.set(known.client_id, known);
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(200);
  });
});

describe('a login that an Action denies', () => {
  it('never blocks another user, however often it is tried', async () => {
    const local = await startLocal(UNCACHED);
    for (let time = 0; time < 10; time += 1) {
      const secret = `denied-password-${time === 0 ? 1 : `wrong ${time}`}`;
      expect((await local.call('GET', '/foo', basic('denied@example.com', secret))).status).toBe(401);
      local.clock.advanceSeconds(301);
      expect((await local.call('GET', '/foo', basic('denied@example.com', 'denied-password-1'))).status).toBe(401);
    }
    expect((await local.call('GET', '/foo', basic(USER, passwordOf(local)))).status).toBe(200);
  });
});

function passwordOf({ ready }: LocalForTest): string {
  return ready.users[0]?.password ?? '';
}

async function statuses(local: LocalForTest, authorization: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (let time = 0; time < TIMES; time += 1) found.push((await local.call('GET', '/foo', authorization)).status);
  return found;
}
