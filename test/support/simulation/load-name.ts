/** Names the load of two simulations, to find the recorded ones. */
import type { Pair } from '../../../bench/simulation/experiments.ts';

export function loadName({ with: { scenario } }: Pair): string {
  return JSON.stringify(scenario);
}
