import { describe, expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import type { RevocationKind } from '../../../src/shared-state/revocation-mark.ts';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json, type Reply, type Script } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const BEARER = 'Bearer abcdefghijklmnop';
const LOGIN = basic('user@example.com', 'correct horse battery staple');
const CONTAINERS = [...Array(8).keys()];
const REVOKE_JWTS = { revocation: { table: 'marks', seconds: 5, revokeJwts: true } };
const client = { passwordGrantClient: async () => ({ clientId: 'id', clientSecret: 'secret' }) };
const key = await makeIssuerKey('key-1');

/** An issuer whose responses a test changes. */
class Issuer {
  introspection: Reply = activePassword();
  login: Reply = WRONG_PASSWORD;
  readonly script: Script = ({ url }) => {
    if (url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
    return url === TOKEN_URL ? this.login : this.introspection;
  };
}

function start(configuration: Readonly<Record<string, unknown>> = {}) {
  const issuer = new Issuer();
  const fleet = new Fleet(issuer.script, configuration, client);
  const jwt = async (claims: Readonly<Record<string, unknown>> = {}) => {
    const iat = Math.floor(fleet.clock.nowMs / 1000);
    return `Bearer ${await mint(key, accessTokenClaims({ iat, exp: iat + 3600, ...claims }))}`;
  };
  const everywhere = (authorization: string) =>
    Promise.all(CONTAINERS.map((container) => fleet.reason(container, authorization)));
  return { issuer, fleet, jwt, everywhere };
}

const all = (reason: string) => CONTAINERS.map(() => reason);
const failing = () => Promise.reject(new TableError('timeout', 'Down.'));

describe('an app specific password that was deleted', () => {
  it.each(['introspected', 'all'] as const)(
    'is refused in every warm container after five seconds, under TTLs of 300 s: %s',
    async (kind) => {
      const { issuer, fleet, everywhere } = start();
      expect(await everywhere(BEARER)).toEqual(all('allowed'));
      fleet.clock.advanceSeconds(100);
      await everywhere(BEARER);
      issuer.introspection = INACTIVE;
      fleet.revoke(kind);
      fleet.clock.advanceSeconds(4.999);
      expect(await everywhere(BEARER)).toEqual(all('allowed'));
      fleet.clock.advanceSeconds(0.001);
      expect(await everywhere(BEARER)).toEqual(all('token_inactive'));
      for (let second = 0; second < 300; second += 20) {
        fleet.clock.advanceSeconds(20);
        expect(await everywhere(BEARER)).toEqual(all('token_inactive'));
      }
    },
  );

  it('is refused at once in a container that starts afterwards', async () => {
    const { issuer, fleet } = start();
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(100);
    issuer.introspection = INACTIVE;
    fleet.revoke('introspected');
    expect(await fleet.reason(1, BEARER)).toBe('token_inactive');
  });

  it('is asked about by one container only: the others learn of its refusal', async () => {
    const { issuer, fleet, everywhere } = start();
    await everywhere(BEARER);
    fleet.clock.advanceSeconds(100);
    issuer.introspection = INACTIVE;
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(5);
    const before = fleet.calls;
    for (const container of CONTAINERS) expect(await fleet.reason(container, BEARER)).toBe('token_inactive');
    expect(fleet.calls).toBe(before + 1);
  });

  it('is asked about once, too, if a container learns of it that has just started', async () => {
    const { issuer, fleet } = start();
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(100);
    issuer.introspection = INACTIVE;
    fleet.revoke('introspected');
    for (const container of [1, 2, 3]) expect(await fleet.reason(container, BEARER)).toBe('token_inactive');
    expect(fleet.calls).toBe(2);
  });

  it('is not accepted as a stale principal while the issuer is down', async () => {
    const { issuer, fleet } = start({ staleIfErrorSeconds: 3600 });
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(100);
    issuer.introspection = json(503, {});
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, BEARER)).toBe('issuer_unavailable');
    expect(await fleet.reason(1, BEARER)).toBe('issuer_unavailable');
  });

  it('does not touch the other users', async () => {
    const { fleet, everywhere } = start();
    await everywhere(BEARER);
    const before = fleet.calls;
    fleet.clock.advanceSeconds(100);
    fleet.revoke('introspected', 'auth0|another');
    fleet.clock.advanceSeconds(5);
    await everywhere(BEARER);
    expect(fleet.calls).toBe(before);
  });

  it('costs its user one more lookup if another password of this user is still active', async () => {
    const { fleet } = start();
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(100);
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(10);
    for (let request = 0; request < 3; request += 1) expect(await fleet.reason(0, BEARER)).toBe('allowed');
    expect(fleet.calls).toBe(2);
  });
});

describe('a lookup from about the moment of a revocation', () => {
  it.each([
    ['up to 5 s after the mark, since clocks differ', 5, 2],
    ['but no later', 5.001, 1],
  ])('is not trusted %s', async (_, secondsAfter, expectedCalls) => {
    const { fleet } = start();
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(secondsAfter);
    if (secondsAfter === 5) fleet.clock.nowMs -= 1;
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(60);
    await fleet.reason(0, BEARER);
    expect(fleet.calls).toBe(expectedCalls);
  });
});

