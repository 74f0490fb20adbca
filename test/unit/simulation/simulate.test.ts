import { describe, expect, it } from 'vitest';
import { Callers } from '../../../bench/simulation/callers.ts';
import { largest } from '../../../bench/simulation/capacity.ts';
import { monthlyCost } from '../../../bench/simulation/prices.ts';
import { SeededRandom } from '../../../bench/simulation/random.ts';
import { type Scenario, USUAL } from '../../../bench/simulation/scenario.ts';
import { simulateBeginning } from '../../../bench/simulation/simulate.ts';
import { noUsage } from '../../../bench/simulation/usage.ts';

const FEW: Scenario = { ...USUAL, callers: 20, gatewayTtlSeconds: 0 };

function begin(changes: Partial<Scenario>, seed = 1, seconds = 600) {
  return simulateBeginning({ ...FEW, ...changes }, { seconds, seed });
}

describe('a simulation', () => {
  it('gives the same result for the same seed, and another for another', async () => {
    expect(await begin({}, 1)).toEqual(await begin({}, 1));
    expect(await begin({}, 2)).not.toEqual(await begin({}, 1));
  });

  it('introspects on every call of the authorizer without caches', async () => {
    const { usage } = await begin({ cacheTtlSeconds: 0, isShared: false });
    expect(usage.introspections).toBe(usage.authorizerCalls);
    expect(usage.authorizerCalls).toBe(usage.requests);
  });

  it('introspects each credential once while the shared entries last, however many containers there are', async () => {
    const load = { cacheTtlSeconds: 3600, warmContainers: 50, placement: 'spread' } as const;
    const shared = await begin(load);
    expect(shared.usage.introspections).toBe(FEW.callers);
    expect(shared.usage.cacheWrites).toBe(FEW.callers);
    const alone = await begin({ ...load, isShared: false });
    expect(alone.usage.introspections).toBeGreaterThan(6 * FEW.callers);
    expect(alone.usage.cacheReads).toBe(0);
  });

  it('calls the authorizer once while the gateway’s entry lasts, for each path', async () => {
    const { usage } = await begin({ gatewayTtlSeconds: 3600, paths: 2 }, 1, 3000);
    expect(usage.authorizerCalls).toBe(FEW.callers * 2);
    expect(usage.requests).toBeGreaterThan(1500);
  });

  it('charges for the time that a call takes', async () => {
    const { usage } = await begin({ cacheTtlSeconds: 0, isShared: false, warmContainers: 50 });
    expect(usage.containerStarts).toBe(0);
    const { handler, issuer } = USUAL.durationsMs;
    expect(Math.abs(usage.busyMs - usage.authorizerCalls * (handler + issuer))).toBeLessThanOrEqual(handler + issuer);
  });
});

describe('the callers', () => {
  it.each(['uniform', 'zipf'] as const)('call once a minute on average: %s', (distribution) => {
    const callers = new Callers({ ...USUAL, callers: 600, distribution }, new SeededRandom(1));
    let elapsedMs = 0;
    for (let request = 0; request < 10_000; request += 1) elapsedMs += callers.untilNextMs();
    expect(10_000 / (elapsedMs / 1000)).toBeCloseTo(10, 0);
  });

  it('call by Zipf’s law: the second half as often as the first', () => {
    const callers = new Callers({ ...USUAL, callers: 1000, distribution: 'zipf' }, new SeededRandom(1));
    const counts = new Map<number, number>();
    for (let request = 0; request < 50_000; request += 1) {
      const { caller } = callers.next();
      counts.set(caller, (counts.get(caller) ?? 0) + 1);
    }
    const [first = 0, second = 0, third = 0] = [0, 1, 2].map((caller) => counts.get(caller));
    expect(first / second).toBeCloseTo(2, 0);
    expect(first / third).toBeCloseTo(3, 0);
  });
});

describe('the search for the largest number', () => {
  it.each([
    [1, 1],
    [3, 100],
    [1000, 7],
    [1000, 990],
    [1000, 1000],
    [1000, 50_000],
  ])('finds %i from the guess %i, within three percent', async (limit, guess) => {
    const found = await largest(guess, async (number) => number <= limit);
    expect(found).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThanOrEqual(Math.floor(limit / 1.03));
  });
});

describe('the cost of a month', () => {
  it('is that of docs/cost.md for a million calls', () => {
    const usage = { ...noUsage(), authorizerCalls: 1e6, busyMs: 100 * 1e6 };
    const { authorizer, sharedState } = monthlyCost({ usage, seconds: 730 * 3600 });
    expect(authorizer).toBeCloseTo(1.52, 2);
    expect(sharedState).toBe(0);
  });

  it('counts reads of both tables, writes, and reads of the pepper', () => {
    const usage = { ...noUsage(), cacheReads: 6e6, markReads: 2e6, cacheWrites: 1e6, secretReads: 10_000 };
    expect(monthlyCost({ usage, seconds: 730 * 3600 }).sharedState).toBeCloseTo(1 + 0.625 + 0.05, 6);
    expect(monthlyCost({ usage, seconds: 73 * 3600 }).sharedState).toBeCloseTo(16.75, 6);
  });
});
