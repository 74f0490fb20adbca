/** Finds how many callers a tenant's rate limit carries, by bisection. */
import { type Scenario, USUAL } from './scenario.ts';
import { type Result, simulate } from './simulate.ts';

export interface CapacityQuestion {
  /** Introspections per second that the tenant allows. */
  readonly limitPerSecond: number;
  readonly paths: number;
  readonly isShared: boolean;
}

export type Capacity = CapacityQuestion & {
  /** The largest number of callers found, up to 3 percent too low. */
  readonly callers: number;
};

const TOLERANCE = 1.03;
const FIRST_CALLERS = 500;
const FIRST_STEP = 1.05;

export async function findCapacity(question: CapacityQuestion, seed: number): Promise<Capacity> {
  const { limitPerSecond } = question;
  const rateOf = (callers: number) => findRate({ ...question, callers }, seed);
  const guess = Math.round((FIRST_CALLERS * limitPerSecond) / (await rateOf(FIRST_CALLERS)));
  return { ...question, callers: await largest(guess, async (callers) => (await rateOf(callers)) <= limitPerSecond) };
}

/** How many introspections per second so many callers cause. */
export async function findRate({ callers, paths, isShared }: Capacity, seed: number): Promise<number> {
  const scenario: Scenario = { ...USUAL, callers, paths, isShared };
  return introspectionsPerSecond(await simulate(scenario, seed));
}

export function introspectionsPerSecond({ usage, seconds }: Pick<Result, 'usage' | 'seconds'>): number {
  return usage.introspections / seconds;
}

/**
 * Finds the largest number that fits, within the tolerance.
 *
 * @param guess where to begin
 * @param fits true for all numbers up to the one that is looked for, and for no larger one
 */
export async function largest(guess: number, fits: (number: number) => Promise<boolean>): Promise<number> {
  let low: number | undefined;
  let high: number | undefined;
  let next = guess;
  let step = FIRST_STEP;
  while (low === undefined || high === undefined || high / low > TOLERANCE) {
    if (await fits(next)) low = next;
    else high = next;
    if (low !== undefined && high !== undefined) next = Math.round((low + high) / 2);
    else next = low === undefined ? Math.floor(next / step) : Math.ceil(next * step);
    step *= step;
    // Between two neighbours there is nothing left to try.
    if (next === low || next === high) break;
  }
  return low ?? 0;
}
