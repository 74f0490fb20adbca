import { describe, expect, it } from 'vitest';
import { MemoryExpiryTable } from '../../../local/app-passwords/memory-tables.ts';
import { expiryId } from '../../../src/shared-state/expiry-id.ts';
import { TableError } from '../../../src/shared-state/ports.ts';
import { basic, type ConfigurationChanges } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL } from '../../support/core/token-endpoint.ts';

const VALUE = 'abcdefghijklmnop';
const BEARER = `Bearer ${VALUE}`;
const BASIC = basic('user@example.com', VALUE);
const SECRET = 's'.repeat(32);
const CONFIGURED = { expiries: { table: 'expiries', digestSecret: 'digest' } };
const key = await makeIssuerKey('key-1');

/** A fleet whose issuer gives one response to all introspections, and can change it. */
function setUp(configuration: ConfigurationChanges = {}) {
  const table = new MemoryExpiryTable();
  const issuer: { reply: Reply | Promise<Reply> } = { reply: activePassword() };
  let secretReads = 0;
  let secret = async (): Promise<string> => SECRET;
  const fleet = new Fleet(
    ({ url }) => {
      if (url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
      return url === TOKEN_URL ? loggedIn(login) : issuer.reply;
    },
    { ...CONFIGURED, passwordGrantSecret: 'client', cacheTtlSeconds: 300, ...configuration },
    {
      passwordGrantClient: async () => ({ clientId: 'id', clientSecret: 'secret' }),
      expiries: {
        table,
        readSecret: async () => {
          secretReads += 1;
          return secret();
        },
      },
    },
  );
  const expireIn = (seconds: number, value = VALUE) => {
    const expiresAt = Math.floor(fleet.clock.nowMs / 1000) + seconds;
    const id = expiryId(SECRET, value);
    table.items.set(id, { id, subject: 'auth0|1234', passwordId: 'asp_1', expiresAt });
    return expiresAt;
  };
  const failTo = (failing: typeof secret) => {
    secret = failing;
  };
  return { fleet, table, issuer, expireIn, secretReads: () => secretReads, failTo };
}

const login = await mint(key, accessTokenClaims({ iat: 1_700_000_000, exp: 2_000_000_000 }));

describe.each([
  ['as a Bearer token', BEARER],
  ['as the secret of Basic', BASIC],
])('an app specific password, used %s', (_, credential) => {
  it('is accepted without an expiry as before', async () => {
    const { fleet } = setUp();
    expect(await fleet.decide(0, credential)).toMatchObject({ principal: { expiresAt: undefined }, outcome: 'allow' });
  });

  it('is accepted until it expires, and the principal has the expiry', async () => {
    const { fleet, expireIn } = setUp();
    const expiresAt = expireIn(60);
    expect(await fleet.decide(0, credential)).toMatchObject({ outcome: 'allow', principal: { expiresAt } });
  });

  it('is refused from the second in which it expires, although the tenant still accepts it', async () => {
    const { fleet, expireIn } = setUp();
    expireIn(0);
    expect(await fleet.reason(0, credential)).toBe('token_expired');
  });

  it('is refused at its expiry by the process that has cached it', async () => {
    const { fleet, expireIn } = setUp();
    expireIn(60);
    expect(await fleet.reason(0, credential)).toBe('allowed');
    fleet.clock.advanceSeconds(59);
    expect(await fleet.reason(0, credential)).toBe('allowed');
    expect(fleet.calls).toBe(1);
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(0, credential)).toBe('token_expired');
  });

  it('is refused at its expiry by a process that knows it from the shared cache', async () => {
    const { fleet, expireIn } = setUp();
    expireIn(60);
    await fleet.reason(0, credential);
    fleet.clock.advanceSeconds(59);
    expect(await fleet.reason(1, credential)).toBe('allowed');
    expect(fleet.calls).toBe(1);
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(1, credential)).toBe('token_expired');
    expect(await fleet.reason(2, credential)).toBe('token_expired');
  });

  it('is refused at its expiry while the issuer is down, whatever may be served stale', async () => {
    const { fleet, issuer, expireIn } = setUp({ staleIfErrorSeconds: 3600, cacheTtlSeconds: 10 });
    expireIn(60);
    await fleet.reason(0, credential);
    issuer.reply = json(503, {});
    fleet.clock.advanceSeconds(59);
    expect(await fleet.reason(0, credential)).toBe('allowed');
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(0, credential)).toBe('token_expired');
    expect(await fleet.reason(1, credential)).toBe('token_expired');
  });

  it.each([
    ['is revoked', INACTIVE, 'token_inactive'],
    ['cannot be introspected', json(503, {}), 'issuer_unavailable'],
  ])('without an expiry leads to what the issuer says when it %s', async (_case, reply, reason) => {
    const { fleet, issuer } = setUp();
    issuer.reply = reply;
    expect(await fleet.reason(0, credential)).toBe(reason);
  });

  it('leads to 503 while the table cannot be read, and is accepted afterwards', async () => {
    const { fleet, table } = setUp();
    const { read } = table;
    table.read = () => Promise.reject(new TableError('denied', 'Denied.'));
    expect(await fleet.decide(0, credential)).toEqual({
      outcome: 'unavailable',
      reason: 'expiries_unreadable',
      message:
        'The expiry of the app specific password cannot be read (denied). Check the table of expiries, its secret and the role of the function.',
    });
    expect(fleet.tableOutcomes()).toContain('expiries read denied');
    table.read = read.bind(table);
    expect(await fleet.reason(0, credential)).toBe('allowed');
  });

  it('leads to 503 while the secret cannot be read, which is tried again after a second', async () => {
    const { fleet, failTo, secretReads } = setUp();
    failTo(async () => {
      throw new Error('Denied.');
    });
    expect(await fleet.reason(0, credential)).toBe('expiries_unreadable');
    failTo(async () => SECRET);
    expect(await fleet.reason(0, credential)).toBe('expiries_unreadable');
    expect(secretReads()).toBe(1);
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(0, credential)).toBe('allowed');
  });

  it('is refused as revoked even while the table cannot be read', async () => {
    const { fleet, table, issuer } = setUp();
    table.read = () => Promise.reject(new TableError('timeout', 'Slow.'));
    issuer.reply = INACTIVE;
    expect(await fleet.reason(0, credential)).toBe('token_inactive');
  });
});

