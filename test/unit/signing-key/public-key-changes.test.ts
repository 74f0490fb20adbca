import { describe, expect, it } from 'vitest';
import { type PublishedKeys, publishedFor } from '../../../src/signing-key/public-key-changes.ts';
import {
  keysInUse,
  type PublishedKey,
  parsePublicKeys,
  servedKeys,
  writePublicKeys,
} from '../../../src/signing-key/public-key-document.ts';
import { NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';

function key(kid: string, exp?: number): PublishedKey {
  const own = { kty: 'RSA', kid, alg: 'RS256', use: 'sig', n: `n-${kid}`, e: 'AQAB', x5c: [`x5c-${kid}`] } as const;
  return exp === undefined ? own : { ...own, exp };
}

const [old, current, pending] = [key('old', NOW_SECONDS + 60), key('current'), key('pending')];

const LATER = NOW_SECONDS + 360;

function published(before: readonly PublishedKey[], inUse: readonly PublishedKey[], more: Partial<PublishedKeys> = {}) {
  return publishedFor(before, { inUse, previousKid: undefined, retireAt: LATER, revoked: [], nowMs: NOW_MS, ...more });
}

describe('publishedFor', () => {
  it('lists the keys in use first and after them those that are being retired', () => {
    expect(published([current, old], [current, pending])).toEqual([current, pending, old]);
    expect(published([current, pending, old], [current, pending])).toEqual([current, pending, old]);
  });

  it('drops a key that no version holds and a key whose time is over', () => {
    expect(published([key('stray'), old], [current, pending], { nowMs: NOW_MS + 60_000 })).toEqual([current, pending]);
  });

  it('serves the previous current key for a fixed time', () => {
    const retired = published([current, pending, old], [pending], { previousKid: 'current' });
    expect(retired).toEqual([pending, key('current', LATER), old]);
    expect(published(retired, [pending], { previousKid: 'current', retireAt: LATER + 999 })).toEqual(retired);
  });

  it('drops a pending key that was given up and restores one that was being retired', () => {
    expect(published([current, pending, old], [current])).toEqual([current, old]);
    expect(published([current, key('pending', 1)], [current, pending])).toEqual([current, pending]);
  });

  it('never lists a revoked key, whether it was the previous one or was being retired', () => {
    const more = { previousKid: 'current', revoked: ['current', 'old'] };
    expect(published([current, old], [pending], more)).toEqual([pending]);
  });

  it('returns at most ten keys, however often the key is changed', () => {
    const many = Array.from({ length: 19 }, (_, index) => key(`old-${index}`, NOW_SECONDS + 60));
    expect(published(many, [current, pending])).toHaveLength(10);
  });

  it('keeps the keys and their expiry when written and parsed', () => {
    const read = parsePublicKeys(writePublicKeys([current, old]));
    expect(read).toEqual([current, old]);
    expect(keysInUse(read)).toEqual([current]);
    expect(servedKeys(read, NOW_MS + 59_999)).toEqual([current, old]);
    expect(servedKeys(read, NOW_MS + 60_000)).toEqual([current]);
  });

  it('refuses an expiry that is not a number', () => {
    const text = JSON.stringify({ keys: [{ ...current, exp: 'soon' }] });
    expect(() => parsePublicKeys(text)).toThrow('holds a key with an "exp" that is not a number');
  });
});
