/** Every number of `docs/scaling.md` can be repeated. `test/local/simulation` repeats those that take seconds. */
import { expect, it } from 'vitest';
import { findRate } from '../../bench/simulation/capacity.ts';
import { FULL, run } from '../../bench/simulation/experiments.ts';
import { readRecorded } from '../../bench/simulation/recorded.ts';

const STALE = 'Run "npm run simulate -- --write-docs".';
const { findings } = readRecorded();

it('the recorded loads, containers and TTLs are what the caches do now', async () => {
  const { capacities: _, ...now } = await run({ ...FULL, capacities: [] }, findings.seed, () => {});
  const { capacities: __, ...recorded } = findings;
  expect(now, STALE).toEqual(recorded);
}, 900_000);

it('the recorded numbers of callers bring the tenant close to its limit, and not above it', async () => {
  expect(findings.capacities.map(({ callers: _, ...question }) => question)).toEqual(FULL.capacities);
  for (const capacity of findings.capacities) {
    const share = (await findRate(capacity, findings.seed)) / capacity.limitPerSecond;
    expect(share, STALE).toBeLessThanOrEqual(1);
    expect(share, STALE).toBeGreaterThan(0.9);
  }
}, 900_000);