describe('reading the expiry', () => {
  it('does not wait for the introspection', async () => {
    const { fleet, table, issuer } = setUp();
    const { read } = table;
    const isRead = new Promise<void>((resolve) => {
      table.read = (id) => {
        resolve();
        return read.call(table, id);
      };
    });
    issuer.reply = isRead.then(() => activePassword());
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
  });

  it('also happens for an app specific password that does not look like one', async () => {
    const { fleet, expireIn } = setUp();
    expireIn(0, 'another-form-of-password');
    expect(await fleet.reason(0, 'Bearer another-form-of-password')).toBe('token_expired');
  });

  it('keeps the earlier expiry if the issuer has one too', async () => {
    const { fleet, issuer, expireIn } = setUp();
    const expiresAt = expireIn(60);
    issuer.reply = activePassword({ exp: expiresAt + 60 });
    expect(await fleet.decide(0, BEARER)).toMatchObject({ principal: { expiresAt } });
    const other = 'B'.repeat(16);
    expireIn(60, other);
    issuer.reply = activePassword({ exp: expiresAt - 30 });
    expect(await fleet.decide(3, `Bearer ${other}`)).toMatchObject({
      principal: { expiresAt: expiresAt - 30 },
    });
  });

  it('reads the secret once for good', async () => {
    const { fleet, secretReads, table } = setUp();
    await Promise.all([1, 2, 3].map((n) => fleet.reason(0, `Bearer ${String.fromCharCode(64 + n).repeat(16)}`)));
    fleet.clock.advanceSeconds(86_400);
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
    expect(secretReads()).toBe(1);
    expect(table.reads).toBe(4);
  });

  it('never happens for a JWT, a login, an opaque access token, or without the configuration', async () => {
    const { fleet, table, issuer, secretReads } = setUp();
    expect(await fleet.reason(0, `Bearer ${login}`)).toBe('allowed');
    expect(await fleet.reason(0, basic('user@example.com', 'correct horse battery staple'))).toBe('allowed');
    issuer.reply = activePassword({ token_type: 'access_token' });
    expect(await fleet.reason(0, 'Bearer an-opaque-token')).toBe('allowed');
    const without = setUp({ expiries: undefined });
    without.expireIn(0);
    expect(await without.fleet.reason(0, BEARER)).toBe('allowed');
    expect(await without.fleet.reason(0, BASIC)).toBe('allowed');
    expect([table.reads, secretReads(), without.table.reads, without.secretReads()]).toEqual([0, 0, 0, 0]);
  });

  it('is not skipped because the table was slow for others: throttles do not pause it', async () => {
    const { fleet, table } = setUp();
    const { read } = table;
    table.read = () => Promise.reject(new TableError('throttled', 'Busy.'));
    for (let n = 0; n < 5; n += 1) expect(await fleet.reason(0, BEARER)).toBe('expiries_unreadable');
    table.read = read.bind(table);
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
  });

  it('does not use entries of the shared cache from before expiries were configured', async () => {
    const before = setUp({ expiries: undefined });
    await before.fleet.reason(0, BEARER);
    const { fleet, expireIn } = setUp();
    fleet.entries.read = before.fleet.entries.read.bind(before.fleet.entries);
    expireIn(0);
    expect(await fleet.reason(0, BEARER)).toBe('token_expired');
  });
});

it('an authorizer without the table is not made if expiries are configured', () => {
  const fleet = new Fleet(() => activePassword(), CONFIGURED);
  expect(() => fleet.decide(0, BEARER)).toThrow(
    'The expiry of app specific passwords is configured, but its table is not available here.',
  );
});
