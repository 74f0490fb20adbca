import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RetryCircumstances, retryDelayMs } from '../../../src/management/retry-delay.ts';

const NOW_MS = Date.parse('2030-01-01T00:00:00Z');
const first: RetryCircumstances = { attempt: 1, isRepeatable: true, nowMs: NOW_MS };
const unrepeatable = { ...first, isRepeatable: false };

const delayAfter = (status: number, headers: Record<string, string> = {}, circumstances = first) =>
  retryDelayMs({ status, headers }, circumstances);

describe('the delay after a rate limit', () => {
  it('follows Retry-After, in seconds or as a date', () => {
    expect(delayAfter(429, { 'retry-after': '7' })).toBe(7000);
    expect(delayAfter(429, { 'retry-after': 'Tue, 01 Jan 2030 00:00:09 GMT' })).toBe(9000);
  });

  it('follows x-ratelimit-reset if there is no Retry-After', () => {
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 + 5) })).toBe(5000);
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 + 5), 'retry-after': '2' })).toBe(2000);
  });

  it('has a minimum if the limit has ended by now or its end is unreadable', () => {
    expect(delayAfter(429, { 'retry-after': '0' })).toBe(1000);
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 - 60) })).toBe(1000);
    expect(delayAfter(429, { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' })).toBe(500);
  });

  it('also applies to a request that must not be sent twice, since it was not carried out', () => {
    expect(delayAfter(429, { 'retry-after': '3' }, unrepeatable)).toBe(3000);
  });

  it('is undefined if the limit never ends', () => {
    expect(delayAfter(429, { 'retry-after': '1' }, { ...first, attempt: 20 })).toBeUndefined();
  });
});

describe('the delay after a failure', () => {
  it.each([[500], [502], [503], [504], [408]])('grows with each attempt after status %i', (status) => {
    const delays = [1, 2, 3, 4].map((attempt) => delayAfter(status, {}, { ...first, attempt }));
    expect(delays).toEqual([500, 1000, 2000, undefined]);
  });

  it('applies if there was no response', () => {
    expect(retryDelayMs({}, first)).toBe(500);
  });

  it('is undefined for a request that must not be sent twice', () => {
    expect(delayAfter(503, { 'retry-after': '1' }, unrepeatable)).toBeUndefined();
    expect(retryDelayMs({}, unrepeatable)).toBeUndefined();
  });

  it('follows Retry-After', () => {
    expect(delayAfter(503, { 'retry-after': '4' })).toBe(4000);
  });
});

it.each([[200], [204], [302], [400], [401], [403], [404], [409]])(
  'retryDelayMs returns no delay for the status %i',
  (status) => {
    expect(delayAfter(status, { 'retry-after': '1' })).toBeUndefined();
  },
);

it('retryDelayMs returns no delay or one above zero, for any headers', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(429, 503),
      fc.stringMatching(/^[\x21-\x7e]*$/),
      fc.integer({ min: 1, max: 30 }),
      (status, text, attempt) => {
        const delay = delayAfter(status, { 'retry-after': text, 'x-ratelimit-reset': text }, { ...first, attempt });
        expect(delay === undefined || delay > 0).toBe(true);
      },
    ),
  );
});
