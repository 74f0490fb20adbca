import { describe, expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json, type Reply, type Script } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const BEARER = 'Bearer abcdefghijklmnop';
const NAME = 'user@example.com';
const client = { passwordGrantClient: async () => ({ clientId: 'id', clientSecret: 'secret' }) };
const key = await makeIssuerKey('key-1');
const eager = { random: () => 0.999 };

it('a mark from while a lookup was under way makes its result outdated (startedAtMs is when it started)', async () => {
  let revokes = true;
  const fleet = new Fleet(() => {
    fleet.clock.advanceSeconds(0.1);
    if (revokes) fleet.revoke('introspected');
    fleet.clock.advanceSeconds(4.8 * 2);
    return activePassword();
  });
  await fleet.reason(0, BEARER);
  revokes = false;
  fleet.clock.advanceSeconds(10);
  const { calls } = fleet;
  await fleet.reason(0, BEARER);
  expect(fleet.calls).toBe(calls + 1);
});

it('an entry with a scope that this container does not cache is not used', async () => {
  const old = new Fleet(() => activePassword());
  await old.reason(0, BEARER);
  const fleet = new Fleet(() => activePassword(), { uncachedScopes: ['create:foo'] });
  fleet.entries.read = old.entries.read.bind(old.entries);
  await fleet.reason(0, BEARER);
  expect(fleet.calls).toBe(1);
});

it('a response with an e-mail address is shared, without it', async () => {
  const fleet = new Fleet(() => activePassword({ email: NAME, email_verified: true }));
  await fleet.reason(0, BEARER);
  await fleet.reason(1, BEARER);
  expect(fleet.calls).toBe(1);
});

describe('nothing is written when a known principal of this kind is refused', () => {
  it('a JWT that is introspected too', async () => {
    let introspection: Reply = activePassword({ token_type: 'access_token' });
    const fleet = new Fleet(({ url }) => (url === JWKS_URL ? json(200, { keys: [key.publicJwk] }) : introspection), {
      introspectJwts: true,
    });
    const now = Math.floor(fleet.clock.nowMs / 1000);
    const token = `Bearer ${await mint(key, accessTokenClaims({ iat: now, exp: now + 3600 }))}`;
    expect(await fleet.reason(0, token)).toBe('allowed');
    fleet.clock.advanceSeconds(60);
    fleet.revoke('introspected');
    fleet.clock.advanceSeconds(5);
    introspection = INACTIVE;
    expect(await fleet.reason(0, token)).toBe('token_inactive');
    expect(fleet.entries.writes).toBe(0);
  });

  it('a password', async () => {
    const now = Math.floor(Date.UTC(2026, 0, 15, 12) / 1000);
    let login: Reply = loggedIn(await mint(key, accessTokenClaims({ iat: now, exp: now + 3600 })));
    const script: Script = ({ url }) => {
      if (url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
      return url === TOKEN_URL ? login : INACTIVE;
    };
    const fleet = new Fleet(script, { passwordGrantSecret: 'client' }, client);
    const credential = basic(NAME, 'correct horse battery staple');
    expect(await fleet.reason(0, credential)).toBe('allowed');
    fleet.clock.advanceSeconds(60);
    fleet.revoke('all');
    fleet.clock.advanceSeconds(5);
    login = WRONG_PASSWORD;
    expect(await fleet.reason(0, credential)).not.toBe('allowed');
    expect(fleet.entries.writes).toBe(0);
  });
});

it('a principal of which the shared cache knows a refusal is not used again when the issuer is down', async () => {
  let response: Reply = activePassword();
  const fleet = new Fleet(() => response, { staleIfErrorSeconds: 3600 }, eager);
  await fleet.reason(0, BEARER);
  await fleet.reason(1, BEARER);
  response = INACTIVE;
  fleet.clock.advanceSeconds(271);
  expect(await fleet.reason(0, BEARER)).toBe('token_inactive');
  expect(await fleet.reason(1, BEARER)).toBe('token_inactive');
  response = json(503, {});
  fleet.clock.advanceSeconds(11);
  expect(await fleet.reason(1, BEARER)).toBe('issuer_unavailable');
});

it('a newer result of this process is preferred to an older entry', async () => {
  let response: Reply = activePassword();
  let early = 0.999;
  const fleet = new Fleet(() => response, { staleIfErrorSeconds: 3600 }, { random: () => early });
  await fleet.reason(0, BEARER);
  fleet.clock.advanceSeconds(271);
  fleet.entries.write = () => Promise.reject(new TableError('timeout', 'Down.'));
  await fleet.reason(0, BEARER);
  expect(fleet.calls).toBe(2);
  response = json(429, {});
  early = 0;
  fleet.clock.advanceSeconds(290);
  expect(await fleet.reason(0, BEARER)).toBe('allowed');
});

it('what is not shared is not looked up early', async () => {
  const fleet = new Fleet(() => activePassword(), {}, { ...eager, sharedCache: undefined });
  await fleet.reason(0, BEARER);
  fleet.clock.advanceSeconds(299);
  await fleet.reason(0, BEARER);
  expect(fleet.calls).toBe(1);
});

describe('a container that reads an entry late does not extend it', () => {
  it('when it is fresh', async () => {
    const fleet = new Fleet(() => activePassword(), { staleIfErrorSeconds: 3600 });
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(299.999);
    await fleet.reason(1, BEARER);
    expect(fleet.calls).toBe(1);
    fleet.clock.advanceSeconds(0.001);
    await fleet.reason(1, BEARER);
    expect(fleet.calls).toBe(2);
  });

  it('when it is stale', async () => {
    let response: Reply = activePassword();
    const fleet = new Fleet(() => response, { staleIfErrorSeconds: 60 });
    await fleet.reason(0, BEARER);
    response = json(503, {});
    fleet.clock.advanceSeconds(359);
    expect(await fleet.reason(1, BEARER)).toBe('allowed');
    fleet.clock.advanceSeconds(1);
    expect(await fleet.reason(1, BEARER)).toBe('issuer_unavailable');
  });
});

it('a token that expires shortly before its TTL ends is not looked up early', async () => {
  const fleet: Fleet = new Fleet(() => activePassword({ exp: fleet.clock.nowMs / 1000 + 290 }), {}, eager);
  await fleet.reason(0, BEARER);
  fleet.clock.advanceSeconds(285);
  await fleet.reason(0, BEARER);
  expect(fleet.calls).toBe(1);
});
