import { describe, expect, it } from 'vitest';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json, type Reply, type Script } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const PASSWORD = 'thisisapassworda';
const NAME = 'user@example.com';
const client = { passwordGrantClient: async () => ({ clientId: 'id', clientSecret: 'secret' }) };
const key = await makeIssuerKey('key-1');
const JWT = await mint(key, accessTokenClaims({ exp: Math.floor(Date.UTC(2026, 0, 15, 14) / 1000) }));

function start(basicOrder: string) {
  const state: { login: Reply } = { login: loggedIn(JWT) };
  const script: Script = ({ url }) => {
    if (url === JWKS_URL) return json(200, { keys: [key.publicJwk] });
    return url === TOKEN_URL ? state.login : INACTIVE;
  };
  return { state, fleet: new Fleet(script, { basicOrder, passwordGrantSecret: 'client' }, client) };
}

describe.each(['password-first', 'introspect-first'])('a real password of 16 letters: %s', (basicOrder) => {
  it('is never written to the table, also when a known one is refused', async () => {
    const { state, fleet } = start(basicOrder);
    expect(await fleet.reason(0, basic(NAME, PASSWORD))).toBe('allowed');
    state.login = WRONG_PASSWORD;
    fleet.revoke('all');
    fleet.clock.advanceSeconds(5);
    expect(await fleet.reason(0, basic(NAME, PASSWORD))).not.toBe('allowed');
    expect(fleet.entries.writes).toBe(0);
  });
});

it('the refusal of a Basic credential is not shared, also with a container whose clock is a little behind', async () => {
  let response: Reply = activePassword();
  const fleet = new Fleet(() => response);
  const credential = basic(NAME, 'abcdefghijklmnop');
  await fleet.reason(0, credential);
  fleet.clock.advanceSeconds(60);
  fleet.revoke('introspected');
  fleet.clock.advanceSeconds(5);
  response = INACTIVE;
  await fleet.reason(0, credential);
  const { calls } = fleet;
  fleet.clock.nowMs -= 3000;
  await fleet.reason(1, credential);
  expect(fleet.calls).toBe(calls + 1);
});