describe('a login with a password', () => {
  it.each([
    ['all', 'not accepted from the cache after', WRONG_PASSWORD, 'token_inactive'],
    ['introspected', 'not affected by', WRONG_PASSWORD, 'allowed'],
  ] as const)('is checked again or not, by the kind of mark: %s', async (kind, _, login, expected) => {
    const { issuer, fleet, jwt } = start({ passwordGrantSecret: 'client' });
    issuer.introspection = INACTIVE;
    issuer.login = loggedIn((await jwt()).slice('Bearer '.length));
    expect(await fleet.reason(0, LOGIN)).toBe('allowed');
    fleet.clock.advanceSeconds(60);
    issuer.login = login;
    fleet.revoke(kind);
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, LOGIN)).toBe(expected);
  });
});

describe('a JWT', () => {
  it('reads no marks unless JWTs are revoked', async () => {
    const { fleet, jwt } = start();
    const token = await jwt();
    await fleet.reason(0, token);
    fleet.revoke('all');
    fleet.clock.advanceSeconds(10);
    expect(await fleet.reason(0, token)).toBe('allowed');
    expect(fleet.marks.reads).toBe(0);
  });

  it('is refused within five seconds after its user was revoked, and a new one is accepted', async () => {
    const { fleet, jwt, everywhere } = start(REVOKE_JWTS);
    const old = await jwt();
    expect(await everywhere(old)).toEqual(all('allowed'));
    fleet.clock.advanceSeconds(60);
    fleet.revoke('all');
    fleet.clock.advanceSeconds(5);
    expect(await everywhere(old)).toEqual(all('token_revoked'));
    expect(await everywhere(await jwt())).toEqual(all('allowed'));
  });

  it.each([
    ['introspected', 'allowed'],
    ['all', 'token_revoked'],
  ] as const)('is refused by one kind of mark only: %s', async (kind, expected) => {
    const { fleet, jwt } = start(REVOKE_JWTS);
    const token = await jwt();
    fleet.clock.advanceSeconds(60);
    fleet.revoke(kind);
    expect(await fleet.reason(0, token)).toBe(expected);
  });

  it('is refused without "iat" once its user was revoked, because nobody knows that it is new', async () => {
    const { fleet, jwt } = start(REVOKE_JWTS);
    const token = await jwt({ iat: undefined });
    expect(await fleet.reason(0, token)).toBe('allowed');
    fleet.revoke('all');
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, token)).toBe('token_revoked');
  });

  it('of another user is accepted', async () => {
    const { fleet, jwt } = start(REVOKE_JWTS);
    const token = await jwt();
    fleet.clock.advanceSeconds(60);
    fleet.revoke('all', 'auth0|another');
    expect(await fleet.reason(0, token)).toBe('allowed');
  });

  it('is introspected again after a mark, if JWTs are introspected', async () => {
    const { issuer, fleet, jwt } = start({ introspectJwts: true });
    issuer.introspection = activePassword({ token_type: 'access_token' });
    const token = await jwt();
    expect(await fleet.reason(0, token)).toBe('allowed');
    fleet.clock.advanceSeconds(60);
    issuer.introspection = INACTIVE;
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, token)).toBe('token_inactive');
  });
});

describe('marks that cannot be read', () => {
  it('leave the TTLs as the guarantee', async () => {
    const { fleet } = start();
    fleet.marks.read = failing;
    for (let request = 0; request < 3; request += 1) expect(await fleet.reason(0, BEARER)).toBe('allowed');
    expect(fleet.calls).toBe(1);
    expect(fleet.tableOutcomes()).toContain('marks read timeout');
  });

  it('are a 503 for a JWT and for a cached result where the operator relies on them, and never an invalid token', async () => {
    const { fleet, jwt } = start(REVOKE_JWTS);
    const token = await jwt();
    await fleet.reason(0, BEARER);
    const { read } = fleet.marks;
    fleet.marks.read = failing;
    fleet.clock.advanceSeconds(5);
    expect(await fleet.decide(0, token)).toMatchObject({ outcome: 'unavailable', reason: 'revocations_unreadable' });
    expect(await fleet.decide(0, BEARER)).toMatchObject({ outcome: 'unavailable', reason: 'revocations_unreadable' });
    fleet.marks.read = read;
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, token)).toBe('allowed');
  });
});

describe('the cost of revocations', () => {
  it('is one read in five seconds for each container, however many users call', async () => {
    const { issuer, fleet } = start();
    issuer.introspection = activePassword();
    const kinds: readonly RevocationKind[] = ['introspected'];
    for (const kind of kinds) fleet.revoke(kind, 'auth0|another');
    fleet.clock.advanceSeconds(60);
    for (let second = 0; second < 10; second += 1) {
      for (const token of ['one', 'two', 'three']) await fleet.reason(0, `Bearer ${token}`);
      fleet.clock.advanceSeconds(1);
    }
    expect(fleet.marks.reads).toBe(2);
  });
});
