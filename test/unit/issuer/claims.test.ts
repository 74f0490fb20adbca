import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CredentialError } from '../../../src/core/errors.ts';
import { validateClaims } from '../../../src/issuer/claims.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { credentialError } from '../../support/core/errors.ts';
import { AUDIENCE, accessTokenClaims, expectations, ISSUER } from '../../support/core/issuer.ts';

const expected = expectations(new FrozenClock());
const tolerant = expectations(new FrozenClock(), 5);
const judge = (changes: Record<string, unknown>, expectedOnes = expected) =>
  validateClaims(accessTokenClaims(changes), expectedOnes);

describe('good claims', () => {
  it('come out with their types', () => {
    const claims = judge({ username: 'user@example.com', org_id: 'org_1', permissions: ['read:bar'], scope: 'a b' });
    expect(claims).toEqual({
      sub: 'auth0|1234',
      iss: ISSUER,
      exp: NOW_SECONDS + 3600,
      scopes: ['a', 'b'],
      permissions: ['read:bar'],
      username: 'user@example.com',
      clientId: 'client-1',
      organizationId: 'org_1',
    });
  });

  it('need neither exp nor scope nor anything optional', () => {
    expect(validateClaims({ iss: ISSUER, aud: AUDIENCE, sub: 's' }, expected)).toEqual({
      sub: 's',
      iss: ISSUER,
      exp: undefined,
      scopes: [],
      permissions: [],
      username: undefined,
      clientId: undefined,
      organizationId: undefined,
    });
  });

  it('take null for absent where nothing depends on it', () => {
    const claims = judge({ username: null, org_id: null, scope: null, permissions: null, client_id: null, azp: null });
    expect(claims).toMatchObject({ username: undefined, organizationId: undefined, scopes: [], permissions: [] });
    expect(claims.clientId).toBeUndefined();
  });

  it('name the client by client_id before azp', () => {
    expect(judge({ client_id: 'client-2' }).clientId).toBe('client-2');
  });

  it('lose what is no scope-token, which can only take rights away', () => {
    expect(judge({ scope: ' a  b\u00a0c d"e f\\g \t h' }).scopes).toEqual(['a', 'h']);
    expect(judge({ permissions: ['a', 'b c', '', 7, null, ['d'], 'e"'] }).permissions).toEqual(['a']);
  });
});

describe('the issuer', () => {
  it.each([
    'https://tenant.example',
    'https://tenant.example//',
    'https://TENANT.example/',
    'http://tenant.example/',
    ' ',
  ])('is compared exactly: %j is wrong', (iss) => {
    expect(() => judge({ iss })).toThrow(credentialError('issuer_mismatch', 'The issuer is not the configured one.'));
  });

  it.each([undefined, null, ''])('is required: %j', (iss) => {
    expect(() => judge({ iss })).toThrow(
      credentialError('claims_malformed', 'The claim "iss" is not a non-empty string.'),
    );
  });

  it.each([[[ISSUER]], [7], [{}], [true]])('is a string: %j is none', (iss) => {
    expect(() => judge({ iss })).toThrow(
      credentialError(
        'claims_malformed',
        'The claim "iss" is not a string of at most 512 characters without control characters.',
      ),
    );
  });
});

describe('the audience', () => {
  it('may be an array that holds ours', () => {
    expect(judge({ aud: ['https://tenant.example/userinfo', AUDIENCE] }).sub).toBe('auth0|1234');
  });

  it.each([
    undefined,
    null,
    '',
    [],
    'https://demo.api/',
    'https://demo',
    `${AUDIENCE} x`,
    [[AUDIENCE]],
    { 0: AUDIENCE, length: 1 },
    [null],
    ['x', 'y'],
  ])('is required and compared exactly: %j is wrong', (aud) => {
    expect(() => judge({ aud })).toThrow(
      credentialError('audience_mismatch', 'The audience is not, or does not hold, the configured one.'),
    );
  });
});

