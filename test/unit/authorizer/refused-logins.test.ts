/** The reason for a refused login must not be visible from outside: in outcome, requests or time. */
import { describe, expect, it } from 'vitest';
import { basic, Composed, type Outcome } from '../../support/core/composed.ts';
import { activePassword, INACTIVE, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure, json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const USER = 'user@example.com';
const SECRET = 'correct horse';
const issuerKey = await makeIssuerKey('rsa-1');

const REFUSALS: readonly (readonly [string, Reply])[] = [
  ['wrong password', WRONG_PASSWORD],
  ['wrong password, 400', loginError(400, 'invalid_grant')],
  ['second factor', json(403, { error: 'mfa_required', error_description: 'MFA', mfa_token: 'secret' })],
  ['second factor not set up', loginError(403, 'mfa_registration_required')],
  ['leaked password', loginError(401, 'password_leaked')],
  ['expired password', loginError(403, 'password_expired')],
  ['too many attempts', loginError(429, 'too_many_attempts')],
  ['too many attempts, with rate limit headers', json(429, { error: 'too_many_attempts' }, usedUp())],
  ['blocked user', loginError(403, 'unauthorized', 'user is blocked')],
  ['verification required', loginError(401, 'requires_verification')],
  ['denied by an Action', loginError(403, 'access_denied', 'Not from here.')],
  ['denied by an Action, 500', loginError(500, 'access_denied', 'Not from here.')],
  ['blocked user, 500', loginError(500, 'unauthorized', 'user is blocked')],
  ['an unknown refusal', loginError(403, 'something_new')],
  ['an unknown refusal, 500', loginError(500, 'something_new')],
  ['a token for another API', loggedIn(await mint(issuerKey, { aud: 'https://other.api' }))],
  ['a token that is bound to a key', loggedIn(await mint(issuerKey, { cnf: { jkt: 'thumbprint' } }))],
];

const ORDERS = ['auto', 'password-first', 'introspect-first'] as const;

/** Every result of the introspection except that the secret is an app specific password of this user. */
const INTROSPECTIONS: [string, Reply, Reply?][] = [
  ['does not know it', INACTIVE],
  ['knows it as the password of another user', activePassword({ username: 'other@example.com' })],
  ['knows it as a refresh token', activePassword({ token_type: 'refresh_token' })],
  ['knows it under another issuer', activePassword({ iss: 'https://other.example/' })],
  ['times out', failure('timeout'), INACTIVE],
  ['cannot be reached', failure('connection'), INACTIVE],
  ['responds with 503', json(503, {}), INACTIVE],
  ['responds with 500', json(500, {}), INACTIVE],
  ['responds with 500 about this token', json(500, { error: 'server_error' }), INACTIVE],
  ['responds with 429', json(429, { error: 'too_many_requests' }, { 'retry-after': '60' }), INACTIVE],
  ['refuses our assertion', json(401, { error: 'invalid_client' }), INACTIVE],
  ['responds with nonsense', json(200, {}), INACTIVE],
];

/** Seconds before each attempt: at once, within the cache's `negativeTtlSeconds`, after it, and after 300 s. */
const PAUSES = [0, 1, 10, 1, 30, 300, 11];

describe.each(ORDERS)('the Basic authenticator with the order %s', (order) => {
  it.each(INTROSPECTIONS)(
    'treats every refusal like a wrong password if the introspection %s',
    async (_, first, later) => {
      const wanted = await attempts(order, WRONG_PASSWORD, first, later);
      for (const [name, refusal] of REFUSALS) {
        expect(await attempts(order, refusal, first, later), name).toEqual(wanted);
      }
      expect(wanted.map(({ outcome }) => outcome)).not.toContain('allow');
    },
  );
});

describe.each(['auto', 'password-first'] as const)('the Basic authenticator with the order %s', (order) => {
  it('logs in and introspects after a wrong password, and only introspects within 300 s', async () => {
    const seen = await attempts(order, WRONG_PASSWORD, INACTIVE);
    expect(seen.map(({ calls }) => calls)).toEqual([
      [TOKEN_URL, INTROSPECTION_URL],
      [],
      [INTROSPECTION_URL],
      [],
      [INTROSPECTION_URL],
      [TOKEN_URL, INTROSPECTION_URL],
      [INTROSPECTION_URL],
    ]);
    expect(seen.map(({ outcome }) => outcome)).toEqual(Array(7).fill('unauthenticated'));
  });

  it.each(REFUSALS)('allows by introspection only after a wrong password: %s', async (name, refusal) => {
    const seen = await attempts(order, refusal, activePassword());
    const isWrongPassword = name.startsWith('wrong password');
    expect(seen.map(({ outcome }) => outcome)).toEqual(Array(7).fill(isWrongPassword ? 'allow' : 'unauthenticated'));
  });

  it('does not introspect if the login fails by our fault or in an outage', async () => {
    for (const reply of [loginError(401, 'access_denied'), loginError(500, 'server_error'), json(503, {})]) {
      const [first] = await attempts(order, reply, activePassword());
      expect(first?.calls).not.toContain(INTROSPECTION_URL);
      expect(first?.outcome).toBe('unavailable');
    }
  });
});

/** Attempts with one credential, as seen from outside. */
async function attempts(
  basicOrder: string,
  login: Reply,
  first: Reply,
  later = first,
): Promise<readonly Outcome['outside'][]> {
  let isFirst = true;
  const composed = new Composed(
    ({ url }) => {
      if (url === JWKS_URL) return json(200, { keys: [issuerKey.publicJwk] });
      if (url === TOKEN_URL) return login;
      return isFirst ? first : later;
    },
    { basicOrder },
  );
  const seen: Outcome['outside'][] = [];
  for (const pause of PAUSES) {
    composed.clock.advanceSeconds(pause);
    seen.push((await composed.decide(basic(USER, SECRET))).outside);
    isFirst = false;
  }
  return seen;
}

function usedUp(): Record<string, string> {
  return { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999999' };
}
