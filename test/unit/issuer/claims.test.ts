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

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
const OTHER_THUMBPRINT = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2';

describe('valid claims', () => {
  it('are returned with their types', () => {
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
      iat: NOW_SECONDS,
    });
  });

  it('are accepted without exp, scope or any other optional claim', () => {
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

  it('are accepted as null if nothing depends on them', () => {
    const claims = judge({ username: null, org_id: null, scope: null, permissions: null, client_id: null, azp: null });
    expect(claims).toMatchObject({ username: undefined, organizationId: undefined, scopes: [], permissions: [] });
    expect(claims.clientId).toBeUndefined();
  });

  it('contain the client from client_id rather than azp', () => {
    expect(judge({ client_id: 'client-2' }).clientId).toBe('client-2');
  });

  it('lose every invalid scope-token, which can only remove rights', () => {
    expect(judge({ scope: ' a  b\u00a0c d"e f\\g \t h' }).scopes).toEqual(['a', 'h']);
    expect(judge({ permissions: ['a', 'b c', '', 7, null, ['d'], 'e"'] }).permissions).toEqual(['a']);
  });
});

describe('the claim scp', () => {
  const other = { ...expected, mayUseScp: true };
  const withoutScope = (scp: unknown) => ({ scope: undefined, scp });

  it.each([
    ['a list, as at Okta', ['a', 'b c', 7, 'd'], ['a', 'd']],
    ['a text, as at Microsoft Entra ID', 'a b', ['a', 'b']],
    ['absent', undefined, []],
    ['null', null, []],
  ])('holds the scopes of another server’s token: %s', (_, scp, scopes) => {
    expect(judge(withoutScope(scp), other).scopes).toEqual(scopes);
  });

  it('is ignored if the token has a scope, even an empty one', () => {
    expect(judge({ scope: 'a', scp: ['b'] }, other).scopes).toEqual(['a']);
    expect(judge({ scope: '', scp: ['b'] }, other).scopes).toEqual([]);
  });

  it('never adds scopes to a token of an Auth0 tenant', () => {
    expect(judge(withoutScope(['a'])).scopes).toEqual([]);
    expect(judge(withoutScope('a')).scopes).toEqual([]);
  });

  it('is refused if it is neither', () => {
    expect(() => judge(withoutScope(7), other)).toThrow(
      credentialError('claims_malformed', 'The claim "scp" is not a string.'),
    );
  });
});

describe('the issuer claim', () => {
  it.each([
    'https://tenant.example',
    'https://tenant.example//',
    'https://TENANT.example/',
    'http://tenant.example/',
    ' ',
  ])('is refused unless it matches exactly: %j', (iss) => {
    expect(() => judge({ iss })).toThrow(credentialError('issuer_mismatch', 'The issuer is not the configured one.'));
  });

  it.each([undefined, null, ''])('is refused if it is absent or empty: %j', (iss) => {
    expect(() => judge({ iss })).toThrow(
      credentialError('claims_malformed', 'The claim "iss" is not a non-empty string.'),
    );
  });

  it.each([[[ISSUER]], [7], [{}], [true]])('is refused if it is not a string: %j', (iss) => {
    expect(() => judge({ iss })).toThrow(
      credentialError(
        'claims_malformed',
        'The claim "iss" is not a string of at most 512 characters without control characters.',
      ),
    );
  });
});

describe('the audience claim', () => {
  it('is accepted as an array that contains ours', () => {
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
  ])('is refused unless it matches exactly: %j', (aud) => {
    expect(() => judge({ aud })).toThrow(
      credentialError('audience_mismatch', 'The audience does not include the configured one.'),
    );
  });
});

