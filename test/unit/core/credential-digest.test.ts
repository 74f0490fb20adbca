import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/core/credential.ts';
import { credentialDigest } from '../../../src/core/credential-digest.ts';

const basic = (username: string, secret: string): Credential => ({ kind: 'basic', username, secret });
const bearer = (token: string): Credential => ({ kind: 'bearer', token });

describe('the digest of a credential', () => {
  const digest = credentialDigest('salt');

  it('is the same for the same credential', () => {
    expect(digest(basic('user', 'secret'))).toBe(digest(basic('user', 'secret')));
    expect(digest(bearer('token'))).toBe(digest(bearer('token')));
  });

  it.each([
    ['the colon moves', basic('a:bc', 'd'), basic('a', 'bc:d')],
    ['a letter moves from name to secret', basic('ab', 'c'), basic('a', 'bc')],
    ['name and secret swap', basic('a', 'b'), basic('b', 'a')],
    ['the kind differs', basic('a', 'b'), bearer('b')],
    ['a length is part of the text', basic('a', '1:b'), basic('a:3', 'b')],
    ['the case differs', basic('A', 'b'), basic('a', 'b')],
  ])('differs if %s', (_, one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('differs for any two different credentials', () => {
    const part = fc.string({ unit: fc.constantFrom(':', '1', '2', 'a', 'ä'), maxLength: 6 });
    const credential = fc.oneof(
      fc.tuple(part, part).map(([u, s]) => basic(u, s)),
      part.map(bearer),
    );
    fc.assert(
      fc.property(credential, credential, (one, other) => {
        expect(digest(one) === digest(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 500 },
    );
  });

  it('has 256 bits in base64 for any credential and reveals nothing of it', () => {
    const all = digest(basic('user@example.com', 'abcdefghijklmnop'));
    expect(all).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(all).not.toContain('user');
    expect(digest(bearer('x'.repeat(8000)))).toHaveLength(44);
  });

  it('depends on the salt, which is different in each process', () => {
    const credential = bearer('token');
    expect(credentialDigest('other')(credential)).not.toBe(digest(credential));
    expect(credentialDigest()(credential)).not.toBe(credentialDigest()(credential));
  });
});
