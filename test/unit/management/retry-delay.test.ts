import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RetryCircumstances, retryDelayMs } from '../../../src/management/retry-delay.ts';

const NOW_MS = Date.parse('2030-01-01T00:00:00Z');
const first: RetryCircumstances = { attempt: 1, isRepeatable: true, nowMs: NOW_MS };
const unrepeatable = { ...first, isRepeatable: false };

const delayAfter = (status: number, headers: Record<string, string> = {}, circumstances = first) =>
  retryDelayMs({ status, headers }, circumstances);

describe('a rate limit', () => {
  it('is obeyed as Retry-After says, in seconds or as a date', () => {
    expect(delayAfter(429, { 'retry-after': '7' })).toBe(7000);
    expect(delayAfter(429, { 'retry-after': 'Tue, 01 Jan 2030 00:00:09 GMT' })).toBe(9000);
  });

  it('is obeyed as x-ratelimit-reset says if there is no Retry-After', () => {
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 + 5) })).toBe(5000);
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 + 5), 'retry-after': '2' })).toBe(2000);
  });

  it('that has ended by now, or whose end cannot be read, is still given a moment', () => {
    expect(delayAfter(429, { 'retry-after': '0' })).toBe(1000);
    expect(delayAfter(429, { 'x-ratelimit-reset': String(NOW_MS / 1000 - 60) })).toBe(1000);
    expect(delayAfter(429, { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' })).toBe(500);
  });

  it('is waited out even by a request that must not be sent twice: it was not carried out', () => {
    expect(delayAfter(429, { 'retry-after': '3' }, unrepeatable)).toBe(3000);
  });

  it('that never ends is given up', () => {
    expect(delayAfter(429, { 'retry-after': '1' }, { ...first, attempt: 20 })).toBeUndefined();
  });
});

describe('a failure', () => {
  it.each([[500], [502], [503], [504], [408]])('with status %i is tried again after growing delays', (status) => {
    const delays = [1, 2, 3, 4].map((attempt) => delayAfter(status, {}, { ...first, attempt }));
    expect(delays).toEqual([500, 1000, 2000, undefined]);
  });

  it('without a response is tried again', () => {
    expect(retryDelayMs({}, first)).toBe(500);
  });

  it('is never tried again by a request that must not be sent twice', () => {
    expect(delayAfter(503, { 'retry-after': '1' }, unrepeatable)).toBeUndefined();
    expect(retryDelayMs({}, unrepeatable)).toBeUndefined();
  });

  it('that says when to come back is obeyed', () => {
    expect(delayAfter(503, { 'retry-after': '4' })).toBe(4000);
  });
});

it.each([[200], [204], [302], [400], [401], [403], [404], [409]])('the status %i stands', (status) => {
  expect(delayAfter(status, { 'retry-after': '1' })).toBeUndefined();
});

it('whatever the headers say, a delay is a number above zero', () => {
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
