/**
 * The numbers of `docs/scaling.md` can be repeated, except the largest ones, which take minutes each. `test/local/simulation` repeats those
 * that take seconds.
 */
import { expect, it } from 'vitest';
import { findRate } from '../../bench/simulation/capacity.ts';
import { FULL, run } from '../../bench/simulation/experiments.ts';
import { readRecorded } from '../../bench/simulation/recorded.ts';

const STALE = 'Run "npm run simulate -- --write-docs".';
const { findings } = readRecorded();

const isSmall = ({ callers }: { readonly callers: number }) => callers < 30_000;

it('the recorded loads, containers and TTLs are what the caches do now', async () => {
  const plan = { ...FULL, loads: FULL.loads.filter(isSmall), capacities: [] };
  const loads = findings.loads.filter((pair) => isSmall(pair.with.scenario));
  expect(await run(plan, findings.seed, () => {}), STALE).toEqual({ ...findings, loads, capacities: [] });
}, 600_000);

it('the recorded numbers of callers bring the tenant close to its limit, and not above it', async () => {
  expect(findings.capacities.map(({ callers: _, ...question }) => question)).toEqual(FULL.capacities);
  for (const capacity of findings.capacities.filter(({ limitPerSecond }) => limitPerSecond < 100)) {
    const share = (await findRate(capacity, findings.seed)) / capacity.limitPerSecond;
    expect(share, STALE).toBeLessThanOrEqual(1);
    expect(share, STALE).toBeGreaterThan(0.9);
  }
}, 600_000);
