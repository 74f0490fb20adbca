import { describe, expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { form, json, type Reply, type Script } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const ASP = 'abcdefghijklmnop';
const BEARER = `Bearer ${ASP}`;
const NAME = 'user@example.com';
const DOWN = json(503, {});
const LOGIN = { passwordGrantSecret: 'client' };
const client = { passwordGrantClient: async () => ({ clientId: 'id', clientSecret: 'secret' }) };
const key = await makeIssuerKey('key-1');
const JWT = await mint(key, accessTokenClaims());

/** An issuer that knows one app specific password, or responds as the test says. */
function issuer(response: () => Reply = activePassword): Script {
  return (request) => {
    if (request.url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
    return form(request).token === ASP ? response() : INACTIVE;
  };
}

describe('a new app specific password', () => {
  it('is introspected once, if each container sees it a moment after the one before', async () => {
    const fleet = new Fleet(issuer());
    for (let container = 0; container < 8; container += 1) {
      expect(await fleet.reason(container, BEARER)).toBe('allowed');
      fleet.clock.nowMs += 200;
    }
    expect(fleet.calls).toBe(1);
  });

  it('is introspected at most once in each container, if all see it at the same moment', async () => {
    const fleet = new Fleet(issuer());
    const containers = [...Array(8).keys()];
    const reasons = await Promise.all(containers.map((container) => fleet.reason(container, BEARER)));
    expect(reasons).toEqual(containers.map(() => 'allowed'));
    expect(fleet.calls).toBeLessThanOrEqual(8);
  });

  it('counts as a cache hit in the containers that did not introspect it', async () => {
    const fleet = new Fleet(issuer());
    expect(await fleet.decide(0, BEARER)).toMatchObject({ outcome: 'allow', cacheHit: false });
    expect(await fleet.decide(1, BEARER)).toMatchObject({ outcome: 'allow', cacheHit: true });
  });

  it('is known for one username only', async () => {
    const fleet = new Fleet(issuer());
    expect(await fleet.reason(0, basic(NAME, ASP))).toBe('allowed');
    expect(await fleet.reason(1, basic(NAME, ASP))).toBe('allowed');
    expect(fleet.calls).toBe(1);
    expect(await fleet.reason(1, basic('other@example.com', ASP))).toBe('username_mismatch');
    expect(fleet.calls).toBe(2);
  });

  it('is not taken for a Basic credential because a Bearer token of the same text is known, even if the entries are swapped', async () => {
    const fleet = new Fleet(issuer(() => activePassword({ token_type: 'access_token' })));
    await fleet.reason(0, BEARER);
    const [sealed = ''] = fleet.entries.entries.values();
    fleet.entries.read = async () => sealed;
    expect(await fleet.reason(1, basic(NAME, ASP))).toBe('token_type_refused');
    expect(fleet.tableOutcomes().at(-1)).toBe('cache read unreadable');
  });
});

describe('the shared cache', () => {
  it('never hears of a JWT', async () => {
    const fleet = new Fleet(issuer());
    expect(await fleet.reason(0, `Bearer ${JWT}`)).toBe('allowed');
    expect(fleet.events.filter(({ kind }) => kind === 'table')).toEqual([]);
  });

  it.each(['auto', 'password-first', 'introspect-first'])(
    'never hears of a password, in any form, nor of its refusal: %s',
    async (basicOrder) => {
      let login: Reply = loggedIn(JWT);
      const script: Script = (request) => (request.url === TOKEN_URL ? login : issuer()(request));
      const fleet = new Fleet(script, { basicOrder, ...LOGIN }, client);
      expect(await fleet.reason(0, basic(NAME, 'correct horse battery staple'))).toBe('allowed');
      login = WRONG_PASSWORD;
      expect(await fleet.reason(0, basic(NAME, 'wrong horse'))).not.toBe('allowed');
      expect([fleet.entries.reads, fleet.entries.writes]).toEqual([0, 0]);
    },
  );

  it.each(['password-first', 'introspect-first'])(
    'keeps nothing about a password that looks like an app specific password: %s',
    async (basicOrder) => {
      const password = 'thisisapassworda';
      const script: Script = (request) => (request.url === TOKEN_URL ? loggedIn(JWT) : issuer()(request));
      const fleet = new Fleet(script, { basicOrder, ...LOGIN }, client);
      expect(await fleet.reason(0, basic(NAME, password))).toBe('allowed');
      expect(fleet.entries.writes).toBe(0);
    },
  );

  it('keeps nothing about junk, so a flood of it writes nothing', async () => {
    const fleet = new Fleet(issuer());
    for (let token = 0; token < 50; token += 1) {
      expect(await fleet.reason(token % 4, `Bearer junk-${token}`)).toBe('token_inactive');
      expect(await fleet.reason(token % 4, basic(NAME, ASP.replace('a', 'z')))).toBe('token_inactive');
    }
    expect(fleet.entries.writes).toBe(0);
  });

  it('spares a user failed logins where passwords are tried first', async () => {
    const script: Script = (request) => (request.url === TOKEN_URL ? WRONG_PASSWORD : issuer()(request));
    const fleet = new Fleet(script, { basicOrder: 'password-first', ...LOGIN }, client);
    for (let container = 0; container < 5; container += 1) {
      expect(await fleet.reason(container, basic(NAME, ASP))).toBe('allowed');
    }
    expect(fleet.calls).toBe(2);
  });
});

describe('how long a shared principal is used', () => {
  it('is the TTL, counted from the lookup, in every container', async () => {
    const fleet = new Fleet(issuer());
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(299.999);
    await fleet.reason(1, BEARER);
    expect(fleet.calls).toBe(1);
    fleet.clock.advanceSeconds(0.001);
    await fleet.reason(1, BEARER);
    await fleet.reason(2, BEARER);
    expect(fleet.calls).toBe(2);
  });

  it('never passes the expiry of the token', async () => {
    const fleet = new Fleet(issuer());
    const exp = fleet.clock.nowMs / 1000 + 60;
    const short = new Fleet(issuer(() => activePassword({ exp })));
    await short.reason(0, BEARER);
    short.clock.advanceSeconds(59.999);
    await short.reason(1, BEARER);
    expect(short.calls).toBe(1);
    short.clock.advanceSeconds(0.001);
    await short.reason(1, BEARER);
    expect(short.calls).toBe(2);
  });

  it('is at most the TTL of the container that reads it', async () => {
    const long = new Fleet(issuer(), { cacheTtlSeconds: 3600 });
    await long.reason(0, BEARER);
    const short = new Fleet(issuer(), { cacheTtlSeconds: 10 });
    for (const [id, sealed] of long.entries.entries) short.entries.entries.set(id, sealed);
    await short.reason(0, BEARER);
    expect(short.calls).toBe(0);
    short.entries.entries.clear();
    short.clock.advanceSeconds(10);
    await short.reason(0, BEARER);
    expect(short.calls).toBe(1);
  });

  it.each([
    ['the TTL', { cacheTtlSeconds: 10 }, 10],
    ['staleIfErrorSeconds', { staleIfErrorSeconds: 0 }, 300],
  ])('is not longer than %s of the container that reads it, even during an outage', async (_, changes, seconds) => {
    let response: Reply = activePassword();
    const long = new Fleet(issuer(), { staleIfErrorSeconds: 3600 });
    await long.reason(0, BEARER);
    const short = new Fleet(
      issuer(() => response),
      changes,
    );
    short.entries.read = long.entries.read.bind(long.entries);
    expect(await short.reason(0, BEARER)).toBe('allowed');
    response = DOWN;
    short.entries.read = async () => undefined;
    short.clock.advanceSeconds(seconds);
    expect(await short.reason(0, BEARER)).toBe('issuer_unavailable');
  });

  it('is not at all if the TTL is 0', async () => {
    const fleet = new Fleet(issuer(), { cacheTtlSeconds: 0 });
    await fleet.reason(0, BEARER);
    expect(fleet.entries.writes).toBe(0);
  });

  it('is not at all if it has an uncached scope', async () => {
    const fleet = new Fleet(issuer(), { uncachedScopes: ['create:foo'] });
    await fleet.reason(0, BEARER);
    await fleet.reason(1, BEARER);
    expect([fleet.calls, fleet.entries.writes]).toEqual([2, 0]);
  });

  it('is not at all under another configuration', async () => {
    const one = new Fleet(issuer());
    await one.reason(0, BEARER);
    const other = new Fleet(
      issuer(() => activePassword({ aud: 'https://other.api' })),
      { audience: 'https://other.api' },
    );
    for (const [id, sealed] of one.entries.entries) other.entries.entries.set(id, sealed);
    await other.reason(0, BEARER);
    expect(other.calls).toBe(1);
  });

  it('is staleIfErrorSeconds longer during an outage, also in a container that never saw it', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(
      issuer(() => response),
      { staleIfErrorSeconds: 60 },
    );
    await fleet.reason(0, BEARER);
    response = DOWN;
    fleet.clock.advanceSeconds(359);
    expect(await fleet.reason(1, BEARER)).toBe('allowed');
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(2, BEARER)).toBe('issuer_unavailable');
  });
});

