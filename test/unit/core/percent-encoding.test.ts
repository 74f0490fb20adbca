import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentDecode, percentEncode } from '../../../src/core/percent-encoding.ts';

describe('percent-encoding', () => {
  it.each([
    ['', ''],
    ["aZ9-_.!~*'()", "aZ9-_.!~*'()"],
    ['a b/c?d&e=f%g+h', 'a%20b%2Fc%3Fd%26e%3Df%25g%2Bh'],
    ['zoë', 'zo%C3%AB'],
    ['\r\n', '%0D%0A'],
    ['a\ud800b', 'a%EF%BF%BDb'],
  ])('encodes %j as %s', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
  });

  it.each(['%', '%4', '%zz', '%ff', '%c3', '%ed%a0%80'])('refuses to decode %s', (text) => {
    expect(percentDecode(text)).toBeUndefined();
  });

  it('is reversible and returns only what a URL or header can contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(percentDecode(percentEncode(text))).toBe(text);
        expect(percentEncode(text)).toMatch(/^(?:[A-Za-z0-9\-_.!~*'()]|%[0-9A-F]{2})*$/);
      }),
    );
  });

  it('never throws, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[%0-9a-f]*$/)), (text) => {
        const decoded = percentDecode(text);
        expect(decoded === undefined || typeof decoded === 'string').toBe(true);
      }),
    );
  });
});
