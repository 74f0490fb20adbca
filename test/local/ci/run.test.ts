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

/** Runs `.ci/run` with an `npm` that notes its arguments and then does what the script says. */
async function ci(script: string) {
  const npm = join(directory, 'npm');
  await writeFile(npm, `#!/bin/sh\necho "$*" >> "${directory}/calls"\n${script}\n`);
  await chmod(npm, 0o755);
  const environment = { PATH: `${directory}:/usr/bin:/bin`, TMPDIR: directory };
  const { exitCode, output } = await run({ file: join(PROJECT_DIRECTORY, '.ci', 'run'), args: [], environment });
  const calls = (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
  return { exitCode, calls, lines: output.trim().split('\n') };
}

const summaries = (lines: readonly string[]) => lines.filter((line) => /^\d+ passed/.test(line));

/** Writes the totals of a run for each command that runs tests. */
const TESTS = 'case "$*" in *test*) echo "10 0 0" >> "$TEST_TOTALS";; esac';

describe('the continuous integration', () => {
  it('installs, checks, and runs every test here, then the unit and local tests on Node 24', async () => {
    const { exitCode, calls, lines } = await ci(TESTS);
    expect(calls).toEqual([
      'ci',
      'run lint',
      'run types',
      'run dead-code',
      'test',
      'run test:node24 -- --project unit --coverage',
      'run test:node24 -- --project local',
    ]);
    expect(lines.at(-1)).toBe('30 passed, 0 failed');
    expect(summaries(lines)).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  it('adds up failed and skipped tests, and goes on after a failure', async () => {
    const script = `${TESTS}\n[ "$*" = test ] && { echo "5 2 3" >> "$TEST_TOTALS"; exit 1; }; exit 0`;
    const { exitCode, calls, lines } = await ci(script);
    expect(lines.at(-1)).toBe('35 passed, 2 failed, 3 skipped');
    expect(lines).toContain('=== FAILED: npm test');
    expect(calls).toHaveLength(7);
    expect(exitCode).toBe(1);
  });

  it('counts a step that fails without a failed test as one failure', async () => {
    const { exitCode, lines } = await ci(`${TESTS}\n[ "$*" != "run lint" ]`);
    expect(lines.at(-1)).toBe('30 passed, 1 failed');
    expect(lines).toContain('=== FAILED: npm run lint');
    expect(exitCode).toBe(1);
  });

  it('does nothing more if the dependencies cannot be installed', async () => {
    const { exitCode, calls, lines } = await ci('exit 1');
    expect(calls).toEqual(['ci']);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(exitCode).toBe(1);
  });
});
