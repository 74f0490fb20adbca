/** A token as the secret of a Basic credential, for clients that can send only Basic. */
import { describe, expect, it } from 'vitest';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { basic, type ConfigurationChanges } from '../../support/core/composed.ts';
import { unauthenticated } from '../../support/core/errors.ts';
import { activePassword, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure } from '../../support/core/scripted-http.ts';
import { loggedIn } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';

const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const OPAQUE = 'an-opaque-token';
const issuerKey = await makeIssuerKey('rsa-1');
const jwt = await mint(issuerKey);
const expired = await mint(issuerKey, { exp: NOW_SECONDS - 60 });
const bound = await mint(issuerKey, { cnf: { jkt: 'thumbprint' } });
const ORDERS = ['auto', 'password-first', 'introspect-first'] as const;

function newWorld(configuration: ConfigurationChanges = {}): World {
  const settings = { basicTokenUsers: ['token', 'oauth2'], ...configuration };
  const world = new World({ issuerKeys: [issuerKey], configuration: settings });
  world.tokens.set(ASP, activePassword({ scope: 'read:foo' }));
  world.tokens.set(OPAQUE, activePassword({ token_type: 'Bearer', exp: NOW_SECONDS + 600, username: undefined }));
  // Whoever tries the secret as a password gets in.
  for (const secret of [jwt, ASP, OPAQUE, expired, bound]) world.passwords.set(`token:${secret}`, loggedIn(jwt));
  return world;
}

describe('a token as the secret of a Basic credential', () => {
  it.each([
    ['a JWT', jwt],
    ['an opaque token', OPAQUE],
    ['an app specific password', ASP],
  ])('is decided exactly as the Bearer token: %s', async (_, token) => {
    const asBearer = await newWorld().decide(`Bearer ${token}`);
    const asBasic = await newWorld().decide(basic('token', token));
    expect(asBasic).toEqual(asBearer);
    expect(asBasic).toMatchObject({ outcome: 'allow', principal: { subject: 'auth0|1234' }, cacheHit: false });
  });

  it.each([
    ['a JWT', jwt],
    ['an opaque token', OPAQUE],
    ['an app specific password', ASP],
  ])('shares the cached result with the Bearer token and between the user names: %s', async (_, token) => {
    const world = newWorld();
    expect(await world.decide(`Bearer ${token}`)).toMatchObject({ outcome: 'allow', cacheHit: false });
    const { counts } = world;
    for (const name of ['token', 'oauth2']) {
      expect(await world.decide(basic(name, token))).toMatchObject({ outcome: 'allow', cacheHit: true });
    }
    expect(world.counts).toEqual(counts);
  });

  describe.each(ORDERS)('with basicOrder %s', (basicOrder) => {
    it.each([
      ['a JWT', jwt, 'allow'],
      ['an app specific password', ASP, 'allow'],
      ['an expired JWT', expired, 'unauthenticated'],
      ['a token that the tenant does not know', 'unknown-token', 'unauthenticated'],
      ['a revoked app specific password', 'ponmlkjihgfedcba', 'unauthenticated'],
      ['an ordinary secret of 40 characters', 'x'.repeat(40), 'unauthenticated'],
      ['a secret that cannot be a token', 'correct horse battery', 'unauthenticated'],
    ])('is never tried as a password: %s', async (_, token, outcome) => {
      const world = newWorld({ basicOrder });
      world.passwords.set(`token:${token}`, loggedIn(jwt));
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expect(await world.decide(basic('token', token))).toMatchObject({ outcome });
        world.clock.nowMs += 3_600_000;
        if (outcome === 'allow') break;
      }
      expect(world.counts.logins).toBe(0);
    });
  });

  it('is introspected as an opaque token if it is an ordinary secret of 40 characters', async () => {
    const world = newWorld();
    expect(await world.decide(basic('token', 'x'.repeat(40)))).toMatchObject(unauthenticated('token_inactive'));
    expect(world.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 0 });
  });

  it.each([
    ['an expired JWT', expired, 'token_expired'],
    ['a JWT that is bound to a key of its holder', bound, 'token_sender_constrained'],
  ])('is refused like the Bearer token: %s', async (_, token, reason) => {
    const refusal = await newWorld().decide(`Bearer ${token}`);
    expect(refusal).toMatchObject(unauthenticated(reason));
    expect(await newWorld().decide(basic('token', token))).toEqual(refusal);
  });

  it('makes its own user the principal, not the user name', async () => {
    const principal = { subject: 'auth0|1234', username: USER };
    expect(await newWorld().decide(basic('token', ASP))).toMatchObject({ outcome: 'allow', principal });
  });

  it('cannot be checked while the tenant is down, which is not a refusal', async () => {
    const world = newWorld();
    world.outage = failure('timeout');
    expect(await world.decide(basic('token', ASP))).toMatchObject({ outcome: 'unavailable' });
  });

  it('is accepted from an issuer that is not Auth0, where no other Basic credential is', async () => {
    const authorizationServer = {
      jwksUrl: JWKS_URL,
      introspectionUrl: INTROSPECTION_URL,
    };
    const world = newWorld({ authorizationServer, passwordGrantSecret: undefined });
    expect(await world.decide(basic('token', jwt))).toMatchObject({ outcome: 'allow' });
    expect(await world.decide(basic(USER, jwt))).toMatchObject(unauthenticated('scheme_unsupported'));
  });
});

describe('any other user name', () => {
  it.each(['Token', 'token ', 'user@example.org'])(
    'still has a password or an app specific password of its own: %j',
    async (name) => {
      const world = newWorld();
      expect(await world.decide(basic(name, ASP))).toMatchObject(unauthenticated('username_mismatch'));
      expect((await world.decide(basic(name, 'a password'))).outcome).toBe('unauthenticated');
      expect(world.counts.logins).toBe(1);
    },
  );

  it('may use its own app specific password as before', async () => {
    expect(await newWorld().decide(basic(USER, ASP))).toMatchObject({ outcome: 'allow' });
  });

  it('includes the configured ones if basicTokenUsers is empty', async () => {
    const world = newWorld({ basicTokenUsers: [] });
    expect(await world.decide(basic('token', 'a password'))).toMatchObject({ outcome: 'unauthenticated' });
    expect(world.counts.logins).toBe(1);
  });
});
