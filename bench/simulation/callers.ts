/** Who calls next, and when: independent callers, so that the time between two requests is exponential. */
import type { SeededRandom } from './random.ts';
import { requestsPerSecond, type Scenario } from './scenario.ts';

export interface Request {
  readonly caller: number;
  readonly path: number;
}

export class Callers {
  readonly #population: Scenario;
  readonly #random: SeededRandom;
  /** For `zipf`: the share of the requests that a caller and all before it send. */
  readonly #cumulative: Float64Array;

  constructor(population: Scenario, random: SeededRandom) {
    this.#population = population;
    this.#random = random;
    this.#cumulative = population.distribution === 'zipf' ? zipf(population.callers) : new Float64Array();
  }

  /** Milliseconds until the next request of any caller. */
  untilNextMs(): number {
    return this.#random.exponential(1000 / requestsPerSecond(this.#population));
  }

  next(): Request {
    const { callers, paths, distribution } = this.#population;
    const caller =
      distribution === 'uniform' ? this.#random.below(callers) : lowerBound(this.#cumulative, this.#random.next());
    return { caller, path: this.#random.below(paths) };
  }
}

function zipf(count: number): Float64Array {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += 1 / (rank + 1);
    cumulative[rank] = sum;
  }
  return cumulative.map((value) => value / sum);
}

/** The first index whose value is above. */
function lowerBound(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 1) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