describe('the time claims', () => {
  const expired = credentialError('token_expired', 'The token has expired.');
  const early = credentialError('token_not_yet_valid', 'The token is not valid yet.');

  it('expire in the very second of exp', () => {
    expect(judge({ exp: NOW_SECONDS + 1 }).exp).toBe(NOW_SECONDS + 1);
    expect(() => judge({ exp: NOW_SECONDS })).toThrow(expired);
    expect(() => judge({ exp: 0 })).toThrow(expired);
    expect(() => judge({ exp: -1 })).toThrow(expired);
  });

  it('are valid for the tolerance after exp, and no longer', () => {
    expect(judge({ exp: NOW_SECONDS - 4 }, tolerant).exp).toBe(NOW_SECONDS - 4);
    expect(() => judge({ exp: NOW_SECONDS - 5 }, tolerant)).toThrow(expired);
  });

  it('become valid in the second of nbf', () => {
    expect(judge({ nbf: NOW_SECONDS }).sub).toBe('auth0|1234');
    expect(() => judge({ nbf: NOW_SECONDS + 1 })).toThrow(early);
  });

  it('are valid for the tolerance before nbf, and no earlier', () => {
    expect(judge({ nbf: NOW_SECONDS + 5 }, tolerant).sub).toBe('auth0|1234');
    expect(() => judge({ nbf: NOW_SECONDS + 6 }, tolerant)).toThrow(early);
  });

  it.each([
    ['exp', '1999999999'],
    ['exp', [1999999999]],
    ['exp', Number.POSITIVE_INFINITY],
    ['nbf', '0'],
    ['nbf', Number.NaN],
    ['nbf', false],
  ])('are refused if they are not numbers: %s %j', (claim, value) => {
    expect(() => judge({ [claim]: value })).toThrow(
      credentialError('claims_malformed', `The claim "${claim}" is not a number.`),
    );
  });
});

describe('a claim that is null', () => {
  it.each(['exp', 'nbf', 'cnf'])('counts as absent: %s', (claim) => {
    expect(judge({ [claim]: null })).toEqual(judge({ [claim]: undefined }));
  });
});

describe('other claims', () => {
  it.each([
    { cnf: { jkt: THUMBPRINT }, confirmation: { jwkThumbprint: THUMBPRINT } },
    { cnf: { 'x5t#S256': THUMBPRINT }, confirmation: { certificateThumbprint: THUMBPRINT } },
    {
      cnf: { jkt: THUMBPRINT, 'x5t#S256': OTHER_THUMBPRINT },
      confirmation: { jwkThumbprint: THUMBPRINT, certificateThumbprint: OTHER_THUMBPRINT },
    },
  ])('say what the token is bound to: $cnf', ({ cnf, confirmation }) => {
    expect(judge({ cnf }).confirmation).toEqual(confirmation);
  });

  it.each([
    { jkt: 'x' },
    { jkt: null },
    { jkt: `${THUMBPRINT}=` },
    { jkt: [THUMBPRINT] },
    { jkt: THUMBPRINT, 'x5t#S256': 'x' },
    { jkt: THUMBPRINT, kid: 'key-1' },
    { kid: 'key-1' },
    { jwk: { kty: 'EC' } },
    {},
    [],
    THUMBPRINT,
    false,
    0,
    '',
  ])('are refused if they bind the token in a way that cannot be checked: cnf %j', (cnf) => {
    expect(() => judge({ cnf })).toThrow(
      credentialError('token_sender_constrained', 'The token is bound in a way that cannot be checked.'),
    );
  });

  it.each([undefined, null, ''])('are refused without a subject: %j', (sub) => {
    expect(() => judge({ sub })).toThrow(
      credentialError('claims_malformed', 'The claim "sub" is not a non-empty string.'),
    );
  });

  it.each(['sub', 'username', 'client_id', 'azp', 'org_id'])(
    'are refused if they are long or have control characters: %s',
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

  it.each([['read:foo'], 7, {}, true])('are refused if the scope is not a string: %j', (scope) => {
    expect(() => judge({ scope })).toThrow(credentialError('claims_malformed', 'The claim "scope" is not a string.'));
  });

  it.each(['read:foo', 7, {}, true])('are refused if the permissions are not an array: %j', (permissions) => {
    expect(() => judge({ permissions })).toThrow(
      credentialError('claims_malformed', 'The claim "permissions" is not an array.'),
    );
  });

  it.each([null, [], 'text', 7, undefined])('are refused if they are not an object: %j', (claims) => {
    expect(() => validateClaims(claims, expected)).toThrow(
      credentialError('claims_malformed', 'The claims are not a JSON object.'),
    );
  });
});

describe('any JSON as claims', () => {
  it('are refused with a CredentialError unless issuer, audience, subject and times are all right', () => {
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