describe('the time', () => {
  const expired = credentialError('token_expired', 'The token has expired.');
  const early = credentialError('token_not_yet_valid', 'The token is not valid yet.');

  it('is up in the very second of exp', () => {
    expect(judge({ exp: NOW_SECONDS + 1 }).exp).toBe(NOW_SECONDS + 1);
    expect(() => judge({ exp: NOW_SECONDS })).toThrow(expired);
    expect(() => judge({ exp: 0 })).toThrow(expired);
    expect(() => judge({ exp: -1 })).toThrow(expired);
  });

  it('is stretched by the tolerance at its end, and no further', () => {
    expect(judge({ exp: NOW_SECONDS - 4 }, tolerant).exp).toBe(NOW_SECONDS - 4);
    expect(() => judge({ exp: NOW_SECONDS - 5 }, tolerant)).toThrow(expired);
  });

  it('begins in the second of nbf', () => {
    expect(judge({ nbf: NOW_SECONDS }).sub).toBe('auth0|1234');
    expect(() => judge({ nbf: NOW_SECONDS + 1 })).toThrow(early);
  });

  it('is stretched by the tolerance at its beginning, and no further', () => {
    expect(judge({ nbf: NOW_SECONDS + 5 }, tolerant).sub).toBe('auth0|1234');
    expect(() => judge({ nbf: NOW_SECONDS + 6 }, tolerant)).toThrow(early);
  });

  it.each([
    ['exp', '1999999999'],
    ['exp', null],
    ['exp', [1999999999]],
    ['exp', Number.POSITIVE_INFINITY],
    ['nbf', '0'],
    ['nbf', Number.NaN],
    ['nbf', false],
  ])('is a number: %s %j is none', (claim, value) => {
    expect(() => judge({ [claim]: value })).toThrow(
      credentialError('claims_malformed', `The claim "${claim}" is not a number.`),
    );
  });
});

describe('other claims', () => {
  it.each([{ jkt: 'x' }, {}, null, false])('that bind the token to a key are refused: cnf %j', (cnf) => {
    expect(() => judge({ cnf })).toThrow(credentialError('token_sender_constrained', 'The token is bound to a key.'));
  });

  it.each([undefined, null, ''])('need a subject: %j', (sub) => {
    expect(() => judge({ sub })).toThrow(
      credentialError('claims_malformed', 'The claim "sub" is not a non-empty string.'),
    );
  });

  it.each(['sub', 'username', 'client_id', 'azp', 'org_id'])(
    'are short strings without control characters: %s',
    (name) => {
      const error = credentialError(
        'claims_malformed',
        `The claim "${name}" is not a string of at most 512 characters without control characters.`,
      );
      for (const value of [7, {}, ['x'], true, 'a\nb', 'a\u0000', 'x'.repeat(513)]) {
        expect(() => judge({ [name]: value })).toThrow(error);
      }
      expect(() => judge({ [name]: 'x'.repeat(512) })).not.toThrow();
    },
  );

  it.each([['read:foo'], 7, {}, true])('refuse a scope that is no string: %j', (scope) => {
    expect(() => judge({ scope })).toThrow(credentialError('claims_malformed', 'The claim "scope" is not a string.'));
  });

  it.each(['read:foo', 7, {}, true])('refuse permissions that are no array: %j', (permissions) => {
    expect(() => judge({ permissions })).toThrow(
      credentialError('claims_malformed', 'The claim "permissions" is not an array.'),
    );
  });

  it.each([null, [], 'text', 7, undefined])('are no claims at all: %j', (claims) => {
    expect(() => validateClaims(claims, expected)).toThrow(
      credentialError('claims_malformed', 'The claims are no JSON object.'),
    );
  });
});

describe('whatever JSON comes as claims', () => {
  it('is refused by a CredentialError unless issuer, audience, subject and times are all right', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const anyClaims = fc.record({
      iss: fc.oneof({ weight: 4, arbitrary: fc.constant(ISSUER) }, { weight: 1, arbitrary: odd }),
      aud: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(AUDIENCE, [AUDIENCE]) }, { weight: 1, arbitrary: odd }),
      sub: fc.oneof({ weight: 4, arbitrary: fc.constant('s') }, { weight: 1, arbitrary: odd }),
      exp: fc.oneof(fc.integer({ min: NOW_SECONDS - 2, max: NOW_SECONDS + 2 }), fc.constant(undefined), odd),
      nbf: fc.oneof(fc.integer({ min: NOW_SECONDS - 2, max: NOW_SECONDS + 2 }), fc.constant(undefined)),
      scope: odd,
      permissions: odd,
      username: odd,
    });
    fc.assert(
      fc.property(fc.oneof(anyClaims, fc.jsonValue()), (unverified) => {
        try {
          const claims = validateClaims(unverified, expected);
          const { iss, aud, exp, nbf } = Object(unverified);
          expect(iss).toBe(ISSUER);
          expect([aud].flat()).toContain(AUDIENCE);
          expect(claims.sub).toMatch(/^\P{Cc}+$/u);
          expect(exp ?? Number.POSITIVE_INFINITY).toBeGreaterThan(NOW_SECONDS);
          expect(nbf ?? 0).toBeLessThanOrEqual(NOW_SECONDS);
          expect([...claims.scopes, ...claims.permissions].join('')).toMatch(/^[\x21-\x7e]*$/);
        } catch (error) {
          if (!(error instanceof CredentialError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
