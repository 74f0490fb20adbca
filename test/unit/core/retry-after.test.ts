import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitWaitMs, retryAfterMs } from '../../../src/core/retry-after.ts';

const NOW_MS = Date.parse('1994-11-06T08:49:00Z');

const waitFor = (value: string) => retryAfterMs({ 'retry-after': value }, NOW_MS);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7000],
    ['007', 7000],
    ['999999999999', 999_999_999_999_000],
  ])('accepts seconds: %s', (value, milliseconds) => {
    expect(waitFor(value)).toBe(milliseconds);
  });

  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
  ])('accepts a date in the format of %s, always in GMT', (_format, value) => {
    expect(waitFor(value)).toBe(37_000);
  });

  it('returns no wait for a date in the past', () => {
    expect(waitFor('Sun, 06 Nov 1994 08:48:59 GMT')).toBe(0);
  });

  it.each([
    '',
    '-1',
    '1.5',
    '1e3',
    '7, 7',
    '1000000000000',
    'soon',
    'in 5 minutes',
    '2030-01-01T00:00:00Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    ' 7',
  ])('counts as absent if it is not readable: "%s"', (value) => {
    expect(waitFor(value)).toBeUndefined();
  });

  it('is optional', () => {
    expect(retryAfterMs({}, NOW_MS)).toBeUndefined();
  });

  it('accepts any second from now on, as a number or as a date', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (seconds) => {
        expect(waitFor(String(seconds))).toBe(seconds * 1000);
        expect(waitFor(new Date(NOW_MS + seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
  });

  it('returns a whole number of milliseconds, at least 0, or nothing, for any header', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map(String));
    fc.assert(
      fc.property(value, fc.nat(), (text, nowMs) => {
        const waitMs = retryAfterMs({ 'retry-after': text }, nowMs);
        expect(waitMs === undefined || (Number.isSafeInteger(waitMs) && waitMs >= 0)).toBe(true);
      }),
    );
  });
});

describe('a rate limit', () => {
  const reset = String(NOW_MS / 1000 + 9);

  it('lasts as long as Retry-After says, or else until it is reset', () => {
    expect(rateLimitWaitMs({ 'retry-after': '2', 'x-ratelimit-reset': reset }, NOW_MS)).toBe(2000);
    expect(rateLimitWaitMs({ 'retry-after': 'soon', 'x-ratelimit-reset': reset }, NOW_MS)).toBe(9000);
    expect(rateLimitWaitMs({ 'x-ratelimit-reset': reset }, NOW_MS)).toBe(9000);
  });

  it('causes no wait if it was reset before now', () => {
    expect(rateLimitWaitMs({ 'x-ratelimit-reset': '0' }, NOW_MS)).toBe(0);
  });

  it.each(['', '-1', 'later', '1e3', '1000000000000'])('has no known end with "%s"', (value) => {
    expect(rateLimitWaitMs({ 'x-ratelimit-reset': value }, NOW_MS)).toBeUndefined();
  });
});
