/** The secret of the password grant's client changes at the tenant: our fault, never the user's, and soon noticed. */
import { describe, expect, it } from 'vitest';
import { basic, Composed } from '../../support/core/composed.ts';
import { activePassword, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { form, json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL } from '../../support/core/token-endpoint.ts';

const issuerKey = await makeIssuerKey('rsa-1');
const accessToken = await mint(issuerKey);
const LOGIN = basic('user@example.com', 'correct horse');
const WRONG_SECRET = loginError(401, 'access_denied', 'Unauthorized');

/** A tenant that accepts one secret and refuses all others with the given response. */
function tenant(currentSecret: () => string, refusal: Reply = WRONG_SECRET): Composed {
  return new Composed((request) => {
    if (request.url === JWKS_URL) return json(200, { keys: [issuerKey.publicJwk] });
    if (request.url === INTROSPECTION_URL) return activePassword();
    return form(request).client_secret === currentSecret() ? loggedIn(accessToken) : refusal;
  });
}

describe('a changed client secret', () => {
  it.each([
    ['401 access_denied', WRONG_SECRET],
    ['401 access_denied with any description', loginError(401, 'access_denied', 'Because.')],
    ['401 invalid_client', loginError(401, 'invalid_client')],
    ['403 unauthorized_client', loginError(403, 'unauthorized_client')],
    ['403 Service not found', loginError(403, 'access_denied', 'Service not found: https://demo.api')],
    ['403 Client is not authorized', loginError(403, 'access_denied', 'Client is not authorized to access "x".')],
    ['500 Service not found', loginError(500, 'access_denied', 'Service not found: https://demo.api')],
  ])("is our fault, not the user's: %s", async (_, refusal) => {
    const composed = tenant(() => 'new', refusal);
    const { decision, outside } = await composed.decide(LOGIN);
    expect(decision).toMatchObject({ outcome: 'unavailable', reason: 'issuer_client_refused' });
    expect(outside.calls).toEqual([TOKEN_URL]);
  });

  it('is read again and used in the same decision, so that no caller notices a rotation', async () => {
    let current = 'grant-client-secret';
    const composed = tenant(() => current);
    expect((await composed.decide(LOGIN)).outside.outcome).toBe('allow');
    for (const secret of ['second', 'third', 'fourth']) {
      current = secret;
      composed.client = { ...composed.client, clientSecret: secret };
      composed.clock.advanceSeconds(300);
      const { outside } = await composed.decide(LOGIN);
      expect(outside.outcome).toBe('allow');
      expect(outside.calls.filter((url) => url === TOKEN_URL)).toHaveLength(2);
    }
    expect(composed.clientReads).toBe(4);
  });

  it('is read again at most every 30 s, for any number of logins', async () => {
    const composed = tenant(() => 'never known here');
    for (let second = 0; second < 61; second += 1) {
      await composed.decide(basic(`user-${second}@example.com`, 'correct horse'));
      composed.clock.advanceSeconds(1 - 0.12);
    }
    // The first read, and those at 0, 30 and 60 s.
    expect(composed.clientReads).toBe(4);
  });

  it('is never cached as a refusal of the user', async () => {
    const composed = tenant(() => 'new');
    for (let time = 0; time < 3; time += 1) await composed.decide(LOGIN);
    composed.client = { ...composed.client, clientSecret: 'new' };
    composed.clock.advanceSeconds(30);
    expect((await composed.decide(LOGIN)).outside.outcome).toBe('allow');
  });
});
