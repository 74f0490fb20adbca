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
    ['a scheme that is not at the start', 'proxy/http://y', 'proxy/http://z', 'proxy/y'],
    ['slashes that are not at the end', 'a//b', 'a//c', 'ab'],
  ])('counts %s like any other letters', (_what, wanted, nearer, farther) => {
    expect(nearestNames(wanted, [farther, nearer])).toEqual([nearer, farther]);
  });

  it('ignores any number of final slashes', () => {
    expect(nearestNames('a', ['ab', 'a///'])).toEqual(['a///', 'ab']);
  });

  it('returns at most three names, or as many as requested', () => {
    expect(nearestNames('a', ['b', 'c', 'd', 'e'])).toHaveLength(3);
    expect(nearestNames('a', ['b', 'c', 'd', 'e'], 1)).toEqual(['b']);
    expect(nearestNames('a', [])).toEqual([]);
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

  it('orders names by their Levenshtein distance, and equally near names alphabetically', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, fc.uniqueArray(word, { maxLength: 6 }), (wanted, names) => {
        const distances = new Map(names.map((name) => [name, levenshtein(wanted, name)]));
        const expected = [...names].sort().sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
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