describe('the end of a TTL', () => {
  /** The part of the early window that a container waits. */
  const eager = { random: () => 0.999 };

  it('is no stampede: one container looks the credential up early, and the others take what it found', async () => {
    const fleet = new Fleet(issuer(), {}, eager);
    for (let container = 0; container < 8; container += 1) await fleet.reason(container, BEARER);
    fleet.clock.advanceSeconds(271);
    for (let container = 0; container < 8; container += 1) await fleet.reason(container, BEARER);
    expect(fleet.calls).toBe(2);
    fleet.clock.advanceSeconds(260);
    for (let container = 0; container < 8; container += 1) await fleet.reason(container, BEARER);
    expect(fleet.calls).toBe(2);
  });

  it('begins at most 30 s early, however long the TTL is', async () => {
    const fleet = new Fleet(issuer(), { cacheTtlSeconds: 3600 }, eager);
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(3569);
    await fleet.reason(0, BEARER);
    expect(fleet.calls).toBe(1);
    fleet.clock.advanceSeconds(2);
    await fleet.reason(0, BEARER);
    expect(fleet.calls).toBe(2);
  });

  it('is not early for a container that draws no time', async () => {
    const fleet = new Fleet(issuer(), {}, { random: () => 0 });
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(299.999);
    await fleet.reason(0, BEARER);
    expect(fleet.calls).toBe(1);
  });

  it('does not come early because of an outage, and the issuer is not called again and again', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(
      issuer(() => response),
      {},
      eager,
    );
    await fleet.reason(0, BEARER);
    response = json(429, {});
    fleet.clock.advanceSeconds(271);
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
    const { calls } = fleet;
    fleet.clock.advanceSeconds(28);
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
    expect(fleet.calls).toBe(calls);
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(0, BEARER)).toBe('issuer_throttled');
  });

  it('is exact if it is the expiry of the token, because a lookup cannot move that', async () => {
    const fleet = new Fleet(
      issuer(() => activePassword({ exp: fleet.clock.nowMs / 1000 + 100 })),
      {},
      eager,
    );
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(99.999);
    await fleet.reason(0, BEARER);
    expect(fleet.calls).toBe(1);
  });
});

