import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearestNames } from '../../../src/core/nearest-names.ts';

it.each([
  ['a final slash', 'https://demo.api', 'https://demo.api/'],
  ['a missing scheme', 'https://demo.api', 'demo.api'],
  ['case', 'https://demo.api', 'https://Demo.API'],
  ['a space', 'https://demo.api', ' https://demo.api'],
  ['a letter', 'https://demo.api', 'https://demo.apo'],
])('a name that differs by %s comes first', (_what, wanted, near) => {
  const names = ['https://far.example/', 'urn:other', near, 'https://demolition.app'];
  expect(nearestNames(wanted, names)[0]).toBe(near);
});

it('no more are answered than asked for', () => {
  expect(nearestNames('a', ['b', 'c', 'd', 'e'])).toHaveLength(3);
  expect(nearestNames('a', ['b', 'c', 'd', 'e'], 1)).toEqual(['b']);
  expect(nearestNames('a', [])).toEqual([]);
});

it('what is answered is always among the names, the nearest first whatever their order', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.string()), (wanted, names) => {
      const nearest = nearestNames(wanted, names, 2);
      expect(names).toEqual(expect.arrayContaining([...nearest]));
      expect(nearestNames(wanted, [...names].reverse(), 2)).toEqual(nearest);
    }),
  );
});
