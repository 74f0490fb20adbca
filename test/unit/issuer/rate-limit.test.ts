import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNearlyUsedUp, rateLimitOf, retryAfterMs } from '../../../src/issuer/rate-limit.ts';
import { NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';

const headers = (limit: string, remaining: string, reset = String(NOW_SECONDS)) => ({
  'x-ratelimit-limit': limit,
  'x-ratelimit-remaining': remaining,
  'x-ratelimit-reset': reset,
});

describe('the rate limit in the headers', () => {
  it('is read from the three headers together', () => {
    expect(rateLimitOf(headers('300', '7'))).toEqual({ limit: 300, remaining: 7, resetsAtMs: NOW_MS });
  });

  it.each([
    {},
    { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '7' },
    headers('300', '-1'),
    headers('', '7'),
    headers('300', '7, 7'),
    headers('300', '7', 'Thu, 15 Jan 2026 12:00:00 GMT'),
    headers('1e3', '7'),
    headers('3000000000000', '7'),
  ])('is unknown if one of them is missing or is not a whole number: %j', (values) => {
    expect(rateLimitOf(values)).toBeUndefined();
  });

  it.each([
    [100, 10, false],
    [100, 9, true],
    [100, 0, true],
    [5, 1, false],
    [5, 0, true],
    [0, 0, false],
  ])('is reported as nearly used up or not: limit %i, remaining %i, %s', (limit, remaining, isUp) => {
    expect(isNearlyUsedUp({ limit, remaining, resetsAtMs: NOW_MS })).toBe(isUp);
  });
});

describe('the delay of a 429', () => {
  it.each([
    ['Retry-After', { 'retry-after': '7' }, 7000],
    ['Retry-After before the reset', { 'retry-after': '0', ...headers('1', '0', String(NOW_SECONDS + 9)) }, 0],
    ['the reset', headers('1', '0', String(NOW_SECONDS + 9)), 9000],
    ['a reset in the past', headers('1', '0', String(NOW_SECONDS - 9)), 0],
    ['no header', {}, 1000],
    ['a date', { 'retry-after': new Date(NOW_MS + 7000).toUTCString() }, 7000],
    ['an unreadable value', { 'retry-after': 'soon' }, 1000],
  ])('is determined by %s', (_, values, milliseconds) => {
    expect(retryAfterMs(values, NOW_MS)).toBe(milliseconds);
  });

  it('is a number of milliseconds that is not negative, for any headers', () => {
    const value = fc.option(fc.oneof(fc.string(), fc.integer().map(String)), { nil: undefined });
    fc.assert(
      fc.property(value, value, (after, reset) => {
        const values = { 'retry-after': after, 'x-ratelimit-reset': reset };
        expect(retryAfterMs(values, NOW_MS)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
