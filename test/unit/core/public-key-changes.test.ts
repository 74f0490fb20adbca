import { describe, expect, it } from 'vitest';
import { withoutPending, withPending, withRetired } from '../../../src/core/public-key-changes.ts';
import {
  keysInUse,
  type PublishedKey,
  parsePublicKeys,
  servedKeys,
  writePublicKeys,
} from '../../../src/core/public-key-document.ts';
import { NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';

function key(kid: string, exp?: number): PublishedKey {
  const own = { kty: 'RSA', kid, alg: 'RS256', use: 'sig', n: `n-${kid}`, e: 'AQAB', x5c: [`x5c-${kid}`] } as const;
  return exp === undefined ? own : { ...own, exp };
}

const [old, current, pending] = [key('old', NOW_SECONDS + 60), key('current'), key('pending')];

describe('the document of public keys', () => {
  it('has the pending key beside the current one, and those that are on their way out', () => {
    expect(withPending([current, old], [current, pending], NOW_MS)).toEqual([current, pending, old]);
    expect(withPending([current, pending, old], [current, pending], NOW_MS)).toEqual([current, pending, old]);
  });

  it('loses a key that is in nobody’s hands, and one whose time is over', () => {
    const late = NOW_MS + 60_000;
    expect(withPending([key('stray'), old], [current, pending], late)).toEqual([current, pending]);
  });

  it('gives what was current some more time, once', () => {
    const at = { exp: NOW_SECONDS + 360, nowMs: NOW_MS };
    const retired = withRetired([current, pending, old], pending, at);
    expect(retired).toEqual([pending, key('current', NOW_SECONDS + 360), old]);
    expect(withRetired(retired, pending, { exp: NOW_SECONDS + 999, nowMs: NOW_MS })).toEqual(retired);
  });

  it('takes back a key that was given up, though it had an end', () => {
    expect(withoutPending([current, pending, old], current, NOW_MS)).toEqual([current, old]);
    expect(withPending([current, key('pending', 1)], [current, pending], NOW_MS)).toEqual([current, pending]);
  });

  it('stays small, however often the key is changed', () => {
    const many = Array.from({ length: 9 }, (_, index) => key(`old-${index}`, NOW_SECONDS + 60));
    expect(withPending(many, [current, pending], NOW_MS)).toHaveLength(4);
  });

  it('is read as it was written, ends and all', () => {
    const read = parsePublicKeys(writePublicKeys([current, old]));
    expect(read).toEqual([current, old]);
    expect(keysInUse(read)).toEqual([current]);
    expect(servedKeys(read, NOW_MS + 59_999)).toEqual([current, old]);
    expect(servedKeys(read, NOW_MS + 60_000)).toEqual([current]);
  });

  it('with an end that is no number is refused', () => {
    const text = JSON.stringify({ keys: [{ ...current, exp: 'soon' }] });
    expect(() => parsePublicKeys(text)).toThrow('holds a key with an "exp" that is no number');
  });
});
