import { describe, expect, it } from 'vitest';
import { ConfigurationError, CredentialError, IssuerError } from '../../../src/core/errors.ts';
import { ACCESS_TOKEN, type Principal } from '../../../src/core/principal.ts';
import { firstToKnow, type Introspector } from '../../../src/issuer/introspector.ts';

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
const OF_ANOTHER_ISSUER = new CredentialError('issuer_mismatch', 'The issuer is not the configured one.');
const REFUSED = new CredentialError('token_type_refused', 'Tokens of this type are no credentials.');
const DOWN = new IssuerError('issuer_unavailable', 'The server cannot be reached.');
const NO_SECRET = new ConfigurationError('configuration_invalid', 'There is no such secret.');
const SLOW = new IssuerError('issuer_timeout', 'The server did not answer in time.');

type Answers = readonly [Principal | Error, ...(Principal | Error)[]];

/** Asks servers that answer, or fail, as given; says how it ended and which were asked. */
const ask = (...answers: Answers) => askAbout('opaque-token', ...answers);
const introspectApplicationPassword = (...answers: Answers) => askAbout('abcdefghijklmnop', ...answers);

async function askAbout(token: string, ...answers: Answers) {
  const asked: number[] = [];
  const introspector = (answer: Principal | Error, index: number): Introspector => ({
    introspect: async () => {
      asked.push(index);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const [first, ...others] = answers;
  const introspectors = others.map((answer, index) => introspector(answer, index + 1));
  const outcome = await firstToKnow([introspector(first, 0), ...introspectors])
    .introspect(token, CONTEXT)
    .catch((error: unknown) => error);
  return { outcome, asked };
}

describe('of several servers', () => {
  it('the first that knows the token has the word, and the others are not asked', async () => {
    expect(await ask(INACTIVE, PRINCIPAL, DOWN)).toEqual({ outcome: PRINCIPAL, asked: [0, 1] });
  });

  it.each<[string, Answers, number[]]>([
    ['the first', [DOWN, PRINCIPAL], [0]],
    ['the first, and slow', [SLOW, PRINCIPAL], [0]],
    ['a later one', [INACTIVE, DOWN, PRINCIPAL], [0, 1]],
    ['a second domain of it', [OF_ANOTHER_ISSUER, DOWN, PRINCIPAL], [0, 1]],
    ['the last', [INACTIVE, INACTIVE, DOWN], [0, 1, 2]],
  ])('none is asked after one that is down, since the token may be its own: %s', async (_, answers, asked) => {
    const outcome = answers.find((answer) => answer === DOWN || answer === SLOW);
    expect(await ask(...answers)).toEqual({ outcome, asked });
  });

  it('none is asked after one that cannot be asked because of its configuration', async () => {
    expect(await ask(NO_SECRET, PRINCIPAL)).toEqual({ outcome: NO_SECRET, asked: [0] });
  });

  it.each<[string, Answers]>([
    ['knows it', [PRINCIPAL, INACTIVE]],
    ['does not know it', [INACTIVE, PRINCIPAL]],
    ['knows it as of another issuer', [OF_ANOTHER_ISSUER, PRINCIPAL]],
    ['is down', [DOWN, PRINCIPAL]],
  ])('only the first sees what looks like an app specific password: it %s', async (_, answers) => {
    expect(await introspectApplicationPassword(...answers)).toEqual({ outcome: answers[0], asked: [0] });
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
});

describe('one server alone', () => {
  it('is asked as it is', () => {
    const only: Introspector = { introspect: async () => PRINCIPAL };
    expect(firstToKnow([only])).toBe(only);
  });
});
