/** Runs one fuzz as a property: with a seed, with progress, and with the smallest wrong case that can be found. */
import fc from 'fast-check';
import type { FuzzOptions } from './fuzz.ts';

export interface Property<It> {
  readonly name: string;
  readonly cases: fc.Arbitrary<It>;
  /** Always run before the generated ones, as far as `--cases` allows. */
  readonly first?: readonly It[];
  /** How many cases one generated value stands for. @default 1 */
  readonly casesARun?: number;
  /** Everything that is wrong with a case; empty if it went right. */
  readonly faultsOf: (it: It) => Promise<readonly string[]>;
}

const PROGRESS_MS = 2000;

/**
 * Runs a property.
 *
 * @throws Error with the seed and the shrunk case, if one went wrong
 */
export async function runProperty<It>(
  { name, cases, first = [], casesARun = 1, faultsOf }: Property<It>,
  { cases: wanted, seed, report }: FuzzOptions,
): Promise<void> {
  let done = 0;
  let reportAtMs = performance.now() + PROGRESS_MS;
  const property = fc.asyncProperty(cases, async (it) => {
    const faults = await faultsOf(it);
    if (faults.length > 0) throw new Error(faults.join('; '));
    done += casesARun;
    if (performance.now() < reportAtMs) return;
    reportAtMs = performance.now() + PROGRESS_MS;
    report(`${name}: ${Math.min(done, wanted)} of ${wanted}`);
  });
  const examples = first.map((it): [It] => [it]);
  const details = await fc.check(property, { numRuns: Math.ceil(wanted / casesARun), seed, examples });
  if (!details.failed) return;
  const [counterexample] = details.counterexample ?? [];
  throw new Error(
    [
      `The ${name} fuzz found a wrong case, number ${details.numRuns} with the seed ${seed}:`,
      details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance),
      `The smallest such case: ${JSON.stringify(counterexample)}`,
      `To repeat: npm run fuzz -- --only ${name} --cases ${wanted} --seed ${seed}`,
    ].join('\n'),
  );
}
