/**
 * Measures contenders side by side: in every round each runs a batch, the order rotating, so that whatever else the
 * machine does hits all of them alike. Ratios are taken within a round; what is reported are medians over all rounds.
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
  /** To each contender by its subject; to itself it is 1. */
  readonly ratioTo: (subject: string) => number;
}

/** Runs all rounds after one that does not count. */
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

/** The middle one; of an even number, the upper of the two. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** What is synchronous is not awaited, since that would be counted too. */
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
