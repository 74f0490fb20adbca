/** What the backend receives of a token's claims. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { principalContext } from '../../../lambda/authorizer/principal-context.ts';
import { CredentialError } from '../../../src/core/errors.ts';
import { claimKey } from '../../../src/core/principal.ts';
import { backendClaims } from '../../../src/issuer/backend-claims.ts';
import { credentialError } from '../../support/core/errors.ts';
import { PRINCIPAL } from '../../support/lambda/decisions.ts';

const ROLES = 'https://demo.api/roles';
const passed = (value: unknown) => backendClaims({ value }, { contextClaims: ['value'] }).claims?.value;
const UNUSABLE = 'The claim "value" is not a value that the backend can receive unchanged.';
const TOO_LARGE = 'The claims for the backend are larger than 2048 bytes.';

describe('a claim for the backend', () => {
  it.each([
    ['a string', 'Zoë "the" user', 'Zoë "the" user'],
    ['an empty string', '', ''],
    ['a number', -1.5, '-1.5'],
    ['zero', 0, '0'],
    ['false', false, 'false'],
    ['a list', ['admin', 'a,b'], '["admin","a,b"]'],
    ['an object', { a: { b: null } }, '{"a":{"b":null}}'],
    ['null', null, ''],
    ['nothing', undefined, ''],
    ['control characters within JSON', ['a\r\nb'], '["a\\r\\nb"]'],
    ['half a surrogate pair within JSON', ['\ud800'], '["\\ud800"]'],
    ['the largest exact number', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('is text, if it is %s', (_what, value, text) => {
    expect(passed(value)).toBe(text);
  });

  it.each([
    ['a line break', 'a\r\nX-Auth-Sub: root'],
    ['the character NUL', '\0'],
    ['the control character U+0085', '\u0085'],
    ['the control character U+0085 within JSON', ['\u0085']],
    ['half a surrogate pair', 'a\ud800'],
    ['a number that has lost digits', JSON.parse('12345678901234567890')],
    ['such a number within JSON', JSON.parse('{"ids":[1,-12345678901234567890]}')],
    ['a number that is too large', JSON.parse('1e999')],
    ['33 levels of lists', nested(33)],
    ['very many levels', nested(100_000)],
  ])('refuses the token, if it has %s', (_what, value) => {
    expect(() => passed(value)).toThrow(credentialError('claims_malformed', UNUSABLE));
  });

  it('may have 32 levels', () => {
    expect(passed(nested(32))).toBe('['.repeat(32) + ']'.repeat(32));
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf'])('is empty if the token has none of the name %s', (name) => {
    expect(backendClaims({}, { contextClaims: [name] })).toEqual({ claims: { [name]: '' } });
  });

  it('is never cut: the token is refused if its claims are larger than 2,048 bytes together', () => {
    const claims = (length: number) => ({ sub: 'auth0|1234', a: 'ä'.repeat(500), b: 'b'.repeat(length) });
    expect(backendClaims(claims(900), { contextClaims: ['a', 'b'] }).claims?.b).toHaveLength(900);
    expect(() => backendClaims(claims(1050), { contextClaims: ['a', 'b'] })).toThrow(
      credentialError('claims_malformed', TOO_LARGE),
    );
    expect(() => backendClaims({ ...claims(900), username: 'u'.repeat(100) }, { contextClaims: ['a', 'b'] })).toThrow(
      credentialError('claims_malformed', TOO_LARGE),
    );
  });

  it('is not even looked at if the configuration does not name it', () => {
    expect(backendClaims({ roles: '\0', email: 'x'.repeat(10_000) }, {})).toEqual({});
    expect(backendClaims({ roles: '\0' }, { contextClaims: ['email'] })).toEqual({ claims: { email: '' } });
  });
});

describe('the actor', () => {
  it('is passed on with all actors before it, whatever the configuration', () => {
    const act = Array.from({ length: 10 }).reduce<object>(
      (inner, _, index) => ({ sub: `${index}@clients`, act: inner }),
      {
        sub: 'first@clients',
      },
    );
    const { actor } = backendClaims({ act }, {});
    expect(JSON.parse(actor ?? '')).toEqual(act);
    expect(actor?.match(/"sub"/g)).toHaveLength(11);
  });

  it.each([[undefined], [null]])('is absent if the claim is %s', (act) => {
    expect(backendClaims({ act }, {})).toEqual({});
  });

  it.each(['service', ['service'], 1, true])('refuses the token if the claim is %j', (act) => {
    expect(() => backendClaims({ act }, {})).toThrow(
      credentialError('claims_malformed', 'The claim "act" is not an object.'),
    );
  });

  it('refuses the token if the chain is too large', () => {
    expect(() => backendClaims({ act: { sub: 'x'.repeat(2048) } }, {})).toThrow(
      credentialError('claims_malformed', TOO_LARGE),
    );
    expect(() => backendClaims({ act: { act: nested(32) } }, {})).toThrow(
      credentialError('claims_malformed', UNUSABLE.replace('value', 'act')),
    );
  });
});

describe('any claims', () => {
  const names = ['email', ROLES, 'n'] as const;
  const claims = fc.record(
    {
      email: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
      [ROLES]: fc.oneof(fc.jsonValue(), fc.array(fc.string({ maxLength: 200 }), { maxLength: 60 })),
      n: fc.jsonValue(),
      act: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
      sub: fc.string({ maxLength: 512 }),
    },
    { requiredKeys: ['sub'] },
  );

  it('become a legal context of at most 7 KB with the same values, or refuse the token', () => {
    const seen = { passed: 0, refused: 0 };
    fc.assert(
      fc.property(claims, (given) => {
        const received = contextOf(given, names);
        seen[received ? 'passed' : 'refused'] += 1;
        if (!received) return;
        expect(Buffer.byteLength(JSON.stringify(received))).toBeLessThanOrEqual(7168);
        for (const [key, text] of Object.entries(received)) {
          expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
          expect(text).not.toMatch(/\p{Cc}/u);
        }
        for (const name of names) expect(isSame(received[claimKey(name)], given[name])).toBe(true);
        expect(isSame(received.act, given.act)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.passed, seen.refused)).toBeGreaterThan(20);
  });
});

/** The context of a principal with these claims, or `undefined` if the token is refused. */
function contextOf(given: Readonly<Record<string, unknown>>, contextClaims: readonly string[]) {
  try {
    const subject = String(given.sub);
    return principalContext({ ...PRINCIPAL, subject, ...backendClaims(given, { contextClaims }) });
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'claims_malformed') return undefined;
    throw error;
  }
}

/** Whether a backend reads the value that the token has. */
function isSame(text: string | undefined, value: unknown): boolean {
  if (value === undefined || value === null) return text === undefined || text === '';
  return text === value || text === JSON.stringify(value);
}

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}
