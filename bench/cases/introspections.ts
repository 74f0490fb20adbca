/**
 * Introspections for a million requests, by the number of containers. It is counted, not timed: the real caches run with a simulated
 * clock. The floor asks about each credential once in a TTL.
 */
import type { Row } from '../row.ts';
import { atMost } from '../row.ts';
import { type Measured, QUICK, run } from '../simulation/experiments.ts';
import { requestsPerSecond, type Scenario } from '../simulation/scenario.ts';
import { introspectionsPerMillion } from '../simulation/tables.ts';

const PATH = 'introspections for a million requests';
const SEED = 1;

export async function introspections(): Promise<readonly Row[]> {
  const { containers } = await run({ ...QUICK, loads: [] }, SEED, () => undefined);
  const [first] = containers;
  const floor = first ? floorOf(first.with.scenario) : Number.NaN;
  return [
    { path: PATH, subject: 'floor: one for each credential and TTL', value: floor, unit: 'calls' },
    ...containers.flatMap((pair) => [rowOf(pair.with, floor), peerOf(pair.without, floor)]),
  ];
}

function floorOf(scenario: Scenario): number {
  return (scenario.callers / scenario.cacheTtlSeconds / requestsPerSecond(scenario)) * 1e6;
}

function rowOf(measured: Measured, floor: number): Row {
  const value = introspectionsPerMillion(measured);
  const subject = `ours, ${measured.scenario.warmContainers} containers`;
  return { ...rowBeside(subject, value, floor), aim: atMost(value / floor, 1.05, '× 1.05') };
}

function peerOf(measured: Measured, floor: number): Row {
  const subject = `without the shared cache, ${measured.scenario.warmContainers} containers`;
  return rowBeside(subject, introspectionsPerMillion(measured), floor);
}

function rowBeside(subject: string, value: number, floor: number): Row {
  return { path: PATH, subject, value, unit: 'calls', toFloor: { by: 'ratio', value: value / floor } };
}
