import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNames } from '../../../src/core/nearest-names.ts';

describe('nearestNames', () => {
  it.each([
    ['a final slash', 'https://demo.api', 'https://demo.api/'],
    ['a missing scheme', 'https://demo.api', 'demo.api'],
    ['case', 'https://demo.api', 'https://Demo.API'],
    ['a space', 'https://demo.api', ' https://demo.api'],
    ['a letter', 'https://demo.api', 'https://demo.apo'],
  ])('returns a name first that differs only by %s', (_what, wanted, near) => {
    const names = ['https://far.example/', 'urn:other', near, 'https://demolition.app'];
    expect(nearestNames(wanted, names)[0]).toBe(near);
  });

  it.each([
    ['a scheme that is not at the start', 'proxies/of/http://y', 'proxies/of/http://z', 'proxies/of/tp://y'],
    ['slashes that are not at the end', 'abcd//e', 'abcd//f', 'abcde'],
  ])('counts %s like any other letters', (_what, wanted, nearer, farther) => {
    expect(nearestNames(wanted, [farther, nearer])).toEqual([nearer, farther]);
  });

  it('ignores any number of final slashes', () => {
    expect(nearestNames('abc', ['abcd', 'abc///'])).toEqual(['abc///', 'abcd']);
  });

  it('returns at most three names, or as many as requested', () => {
    expect(nearestNames('abc', ['abd', 'abe', 'abf', 'abg'])).toHaveLength(3);
    expect(nearestNames('abc', ['abd', 'abe', 'abf', 'abg'], 1)).toEqual(['abd']);
    expect(nearestNames('a', [])).toEqual([]);
  });

  it.each([
    ['a third of the letters', 'issuer', 'isseur', true],
    ['more than a third of the letters', 'issuer', 'assure', false],
    ['everything', 'z', 'yes', false],
    ['more than a third after the scheme', 'https://my.api', 'https://demo.api', false],
  ])('compares names that differ by %s', (_what, given, name, isNear) => {
    expect(nearestNames(given, [name])).toEqual(isNear ? [name] : []);
  });

  it('returns some of the names, the nearest first, in any order of input', () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.string()), (wanted, names) => {
        const nearest = nearestNames(wanted, names, 2);
        expect(names).toEqual(expect.arrayContaining([...nearest]));
        expect(nearestNames(wanted, [...names].reverse(), 2)).toEqual(nearest);
      }),
    );
  });

  it('orders similar names by their Levenshtein distance, and equally near names alphabetically', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, fc.uniqueArray(word, { maxLength: 6 }), (wanted, names) => {
        const distances = new Map(names.map((name) => [name, levenshtein(wanted, name)]));
        const similar = names.filter((name) => (distances.get(name) ?? 0) <= Math.max(wanted.length, name.length) / 3);
        const expected = similar.sort().sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
        expect(nearestNames(wanted, names, names.length)).toEqual(expected);
      }),
    );
  });
});

/** The definition, not optimized. */
function levenshtein(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length;
  const [a, b] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return levenshtein(a, b);
  return 1 + Math.min(levenshtein(a, other), levenshtein(one, b), levenshtein(a, b));
}
