/** The simulations behind `docs/scaling.md`, and their results. */
import { type Capacity, type CapacityQuestion, findCapacity } from './capacity.ts';
import { type Scenario, USUAL } from './scenario.ts';
import { type Result, simulate } from './simulate.ts';

export interface Measured {
  readonly scenario: Scenario;
  readonly result: Result;
}

/** The same load without and with the shared cache. */
export interface Pair {
  readonly without: Measured;
  readonly with: Measured;
}

export interface Findings {
  readonly seed: number;
  readonly loads: readonly Pair[];
  readonly containers: readonly Pair[];
  readonly ttls: readonly Pair[];
  readonly capacities: readonly Capacity[];
}

type Load = Omit<Scenario, 'isShared'>;

export interface Plan {
  readonly loads: readonly Load[];
  readonly containers: readonly Load[];
  readonly ttls: readonly Load[];
  readonly capacities: readonly CapacityQuestion[];
}

/** So that no container is ever busy, and no other one starts. */
const NO_TIME = { handler: 0, table: 0, issuer: 0, coldStart: 0 };
const TTLS = [0, 5, 60, 300, 3600];

/** All simulations. */
export const FULL: Plan = {
  loads: [
    load(300, 1),
    load(300, 5),
    load(3000, 1),
    load(3000, 5),
    { ...load(3000, 5), distribution: 'zipf' },
    load(30_000, 1),
    load(30_000, 5),
  ],
  containers: [1, 3, 10, 30, 100, 300, 1000].map((warmContainers) => ({
    ...load(300, 5),
    warmContainers,
    placement: 'spread',
    durationsMs: NO_TIME,
  })),
  ttls: [
    ...TTLS.map((cacheTtlSeconds) => ({ ...load(1000, 5), cacheTtlSeconds })),
    ...TTLS.map((gatewayTtlSeconds) => ({ ...load(1000, 5), gatewayTtlSeconds })),
  ],
  capacities: [5, 25, 100].flatMap((limitPerSecond) =>
    [1, 5].flatMap((paths) => [false, true].map((isShared) => ({ limitPerSecond, paths, isShared }))),
  ),
};

/** Those that take seconds. Their results are the same as in `FULL`. */
export const QUICK: Plan = {
  loads: FULL.loads.filter(({ callers }) => callers === 300),
  containers: FULL.containers.filter(({ warmContainers }) => warmContainers === 1 || warmContainers === 1000),
  ttls: [],
  capacities: [],
};

function load(callers: number, paths: number): Load {
  const { isShared: _, ...rest } = USUAL;
  return { ...rest, callers, paths };
}

/**
 * Runs a plan.
 *
 * @param progress called after each simulation, with how many are done and how many there are
 */
export async function run(plan: Plan, seed: number, progress: (done: number, all: number) => void): Promise<Findings> {
  const all = 2 * (plan.loads.length + plan.containers.length + plan.ttls.length) + plan.capacities.length;
  let done = 0;
  const count = <Value>(value: Value): Value => {
    done += 1;
    progress(done, all);
    return value;
  };
  const measure = async (scenario: Scenario) => count({ scenario, result: await simulate(scenario, seed) });
  const compare = async (common: Load) => ({
    without: await measure({ ...common, isShared: false }),
    with: await measure({ ...common, isShared: true }),
  });
  return {
    seed,
    loads: await inTurn(plan.loads, compare),
    containers: await inTurn(plan.containers, compare),
    ttls: await inTurn(plan.ttls, compare),
    capacities: await inTurn(plan.capacities, async (question) => count(await findCapacity(question, seed))),
  };
}

async function inTurn<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
