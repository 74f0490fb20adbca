import { describe, expect, it } from 'vitest';
import { fuzzCommand } from '../../fuzz/command.ts';
import type { Fuzz, FuzzOptions } from '../../fuzz/fuzz.ts';

/**
 * Runs the command with two fuzzes. The first one succeeds; the second one finds a wrong case if it runs more than 100
 * cases.
 */
async function run(...parameters: readonly string[]) {
  const ran: (readonly [name: string, cases: number, seed: number])[] = [];
  const fuzz = (name: string, mostCases: number): Fuzz => ({
    name,
    run: async ({ cases, seed }: FuzzOptions) => {
      ran.push([name, cases, seed]);
      if (cases > mostCases) throw new Error(`The ${name} fuzz found a wrong case with seed ${seed}.`);
    },
  });
  const lines: string[] = [];
  const errors: string[] = [];
  const output = { write: (line: string) => lines.push(line), writeError: (line: string) => errors.push(line) };
  const code = await fuzzCommand(parameters, [fuzz('good', Number.POSITIVE_INFINITY), fuzz('bad', 100)], output, 42);
  return { code, ran, lines, errors };
}

describe('the fuzz command', () => {
  it('runs every fuzz with a random seed, which it prints, and exits with 0', async () => {
    const { code, ran, lines, errors } = await run('--cases', '100');
    expect(code).toBe(0);
    expect(ran).toEqual([
      ['good', 100, 42],
      ['bad', 100, 42],
    ]);
    expect(lines).toContain('good: 100 cases, seed 42');
    expect(errors).toEqual([]);
  });

  it('runs one fuzz with a given seed', async () => {
    const { code, ran } = await run('--only', 'bad', '--seed', '7', '--cases', '3');
    expect(code).toBe(0);
    expect(ran).toEqual([['bad', 3, 7]]);
  });

  it('exits with 1 and prints the wrong case', async () => {
    const { code, errors } = await run('--cases', '101', '--seed', '7');
    expect(code).toBe(1);
    expect(errors).toEqual(['The bad fuzz found a wrong case with seed 7.']);
  });

  it.each([
    [['--cases', '0'], '--cases is "0"; expected a whole number from 1 to 1000000000.'],
    [['--cases', 'many'], '--cases is "many"; expected a whole number from 1 to 1000000000.'],
    [['--seed', '-1'], 'seed'],
    [['--seed=1.5'], '--seed is "1.5"; expected a whole number from 0 to 2147483647.'],
    [['--only', 'ugly'], 'There is no fuzz "ugly"; expected one of good, bad.'],
    [['--what'], "Unknown option '--what'"],
    [['extra'], 'extra'],
  ])('exits with 2, runs nothing and prints the reason: %j', async (parameters, message) => {
    const { code, ran, errors } = await run(...parameters);
    expect(code).toBe(2);
    expect(ran).toEqual([]);
    expect(errors.join('\n')).toContain(message);
    expect(errors.join('\n')).toContain('npm run fuzz -- --help');
  });

  it('prints its help', async () => {
    const { code, ran, lines } = await run('--help');
    expect(code).toBe(0);
    expect(ran).toEqual([]);
    expect(lines.join('\n')).toContain('--only NAME  runs one fuzz: good, bad');
  });
});
