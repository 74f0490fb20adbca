import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/core/credential.ts';
import { entryKeys, open, seal } from '../../../src/shared-state/sealed-entry.ts';

const PEPPER = 'p'.repeat(64);
const PASSWORD: Credential = { kind: 'bearer', token: 'abcdefghijklmnop' };

const credential: fc.Arbitrary<Credential> = fc.oneof(
  fc.record({ kind: fc.constant('bearer' as const), token: fc.string() }),
  fc.record({ kind: fc.constant('basic' as const), username: fc.string(), secret: fc.string() }),
);

const keysOf = (of: Credential, pepper = PEPPER, fingerprint = 'f') => entryKeys(pepper, fingerprint, of);

describe('the keys of an entry', () => {
  it('are the same for the same credential, pepper and configuration', () => {
    expect(keysOf(PASSWORD)).toEqual(keysOf({ ...PASSWORD }));
  });

  it('differ for different credentials, whatever their parts are', () => {
    fc.assert(
      fc.property(credential, credential, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(keysOf(one).id).not.toBe(keysOf(other).id);
        expect(keysOf(one).key.equals(keysOf(other).key)).toBe(false);
      }),
    );
  });

  it.each([
    ['the pepper', keysOf(PASSWORD, 'q'.repeat(64))],
    ['the configuration', keysOf(PASSWORD, PEPPER, 'another')],
    ['the scheme', keysOf({ kind: 'basic', username: '', secret: PASSWORD.token })],
  ])('change with %s', (_, other) => {
    expect(other.id).not.toBe(keysOf(PASSWORD).id);
    expect(other.key.equals(keysOf(PASSWORD).key)).toBe(false);
  });

  it('do not contain the credential, and the id is not the key', () => {
    const { id, key } = keysOf(PASSWORD);
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(key).toHaveLength(32);
    expect(Buffer.from(id, 'base64url').equals(key)).toBe(false);
  });
});

describe('a sealed entry', () => {
  it('opens with its own keys', () => {
    fc.assert(
      fc.property(credential, fc.string(), (of, text) => {
        expect(open(keysOf(of), seal(keysOf(of), text))).toBe(text);
      }),
    );
  });

  it('shows neither its text nor that the same text was sealed before', () => {
    const [one, other] = [seal(keysOf(PASSWORD), 'the text'), seal(keysOf(PASSWORD), 'the text')];
    expect(one).not.toBe(other);
    expect(Buffer.from(one, 'base64').includes('the text')).toBe(false);
  });

  it('does not open for another credential, nor under the id of one', () => {
    const sealed = seal(keysOf(PASSWORD), 'text');
    const other = keysOf({ kind: 'bearer', token: 'ponmlkjihgfedcba' });
    expect(open(other, sealed)).toBeUndefined();
    expect(open({ ...keysOf(PASSWORD), id: other.id }, sealed)).toBeUndefined();
  });

  it('does not open if any byte of it was changed', () => {
    const sealed = Buffer.from(seal(keysOf(PASSWORD), 'text'), 'base64');
    for (let index = 0; index < sealed.length; index += 1) {
      const forged = Buffer.from(sealed);
      forged.writeUInt8(forged.readUInt8(index) ^ 1, index);
      expect(open(keysOf(PASSWORD), forged.toString('base64'))).toBeUndefined();
    }
  });

  it('does not open if it is cut off, empty or junk', () => {
    const sealed = Buffer.from(seal(keysOf(PASSWORD), 'text'), 'base64');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(open(keysOf(PASSWORD), sealed.subarray(0, length).toString('base64'))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (junk) => {
        expect(open(keysOf(PASSWORD), junk)).toBeUndefined();
      }),
    );
  });
});