describe('a token that the issuer refuses after others know its principal', () => {
  it('is refused in all containers, and only the first asks the issuer', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(
      issuer(() => response),
      {},
      { random: () => 0.999 },
    );
    for (let container = 0; container < 4; container += 1) await fleet.reason(container, BEARER);
    response = INACTIVE;
    fleet.clock.advanceSeconds(271);
    for (let container = 0; container < 4; container += 1) {
      expect(await fleet.reason(container, BEARER)).toBe('token_inactive');
    }
    expect(fleet.calls).toBe(2);
    fleet.clock.advanceSeconds(10);
    response = activePassword();
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
  });

  it('is refused in other containers even if the one that learned of it could not read the table', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(
      issuer(() => response),
      {},
      { random: () => 0.999 },
    );
    await fleet.reason(0, BEARER);
    response = INACTIVE;
    fleet.clock.advanceSeconds(271);
    const { read } = fleet.entries;
    fleet.entries.read = () => Promise.reject(new TableError('timeout', 'Down.'));
    expect(await fleet.reason(0, BEARER)).toBe('token_inactive');
    fleet.entries.read = read;
    expect(await fleet.reason(1, BEARER)).toBe('token_inactive');
    expect(fleet.calls).toBe(2);
  });

  it('is refused no longer than the negativeTtlSeconds of the container that reads it', async () => {
    let response: Reply = activePassword();
    const long = new Fleet(
      issuer(() => response),
      { negativeTtlSeconds: 3600 },
      { random: () => 0.999 },
    );
    await long.reason(0, BEARER);
    long.clock.advanceSeconds(271);
    response = INACTIVE;
    await long.reason(0, BEARER);
    const short = new Fleet(issuer(), { negativeTtlSeconds: 10 });
    short.clock.nowMs = long.clock.nowMs;
    short.entries.read = long.entries.read.bind(long.entries);
    expect(await short.reason(0, BEARER)).toBe('token_inactive');
    short.entries.read = async () => undefined;
    short.clock.advanceSeconds(10);
    expect(await short.reason(0, BEARER)).toBe('allowed');
  });

  it('is asked about by every container if it is a Basic secret, whose refusal is not shared', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(
      issuer(() => response),
      {},
      { random: () => 0.999 },
    );
    await fleet.reason(0, basic(NAME, ASP));
    response = INACTIVE;
    fleet.clock.advanceSeconds(271);
    expect(await fleet.reason(0, basic(NAME, ASP))).toBe('token_inactive');
    expect(await fleet.reason(1, basic(NAME, ASP))).toBe('token_inactive');
    expect(fleet.calls).toBe(3);
  });
});

