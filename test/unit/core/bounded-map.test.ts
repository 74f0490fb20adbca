import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../../src/core/bounded-map.ts';

describe('BoundedMap', () => {
  it('drops the oldest entry when it is full', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 2, 3]);
  });

  it('treats an entry that is set again as its youngest and drops none for it', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 4);
    expect([map.get('a'), map.get('b')]).toEqual([4, 2]);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([4, undefined, 3]);
  });

  it('has room again after a deletion', () => {
    const map = new BoundedMap<string, number>(1);
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
    map.set('b', 2);
    expect(map.get('b')).toBe(2);
  });

  it('stores nothing if its maximum is 0', () => {
    const map = new BoundedMap<string, number>(0);
    map.set('a', 1);
    expect(map.get('a')).toBeUndefined();
  });
});
