import { describe, expect, it } from 'vitest';
import { CredentialError, UpstreamError } from '../../../src/core/errors.ts';
import { firstToKnow, type Introspector } from '../../../src/core/introspector.ts';
import { ACCESS_TOKEN, type Principal } from '../../../src/core/principal.ts';

const CONTEXT = { deadlineMs: 0 };
const PRINCIPAL: Principal = {
  subject: 'auth0|1234',
  username: undefined,
  scopes: [],
  tokenType: ACCESS_TOKEN,
  clientId: undefined,
  organizationId: undefined,
  issuer: 'https://tenant.auth0.com/',
  expiresAt: undefined,
};
const INACTIVE = new CredentialError('token_inactive', 'The server does not know the token as active.');
const OF_ANOTHER_ISSUER = new CredentialError('issuer_wrong', 'The issuer is not the configured one.');
const REFUSED = new CredentialError('token_type_refused', 'Tokens of this type are no credentials.');
const DOWN = new UpstreamError('upstream_unavailable', 'The server cannot be reached.');
const SLOW = new UpstreamError('upstream_timeout', 'The server did not answer in time.');

/** Asks servers that answer, or fail, as given; says how it ended and which were asked. */
async function ask(...answers: readonly (Principal | Error)[]) {
  const asked: number[] = [];
  const introspectors = answers.map(
    (answer, index): Introspector => ({
      introspect: async () => {
        asked.push(index);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  );
  const outcome = await firstToKnow(introspectors)
    .introspect('token', CONTEXT)
    .catch((error: unknown) => error);
  return { outcome, asked };
}

describe('of several servers', () => {
  it('the first that knows the token has the word, and the others are not asked', async () => {
    expect(await ask(INACTIVE, PRINCIPAL, DOWN)).toEqual({ outcome: PRINCIPAL, asked: [0, 1] });
  });

  it('one that knows the token is found behind one that is down', async () => {
    expect(await ask(DOWN, PRINCIPAL)).toEqual({ outcome: PRINCIPAL, asked: [0, 1] });
  });

  it('one that knows the token is found behind one that knows it as of another issuer, as a second domain does', async () => {
    expect(await ask(OF_ANOTHER_ISSUER, PRINCIPAL)).toEqual({ outcome: PRINCIPAL, asked: [0, 1] });
  });

  it('all know the token as of another issuer: it is refused', async () => {
    expect(await ask(OF_ANOTHER_ISSUER, OF_ANOTHER_ISSUER)).toEqual({ outcome: OF_ANOTHER_ISSUER, asked: [0, 1] });
    expect(await ask(OF_ANOTHER_ISSUER, DOWN)).toMatchObject({ outcome: DOWN });
  });

  it('one that knows the token as no credential has the word, too', async () => {
    expect(await ask(INACTIVE, REFUSED, PRINCIPAL)).toEqual({ outcome: REFUSED, asked: [0, 1] });
  });

  it('none knows the token: it is inactive', async () => {
    expect(await ask(INACTIVE, INACTIVE)).toEqual({ outcome: INACTIVE, asked: [0, 1] });
  });

  it.each([
    [[DOWN, INACTIVE], DOWN],
    [[INACTIVE, DOWN], DOWN],
    [[DOWN, SLOW], SLOW],
  ])('none knows the token, but not all could say: that is an outage', async (answers, outcome) => {
    expect(await ask(...answers)).toMatchObject({ outcome });
  });
});

describe('one server alone', () => {
  it('is asked as it is', () => {
    const only: Introspector = { introspect: async () => PRINCIPAL };
    expect(firstToKnow([only])).toBe(only);
  });
});