describe('a table that lies or fails', () => {
  it.each(['timeout', 'throttled', 'denied', 'missing'] as const)('changes no decision: %s', async (failure) => {
    const fleet = new Fleet(issuer());
    const fail = async () => {
      throw new TableError(failure, 'Down.');
    };
    fleet.entries.read = fail;
    fleet.entries.write = fail;
    for (let container = 0; container < 3; container += 1) {
      expect(await fleet.reason(container, BEARER)).toBe('allowed');
      expect(await fleet.reason(container, 'Bearer junk')).toBe('token_inactive');
    }
    expect(fleet.tableOutcomes()).toContain(`cache read ${failure}`);
  });

  it.each([
    ['garbage', 'AAAA'],
    ['nothing', ''],
    ['text that is not base64', '{"principal":{"subject":"admin"}}'],
  ])('changes no decision: %s', async (_, sealed) => {
    const fleet = new Fleet(issuer());
    fleet.entries.read = async () => sealed;
    expect(await fleet.reason(0, 'Bearer junk')).toBe('token_inactive');
    expect(await fleet.reason(0, BEARER)).toBe('allowed');
  });

  it('cannot extend a principal by offering its old entry again', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(issuer(() => response));
    await fleet.reason(0, BEARER);
    const old = new Map(fleet.entries.entries);
    response = INACTIVE;
    fleet.clock.advanceSeconds(300);
    fleet.entries.read = async (id) => old.get(id);
    expect(await fleet.reason(0, BEARER)).toBe('token_inactive');
    expect(await fleet.reason(1, BEARER)).toBe('token_inactive');
  });
});

describe('a pepper that is rotated', () => {
  it('refuses nobody, and lets in nobody whom the issuer refuses', async () => {
    const fleet = new Fleet(issuer());
    await fleet.reason(0, BEARER);
    fleet.pepper = 'q'.repeat(64);
    fleet.clock.advanceSeconds(299);
    for (let container = 0; container < 4; container += 1) {
      expect(await fleet.reason(container, BEARER)).toBe('allowed');
      expect(await fleet.reason(container, 'Bearer junk')).toBe('token_inactive');
    }
    // The containers that started after the rotation do not find the entry of the first one.
    expect(fleet.calls).toBe(2 + 4);
  });
});
