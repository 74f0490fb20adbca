import { describe, expect, it } from 'vitest';
import { basic, Composed } from '../../support/core/composed.ts';
import { activePassword, INACTIVE, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { failure, form, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL } from '../../support/core/token-endpoint.ts';

const OTHER = 'https://other.example/';
const OTHER_INTROSPECTION_URL = `${OTHER}oauth/introspect`;
const ASP = 'abcdefghijklmnop';

/** Two issuers, each with its own tokens; a login always returns `passwordToken`. */
function twoIssuers(known: Readonly<Record<string, Readonly<Record<string, Reply>>>>, passwordToken = 'opaque') {
  return new Composed(
    (request) => {
      if (request.url === TOKEN_URL) return loggedIn(passwordToken);
      return known[request.url]?.[String(form(request).token)] ?? INACTIVE;
    },
    { issuers: [{ issuer: OTHER }] },
  );
}

const ofOther = activePassword({ iss: OTHER, token_type: 'Bearer' });

describe('the authorizer with several issuers', () => {
  it('introspects an opaque token at the second if the first does not know it', async () => {
    const composed = twoIssuers({ [OTHER_INTROSPECTION_URL]: { opaque: ofOther } });
    const { outside } = await composed.decide('Bearer opaque');
    expect(outside).toMatchObject({ outcome: 'allow', calls: [INTROSPECTION_URL, OTHER_INTROSPECTION_URL] });
  });

  it('sends an app specific password to the first only, known or not', async () => {
    const known = twoIssuers({ [INTROSPECTION_URL]: { [ASP]: activePassword() } });
    expect((await known.decide(`Bearer ${ASP}`)).outside).toMatchObject({
      outcome: 'allow',
      calls: [INTROSPECTION_URL],
    });
    const unknown = twoIssuers({ [OTHER_INTROSPECTION_URL]: { [ASP]: ofOther } });
    expect((await unknown.decide(`Bearer ${ASP}`)).outside).toMatchObject({
      outcome: 'unauthenticated',
      calls: [INTROSPECTION_URL],
    });
  });

  it('is unavailable during an outage of the first, even if the second knows the token', async () => {
    const composed = twoIssuers({
      [INTROSPECTION_URL]: { opaque: failure('timeout') },
      [OTHER_INTROSPECTION_URL]: { opaque: ofOther },
    });
    const { decision, outside } = await composed.decide('Bearer opaque');
    expect(outside.calls).toEqual([INTROSPECTION_URL]);
    expect(decision).toEqual({
      outcome: 'unavailable',
      reason: 'issuer_timeout',
      message: 'The server did not respond in time.',
    });
  });

  it('sends the second neither a Basic secret nor the token that a login returns', async () => {
    const composed = twoIssuers({ [OTHER_INTROSPECTION_URL]: { opaque: ofOther } });
    await composed.decide(basic('user@example.com', 'password'));
    expect(composed.http.to(OTHER_INTROSPECTION_URL)).toEqual([]);
  });
});
