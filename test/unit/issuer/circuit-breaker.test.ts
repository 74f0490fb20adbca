import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../../src/issuer/circuit-breaker.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { issuerError } from '../../support/core/errors.ts';

const FAILED = issuerError('issuer_circuit_open', 'Calls to the server are paused after repeated failures.');
const LIMITED = issuerError('issuer_throttled', 'Limited.');

function newBreaker() {
  const clock = new FrozenClock();
  return { clock, breaker: new CircuitBreaker(clock.read) };
}

function fail(breaker: CircuitBreaker, times: number): readonly number[] {
  return Array.from({ length: times }, () => breaker.fail());
}

describe('the circuit breaker', () => {
  it('is closed at first and after fewer than five failures', () => {
    const { breaker } = newBreaker();
    expect(() => breaker.assertClosed()).not.toThrow();
    expect(fail(breaker, 4)).toEqual([0, 0, 0, 0]);
    expect(() => breaker.assertClosed()).not.toThrow();
  });

  it('opens with the fifth failure in a row and closes after 2 s', () => {
    const { clock, breaker } = newBreaker();
    expect(fail(breaker, 5).at(-1)).toBe(2000);
    expect(() => breaker.assertClosed()).toThrow(FAILED);
    clock.advanceSeconds(1.999);
    expect(() => breaker.assertClosed()).toThrow(FAILED);
    clock.advanceSeconds(0.001);
    expect(() => breaker.assertClosed()).not.toThrow();
  });

  it('counts failures from zero after a success', () => {
    const { breaker } = newBreaker();
    fail(breaker, 4);
    breaker.succeed();
    expect(fail(breaker, 4)).toEqual([0, 0, 0, 0]);
  });

  it('stays open for 30 s at most, even if a rate limit lasts longer', () => {
    const { clock, breaker } = newBreaker();
    expect(breaker.throttle(3_600_000, 'Limited.')).toBe(30_000);
    clock.advanceSeconds(30);
    expect(() => breaker.assertClosed()).not.toThrow();
  });

  it('stays open twice as long after each further failure, up to 30 s', () => {
    const { clock, breaker } = newBreaker();
    fail(breaker, 4);
    const durations = Array.from({ length: 6 }, () => {
      const durationMs = breaker.fail();
      clock.advanceSeconds(durationMs / 1000);
      return durationMs;
    });
    expect(durations).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('counts concurrent failures as one once it is open', () => {
    const { clock, breaker } = newBreaker();
    expect(fail(breaker, 100).filter((durationMs) => durationMs > 0)).toEqual([2000]);
    clock.advanceSeconds(2);
    expect(() => breaker.assertClosed()).not.toThrow();
    expect(fail(breaker, 100).filter((durationMs) => durationMs > 0)).toEqual([4000]);
  });

  it('opens for the time that a rate limit lasts, with its message', () => {
    const { clock, breaker } = newBreaker();
    expect(breaker.throttle(1500, 'Limited.')).toBe(1500);
    expect(() => breaker.assertClosed()).toThrow(LIMITED);
    clock.advanceSeconds(1.5);
    expect(() => breaker.assertClosed()).not.toThrow();
    expect(breaker.throttle(0, 'Limited.')).toBe(0);
    expect(() => breaker.assertClosed()).not.toThrow();
  });

  it('keeps its time and its message when a call fails while it is open', () => {
    const { breaker } = newBreaker();
    breaker.throttle(20_000, 'Limited.');
    expect(fail(breaker, 5).at(-1)).toBe(0);
    expect(() => breaker.assertClosed()).toThrow(LIMITED);
  });
});
