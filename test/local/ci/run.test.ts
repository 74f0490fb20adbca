import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { run } from '../../../local/deployment/child-process.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ci-test-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs a script of `.ci` with an `npm` that records its arguments and then runs the given shell code. */
async function ci(script: 'run' | 'release', npmDoes: string, settings: Readonly<Record<string, string>> = {}) {
  const npm = join(directory, 'npm');
  await writeFile(npm, `#!/bin/sh\necho "$*" >> "${directory}/calls"\n${npmDoes}\n`);
  await chmod(npm, 0o755);
  const environment = { PATH: `${directory}:/usr/bin:/bin`, TMPDIR: directory, ...settings };
  const { exitCode, output } = await run({ file: join(PROJECT_DIRECTORY, '.ci', script), args: [], environment });
  const calls = (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
  return { exitCode, calls, lines: output.trim().split('\n') };
}

const summaries = (lines: readonly string[]) => lines.filter((line) => /^\d+ passed/.test(line));

/** Writes the totals of a run for each command that runs tests. */
const TESTS = 'case "$*" in *test*) echo "10 0 0" >> "$TEST_TOTALS";; esac';

describe('the continuous integration', () => {
  it('installs, runs the static check and every test, then the release run', async () => {
    const { exitCode, calls, lines } = await ci('run', TESTS);
    expect(calls).toEqual([
      'ci',
      'run lint',
      'run types',
      'run dead-code',
      'run duplicates',
      'run templates',
      'test',
      'run test:release',
    ]);
    expect(lines.at(-1)).toBe('20 passed, 0 failed');
    expect(summaries(lines)).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  it('adds up failed and skipped tests and continues after a failure', async () => {
    const npmDoes = `${TESTS}\n[ "$*" = test ] && { echo "5 2 3" >> "$TEST_TOTALS"; exit 1; }; exit 0`;
    const { exitCode, calls, lines } = await ci('run', npmDoes);
    expect(lines.at(-1)).toBe('25 passed, 2 failed, 3 skipped');
    expect(lines).toContain('=== FAILED: npm test');
    expect(calls).toHaveLength(8);
    expect(exitCode).toBe(1);
  });

  it('counts a step that fails without a failed test as one failure', async () => {
    const { exitCode, lines } = await ci('run', `${TESTS}\n[ "$*" != "run lint" ]`);
    expect(lines.at(-1)).toBe('20 passed, 1 failed');
    expect(lines).toContain('=== FAILED: npm run lint');
    expect(exitCode).toBe(1);
  });

  it('stops if the dependencies cannot be installed', async () => {
    const { exitCode, calls, lines } = await ci('run', 'exit 1');
    expect(calls).toEqual(['ci']);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(exitCode).toBe(1);
  });
});

describe('the release run', () => {
  it('runs the unit and local tests on Node 24, the tests of the package and the long fuzz tests', async () => {
    const { exitCode, calls, lines } = await ci('release', TESTS);
    expect(calls).toEqual([
      'run test:node24 -- --project unit --coverage',
      'run test:node24 -- --project local',
      'run test:package',
      'run fuzz -- --only handler --cases 20000',
      'run fuzz -- --only cache --cases 20000',
      'run fuzz -- --only proxy --cases 20000',
      'run fuzz -- --only races --cases 300',
    ]);
    expect(lines[0]).toContain('about 25 minutes');
    expect(lines.at(-1)).toBe('34 passed, 0 failed');
    expect(exitCode).toBe(0);
  });

  it('adds its totals and failures to those of the run that started it', async () => {
    const totals = join(directory, 'totals');
    await writeFile(totals, '7 1 0\n');
    const { exitCode, lines } = await ci('release', `${TESTS}\ncase "$*" in *races*) exit 1;; esac`, {
      TEST_TOTALS: totals,
    });
    expect(summaries(lines)).toEqual([]);
    expect(await readFile(totals, 'utf8')).toBe(`7 1 0\n10 0 0\n10 0 0\n10 0 0\n${'1 0 0\n'.repeat(3)}0 1 0\n`);
    expect(exitCode).toBe(1);
  });

  it('runs as many fuzz cases as FUZZ_CASES says', async () => {
    const { calls } = await ci('release', TESTS, { FUZZ_CASES: '5' });
    expect(calls.filter((call) => call.includes('fuzz'))).toHaveLength(4);
    expect(calls.at(-1)).toBe('run fuzz -- --only races --cases 5');
  });

  it('fails even if the totals cannot be written', async () => {
    const settings = { TEST_TOTALS: join(directory, 'missing', 'totals') };
    expect(await ci('release', 'exit 1', settings)).toMatchObject({ exitCode: 1 });
  });

  it('passes even if a test of an earlier run has failed', async () => {
    const totals = join(directory, 'totals');
    await writeFile(totals, '7 1 0\n');
    expect(await ci('release', TESTS, { TEST_TOTALS: totals })).toMatchObject({ exitCode: 0 });
  });
});
