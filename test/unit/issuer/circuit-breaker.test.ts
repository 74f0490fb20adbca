import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../../src/issuer/circuit-breaker.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { issuerError } from '../../support/core/errors.ts';

const FAILED = issuerError('issuer_circuit_open', 'The server is left alone after repeated failures.');
const LIMITED = issuerError('issuer_throttled', 'Limited.');

function coolDown() {
  const clock = new FrozenClock();
  return { clock, coolDown: new CircuitBreaker(clock.read) };
}

function fail(coolDown: CircuitBreaker, times: number): readonly number[] {
  return Array.from({ length: times }, () => coolDown.fail());
}

describe('a cool-down', () => {
  it('is over before it has begun', () => {
    const { coolDown: it } = coolDown();
    expect(() => it.assertClosed()).not.toThrow();
    expect(fail(it, 4)).toEqual([0, 0, 0, 0]);
    expect(() => it.assertClosed()).not.toThrow();
  });

  it('begins with the fifth failure in a row and ends on its own', () => {
    const { clock, coolDown: it } = coolDown();
    expect(fail(it, 5).at(-1)).toBe(2000);
    expect(() => it.assertClosed()).toThrow(FAILED);
    clock.advanceSeconds(1.999);
    expect(() => it.assertClosed()).toThrow(FAILED);
    clock.advanceSeconds(0.001);
    expect(() => it.assertClosed()).not.toThrow();
  });

  it('does not begin with four failures and a success', () => {
    const { coolDown: it } = coolDown();
    fail(it, 4);
    it.succeed();
    expect(fail(it, 4)).toEqual([0, 0, 0, 0]);
  });

  it('lasts 30 s at most, whoever asks for how much', () => {
    const { clock, coolDown: it } = coolDown();
    expect(it.throttle(3_600_000, 'Limited.')).toBe(30_000);
    clock.advanceSeconds(30);
    expect(() => it.assertClosed()).not.toThrow();
  });

  it('doubles with each failure after one, up to 30 s', () => {
    const { clock, coolDown: it } = coolDown();
    fail(it, 4);
    const durations = Array.from({ length: 6 }, () => {
      const durationMs = it.fail();
      clock.advanceSeconds(durationMs / 1000);
      return durationMs;
    });
    expect(durations).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('is the shortest for many calls that fail together', () => {
    const { clock, coolDown: it } = coolDown();
    expect(fail(it, 100).filter((durationMs) => durationMs > 0)).toEqual([2000]);
    clock.advanceSeconds(2);
    expect(() => it.assertClosed()).not.toThrow();
    expect(fail(it, 100).filter((durationMs) => durationMs > 0)).toEqual([4000]);
  });

  it('by a rate limit says so, for as long as was asked', () => {
    const { clock, coolDown: it } = coolDown();
    expect(it.throttle(1500, 'Limited.')).toBe(1500);
    expect(() => it.assertClosed()).toThrow(LIMITED);
    clock.advanceSeconds(1.5);
    expect(() => it.assertClosed()).not.toThrow();
    expect(it.throttle(0, 'Limited.')).toBe(0);
    expect(() => it.assertClosed()).not.toThrow();
  });

  it('is not cut short, nor given another reason, by a call that ends during it', () => {
    const { coolDown: it } = coolDown();
    it.throttle(20_000, 'Limited.');
    expect(fail(it, 5).at(-1)).toBe(0);
    expect(() => it.assertClosed()).toThrow(LIMITED);
  });
});
