/**
 * Measures contenders side by side. Every contender runs one batch in each round, and the order rotates, so that other
 * work on the machine affects all of them equally. Ratios are computed within a round; the results are medians over all
 * rounds.
 */
import { performance } from 'node:perf_hooks';

export interface Contender {
  readonly subject: string;
  /** One operation. */
  readonly once: () => unknown;
}

export interface Plan {
  readonly rounds: number;
  /** Operations of one contender in one round. */
  readonly batch: number;
}

export interface Measurement {
  readonly subject: string;
  readonly medianMicroseconds: number;
  /** The ratio to the contender with this subject; 1 for the contender itself. */
  readonly ratioTo: (subject: string) => number;
}

/** Runs all rounds, after one warm-up round that is not counted. */
export async function measure(
  contenders: readonly Contender[],
  { rounds, batch }: Plan,
): Promise<readonly Measurement[]> {
  const samples = new Map<string, number[]>(contenders.map(({ subject }) => [subject, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { subject, once } of rotated(contenders, round)) {
      const microseconds = await timeBatch(once, batch);
      if (round >= 0) samples.get(subject)?.push(microseconds);
    }
  }
  return contenders.map(({ subject }) => describe(subject, samples));
}

/** Returns the middle number; of an even count, the upper of the two middle numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** Does not await synchronous results, since that would add to the measured time. */
async function timeBatch(once: () => unknown, batch: number): Promise<number> {
  const start = performance.now();
  for (let time = 0; time < batch; time += 1) {
    const result = once();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1000) / batch;
}

export function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = ((by % items.length) + items.length) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function describe(subject: string, samples: ReadonlyMap<string, readonly number[]>): Measurement {
  const own = samples.get(subject) ?? [];
  return {
    subject,
    medianMicroseconds: median(own),
    ratioTo: (other) => {
      const base = samples.get(other) ?? [];
      return median(own.map((value, round) => value / (base[round] ?? Number.NaN)));
    },
  };
}
