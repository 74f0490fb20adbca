/** Runs a fuzz as a fast-check property: with a seed, with progress reports, and with a shrunk wrong case. */
import fc from 'fast-check';
import type { FuzzOptions } from './fuzz.ts';

export interface Property<Input> {
  readonly name: string;
  readonly cases: fc.Arbitrary<Input>;
  /** Run before the generated cases, as far as `--cases` allows. */
  readonly first?: readonly Input[];
  /** How many cases one generated value counts for. @default 1 */
  readonly casesPerRun?: number;
  /** Returns everything that is wrong with a case; empty if it is correct. */
  readonly faultsOf: (testCase: Input) => Promise<readonly string[]>;
}

const PROGRESS_MS = 2000;

/**
 * Runs a property.
 *
 * @throws Error with the seed and the shrunk case, if a case is wrong
 */
export async function runProperty<Input>(
  { name, cases, first = [], casesPerRun = 1, faultsOf }: Property<Input>,
  { cases: wanted, seed, report }: FuzzOptions,
): Promise<void> {
  let done = 0;
  let reportAtMs = performance.now() + PROGRESS_MS;
  const property = fc.asyncProperty(cases, async (testCase) => {
    const faults = await faultsOf(testCase);
    if (faults.length > 0) throw new Error(faults.join('; '));
    done += casesPerRun;
    if (performance.now() < reportAtMs) return;
    reportAtMs = performance.now() + PROGRESS_MS;
    report(`${name}: ${Math.min(done, wanted)} of ${wanted}`);
  });
  const examples = first.map((testCase): [Input] => [testCase]);
  const details = await fc.check(property, { numRuns: Math.ceil(wanted / casesPerRun), seed, examples });
  if (!details.failed) return;
  const [counterexample] = details.counterexample ?? [];
  throw new Error(
    [
      `The ${name} fuzz found a wrong case, number ${details.numRuns} with seed ${seed}:`,
      details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance),
      `The smallest wrong case: ${JSON.stringify(counterexample)}`,
      `To repeat: npm run fuzz -- --only ${name} --cases ${wanted} --seed ${seed}`,
    ].join('\n'),
  );
}
