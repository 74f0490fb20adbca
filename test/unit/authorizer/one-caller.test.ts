/** The responses to one caller's credential never stop another caller; only real outages do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/core/http.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { basic, Composed } from '../../support/core/composed.ts';
import { activePassword, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure, form, json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL } from '../../support/core/token-endpoint.ts';

const issuerKey = await makeIssuerKey('rsa-1');
const accessToken = await mint(issuerKey, { exp: NOW_SECONDS + 86_400 });

const ODD_CREDENTIALS = ['Bearer odd', basic('odd', 'odd')];
const OTHER_CREDENTIALS = ['Bearer good', basic('good', 'good')];

/** Servers that know the good credentials and return the given responses to the odd ones. */
function withOddOne(respond: () => Reply): Composed {
  const script = (request: HttpRequest): Reply => {
    if (request.url === JWKS_URL) return json(200, { keys: [issuerKey.publicJwk] });
    const { token, username } = form(request);
    if (token === 'odd' || username === 'odd') return respond();
    return request.url === TOKEN_URL ? loggedIn(accessToken) : activePassword({ token_type: 'Bearer' });
  };
  return new Composed(script, { cacheTtlSeconds: 0, negativeTtlSeconds: 0 });
}

async function outcomesOfOthers(composed: Composed): Promise<readonly string[]> {
  const decisions = [];
  for (const credential of OTHER_CREDENTIALS) decisions.push((await composed.decide(credential)).decision);
  return decisions.map((decision) => ('reason' in decision ? decision.reason : decision.outcome));
}

const headers = fc.record(
  {
    'retry-after': fc.constantFrom('0', '1', '4', '30', '3600', 'soon'),
    'x-ratelimit-limit': fc.constant('10'),
    'x-ratelimit-remaining': fc.constantFrom('0', '1', '9'),
    'x-ratelimit-reset': fc.integer({ min: -10, max: 7200 }).map((seconds) => String(NOW_SECONDS + seconds)),
  },
  { requiredKeys: [] },
);
const oauthBody = fc.record({
  error: fc.oneof(
    fc.constantFrom('invalid_grant', 'access_denied', 'server_error', 'invalid_client', 'too_many_requests', 'odd_one'),
    fc.constantFrom('unauthorized_client', 'too_many_attempts', 'temporarily_unavailable', 'invalid_request'),
  ),
  error_description: fc.constantFrom('Unauthorized', 'Service not found: x', 'Because.'),
});
const anyBody = fc.oneof(oauthBody, fc.jsonValue(), fc.constant({ active: false }));

/** Responses that one credential may cause while the server is healthy. */
const provoked: fc.Arbitrary<Reply> = fc.oneof(
  fc.tuple(fc.integer({ min: 300, max: 499 }), anyBody, headers).map((parts) => json(...parts)),
  fc.tuple(fc.constant(429), anyBody, headers).map((parts) => json(...parts)),
  fc.tuple(fc.constantFrom(500, 501), oauthBody, headers).map((parts) => json(...parts)),
  // A success does affect the others if it reports that the rate limit of all is nearly used up.
  fc.tuple(fc.integer({ min: 200, max: 299 }), anyBody).map((parts) => json(...parts)),
  fc.constantFrom(failure('too_large'), failure('not_text')),
);

describe('the responses that one credential provokes', () => {
  it('never change the outcome for another credential, in any sequence', async () => {
    const property = fc.asyncProperty(fc.array(provoked, { minLength: 1, maxLength: 25 }), async (replies) => {
      const left = [...replies];
      const composed = withOddOne(() => left.shift() ?? json(400, { error: 'invalid_request' }));
      while (left.length > 0) {
        for (const credential of ODD_CREDENTIALS) {
          await composed.decide(credential);
          expect(await outcomesOfOthers(composed)).toEqual(['allow', 'allow']);
        }
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it.each<[string, Reply]>([
    ['500 access_denied', loginError(500, 'access_denied')],
    ['500 server_error', loginError(500, 'server_error', 'no default connection')],
    ['429 with Retry-After', json(429, { error: 'too_many_requests' }, { 'retry-after': '3600' })],
    ['a redirect', json(302, {}, { location: 'https://elsewhere.example/' })],
    ['a response that is too large', failure('too_large')],
    ['401 access_denied', loginError(401, 'access_denied', 'Unauthorized')],
  ])('do not stop other callers, even ten times in a row: %s', async (_, reply) => {
    const composed = withOddOne(() => reply);
    for (let time = 0; time < 10; time += 1) {
      for (const credential of ODD_CREDENTIALS) await composed.decide(credential);
    }
    expect(await outcomesOfOthers(composed)).toEqual(['allow', 'allow']);
  });

  it.each<[string, Reply]>([
    ['no response', failure('connection')],
    ['a timeout', failure('timeout')],
    ['502', json(502, { error: 'server_error' })],
    ['503', json(503, { error: 'temporarily_unavailable' })],
    ['504', json(504, {})],
    ['500 without an OAuth error', json(500, { statusCode: 500, error: 'Internal Server Error' })],
  ])('stop other callers if they are an outage: five times %s', async (_, reply) => {
    const composed = withOddOne(() => reply);
    for (let time = 0; time < 5; time += 1) {
      for (const credential of ODD_CREDENTIALS) await composed.decide(credential);
    }
    expect(await outcomesOfOthers(composed)).toEqual(['issuer_circuit_open', 'issuer_circuit_open']);
    expect(composed.http.to(INTROSPECTION_URL).some(({ body }) => body?.includes('good'))).toBe(false);
  });
});
