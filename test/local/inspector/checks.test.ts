/**
 * The order of the checks that the inspector shows is that of the authorizer. Each credential here has two faults: the check for the
 * first one must fail, all checks before it must have passed, and none after it was made.
 */
import { describe, expect, it } from 'vitest';
import { checksOf, HEADER_CHECKS, SPAN_CHECKS } from '../../../local/inspector/checks.ts';
import { parseCredential } from '../../../src/core/credential.ts';
import { CodedError } from '../../../src/core/errors.ts';
import type { Check, Story } from '../../../web/inspector/protocol.ts';
import { openInspector } from '../../support/local/inspector.ts';

const { local, send, act } = await openInspector({
  contextClaims: ['roles'],
  cacheTtlSeconds: 0,
  negativeTtlSeconds: 0,
});
const { tenant, clock } = local;
const nowSeconds = () => Math.floor(clock.now() / 1000);

type Members = Readonly<Record<string, unknown>>;
/** Changes of the JWT's header, and of the claims. `member` is the one that two faults cannot share. */
interface Fault {
  readonly words: string;
  readonly member: string;
  readonly header?: Members;
  readonly claims?: Members;
}

const claim = (words: string, member: string, value: unknown): Fault => ({
  words,
  member,
  claims: { [member]: value },
});
const CLAIM_FAULTS = [
  claim('The issuer is a text', 'iss', 5),
  claim('The issuer is the trusted one', 'iss', 'https://evil.example/'),
  claim('It is for this API', 'aud', 'https://other.api'),
  claim('The times are numbers', 'exp', 'tomorrow'),
  claim('It has not expired', 'exp', nowSeconds() - 60),
  claim('It is already valid', 'nbf', nowSeconds() + 60),
  claim('The other claims are well-formed', 'sub', 5),
];
const JWT_FAULTS: readonly Fault[] = [
  { words: 'It has the form of a JWT, and its algorithm is asymmetric', member: 'alg', header: { alg: 'HS256' } },
  { words: 'It is an access token', member: 'typ', header: { typ: 'logout+jwt' } },
  { words: 'It has no critical extensions', member: 'crit', header: { crit: ['x'] } },
  { words: 'It names a key', member: 'kid', header: { kid: undefined } },
  ...CLAIM_FAULTS,
  { words: 'The tenant publishes this key', member: 'kid', header: { kid: 'unknown' } },
  { words: 'The key is for this algorithm', member: 'alg', header: { alg: 'PS256' } },
  { words: 'The signature matches', member: 'signature' },
];
const RESPONSE_FAULTS: readonly Fault[] = [
  claim('The tenant says that it is active', 'active', false),
  claim('It is an access token or an app specific password', 'token_type', 'refresh_token'),
  ...CLAIM_FAULTS,
  claim('The backend can receive its claims', 'roles', 'line\u0000break'),
];

function pairsOf(faults: readonly Fault[]): readonly (readonly [string, string, Fault, Fault])[] {
  return faults.flatMap((first, index) =>
    faults
      .slice(index + 1)
      .filter(({ member }) => member !== first.member)
      .map((second) => [first.words, second.words, first, second] as const),
  );
}

/** The claims of a good token; what `mintJwt` signs. */
const goodParts = tenant
  .mintJwt({ claims: { roles: 'reader' } })
  .split('.')
  .slice(0, 2)
  .map((part): Members => JSON.parse(Buffer.from(part, 'base64url').toString()));

/** Its signature is always wrong. */
function tokenWith(...faults: readonly Fault[]): string {
  const parts = goodParts.map((part, index) =>
    Object.assign({}, part, ...faults.map(({ header, claims }) => (index === 0 ? header : claims))),
  );
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'A'.repeat(342)].join('.');
}

const checksIn = ({ steps }: Story, title: string): readonly Check[] =>
  steps.find((step) => step.title === title)?.checks ?? [];

function expectFirstFault(checks: readonly Check[], words: string): void {
  const failed = checks.findIndex((check) => check.state === 'failed');
  expect(checks[failed]?.words).toBe(words);
  expect(checks.slice(0, failed).every(({ state }) => state === 'passed')).toBe(true);
  expect(checks.slice(failed + 1).every(({ state }) => state === 'unreached')).toBe(true);
}

describe('the checks of a JWT', () => {
  it.each(pairsOf(JWT_FAULTS))('stop at "%s" before "%s"', async (words, _second, first, second) => {
    const story = await send(`Bearer ${tokenWith(first, second)}`);
    expectFirstFault(checksIn(story, 'The authorizer verifies the JWT itself'), words);
  });

  it('end with the claims for the backend', async () => {
    const story = await send(`Bearer ${tenant.mintJwt({ claims: { roles: 'line\u0000break' } })}`);
    expectFirstFault(checksIn(story, 'The authorizer verifies the JWT itself'), 'The backend can receive its claims');
  });

  it('are all shown', () => {
    const tried = [...JWT_FAULTS.map(({ words }) => words), 'The backend can receive its claims'];
    expect(SPAN_CHECKS.jwt.map(({ words }) => words)).toEqual(tried);
  });
});

describe('the checks of an introspection', () => {
  it.each(pairsOf(RESPONSE_FAULTS))('stop at "%s" before "%s"', async (words, _second, first, second) => {
    const body = { ...goodParts[1], active: true, token_type: 'Bearer', ...first.claims, ...second.claims };
    tenant.faults.add({ kind: 'body', path: '/oauth/introspect', times: 1, body });
    const story = await send('Bearer opaque');
    expectFirstFault(checksIn(story, 'The authorizer introspects the token'), words);
  });

  it('begin with the tenant', async () => {
    await act({ action: 'trouble', trouble: 'failing' });
    const story = await send('Bearer opaque');
    await act({ action: 'trouble', trouble: 'none' });
    const [first = ''] = SPAN_CHECKS.introspection.map(({ words }) => words);
    expectFirstFault(checksIn(story, 'The authorizer introspects the token'), first);
    expect(story.verdict).toMatchObject({ outcome: 'unavailable', reason: 'issuer_unavailable' });
    expect(story.response.status).toBe(503);
  });

  it('are all shown', () => {
    const [, ...others] = SPAN_CHECKS.introspection.map(({ words }) => words);
    expect(others).toEqual(RESPONSE_FAULTS.map(({ words }) => words));
  });
});

describe('the checks of the header', () => {
  const long = 'a'.repeat(9000);
  it.each([
    ['There is an Authorization header', []],
    ['There is only one', [`Foo ${long}`, `Foo ${long}`]],
    ['It is not too long', [`Foo ${long}`]],
    ['The scheme is Bearer, DPoP or Basic', ['Foo ä']],
    ['It is exactly what the RFC describes', ['Bearer ä']],
    ['It is exactly what the RFC describes', [`Basic ${Buffer.from(`${'u'.repeat(400)}:secret`).toString('base64')}`]],
  ])('stop at "%s"', (words, values) => {
    expectFirstFault(
      checksOf(
        HEADER_CHECKS,
        errorOf(() => parseCredential(values)),
      ),
      words,
    );
  });

  it('are none for an error of another part', () => {
    expect(checksOf(HEADER_CHECKS, { code: 'token_expired', message: 'The token has expired.' })).toEqual([]);
  });
});

function errorOf(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return { code: String(error.code), message: error.message };
  }
  throw new Error('It did not fail.');
}
