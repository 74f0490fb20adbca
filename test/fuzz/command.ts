/** The command `npm run fuzz`: parses the command line, runs the fuzzes and reports the result. */
import { parseArgs } from 'node:util';
import type { Fuzz } from './fuzz.ts';

/** Exit codes; they are part of the interface and do not change. */
export const EXIT = { right: 0, wrongCase: 1, wrongCommandLine: 2 } as const;

export interface CommandOutput {
  readonly write: (line: string) => void;
  readonly writeError: (line: string) => void;
}

interface Settings {
  readonly cases: number;
  readonly seed: number;
  readonly only: string | undefined;
  readonly help: boolean;
}

const MAXIMUM_CASES = 1_000_000_000;
const MAXIMUM_SEED = 0x7fffffff;

/** @param randomSeed used if the command line gives no seed */
export async function fuzzCommand(
  parameters: readonly string[],
  fuzzers: readonly Fuzz[],
  { write, writeError }: CommandOutput,
  randomSeed: number,
): Promise<number> {
  try {
    const settings = settingsOf(parameters, randomSeed);
    if (settings.help) {
      write(helpFor(fuzzers));
      return EXIT.right;
    }
    return await runAll(settings, chosen(fuzzers, settings.only), { write, writeError });
  } catch (error) {
    writeError(`${messageOf(error)}\nRun "npm run fuzz -- --help" for the options.`);
    return EXIT.wrongCommandLine;
  }
}

async function runAll({ cases, seed }: Settings, fuzzers: readonly Fuzz[], { write, writeError }: CommandOutput) {
  for (const fuzz of fuzzers) {
    const startedAtMs = performance.now();
    write(`${fuzz.name}: ${cases} cases, seed ${seed}`);
    try {
      await fuzz.run({ cases, seed, report: write });
    } catch (error) {
      writeError(messageOf(error));
      return EXIT.wrongCase;
    }
    write(`${fuzz.name}: no wrong case found in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
  }
  return EXIT.right;
}

/** @throws Error if the command line is invalid */
function settingsOf(parameters: readonly string[], randomSeed: number): Settings {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      cases: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(randomSeed) },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    cases: wholeNumber('--cases', values.cases, 1, MAXIMUM_CASES),
    seed: wholeNumber('--seed', values.seed, 0, MAXIMUM_SEED),
    only: values.only,
    help: values.help,
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${option} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${most}.`);
}

function chosen(fuzzers: readonly Fuzz[], only: string | undefined): readonly Fuzz[] {
  const found = fuzzers.filter(({ name }) => only === undefined || name === only);
  if (found.length > 0) return found;
  throw new Error(`There is no fuzz ${JSON.stringify(only)}; expected one of ${namesOf(fuzzers)}.`);
}

const namesOf = (fuzzers: readonly Fuzz[]): string => fuzzers.map(({ name }) => name).join(', ');

function helpFor(fuzzers: readonly Fuzz[]): string {
  return [
    'Usage: npm run fuzz -- [--cases N] [--seed S] [--only NAME]',
    '',
    'Runs generated cases through the product and compares the outcomes with a plain model.',
    '',
    '  --cases N    how many cases each fuzz runs (10000)',
    '  --seed S     repeats an earlier run: the same seed makes the same cases (random)',
    `  --only NAME  runs one fuzz: ${namesOf(fuzzers)}`,
    '  --help       prints this',
    '',
    'Exit codes: 0 all cases are right, 1 a wrong case was found, 2 the command line is wrong.',
  ].join('\n');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
