/** Which claims a configuration may pass on to the backend. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { claimKey } from '../../../src/core/principal.ts';

const REQUIRED = { issuer: 'https://tenant.auth0.com/', audience: 'https://demo.api', signingKeySecret: 'key' };
const parse = (contextClaims: unknown) =>
  parseAuthorizerConfiguration(JSON.stringify({ ...REQUIRED, contextClaims })).contextClaims;
const fault = (text: string) => `The CONFIG of the authorizer has 1 fault:\n  contextClaims: ${text}`;

describe('the claims for the backend', () => {
  it.each(['email', 'https://demo.api/roles', 'aud', 'Roles', 'a"b'])('may contain %s', (name) => {
    expect(parse([name, 'other'])).toEqual([name, 'other']);
  });

  it.each(['sub', 'username', 'scope', 'token_type', 'client_id', 'org_id', 'iss', 'exp', 'act'])(
    'may not contain %s, which the backend has anyway',
    (name) => {
      expect(() => parse(['email', name])).toThrow(fault(`the backend always receives "${name}"; remove it`));
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', '://', '_'])('may not contain %s', (name) => {
    expect(() => parse([name])).toThrow(`got "${name}"; expected a list of at most 20 names of claims, such as`);
  });

  it.each([
    ['email', 'email', 'claim_email'],
    ['Email', 'email', 'claim_email'],
    ['https://demo.api/roles', 'https://demo-api/roles', 'claim_https_demo_api_roles'],
    ['a b', 'a__b', 'claim_a_b'],
  ])('may not contain both %s and %s, which would have the same name there', (first, second, key) => {
    const names = [first.replace(' ', '.'), 'other', second];
    expect(() => parse(names)).toThrow(fault(`two of them would be "${key}" for the backend; remove one`));
  });

  it.each([['email'], [['a b']], [['']], [['é']], [[1]], [Array.from({ length: 21 }, (_, index) => `c${index}`)]])(
    'may not be %j',
    (claims) => {
      expect(() => parse(claims)).toThrow('expected a list of at most 20 names of claims, such as');
    },
  );

  it('have different legal keys, whatever their names are', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('email', 'e-mail', 'E_Mail', 'sub', '__proto__', 'https://a.b/c'),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), (names) => {
        const keys = keysOf(names);
        expect(new Set(keys).size).toBe(keys.length);
        for (const key of keys) expect(key).toMatch(/^claim_[a-z0-9_]{1,200}$/);
      }),
    );
  });
});

/** None if the configuration is refused. */
function keysOf(names: readonly string[]): readonly string[] {
  try {
    return parse(names).map(claimKey);
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}
