import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lintTemplates } from '../../support/infra/lint-templates.ts';

let directory: string;
let reports: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lint-test-'));
  await Promise.all(['bin', 'templates'].map((name) => mkdir(join(directory, name))));
  await writeFile(join(directory, 'templates', 'a.json'), '{}');
  reports = [];
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Puts a `python3` on the path that "installs" a cfn-lint with this script. */
async function cfnLint(script: string): Promise<void> {
  const program = `#!/bin/sh\\n${script}\\n`;
  const make = `mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && printf '${program}' > "$3/bin/cfn-lint" && chmod +x "$3/bin/cfn-lint"`;
  const file = join(directory, 'bin', 'python3');
  await writeFile(file, `#!/bin/sh\nif [ "$2" = venv ]; then ${make}; exit; fi\n`);
  await chmod(file, 0o755);
}

const lint = (environment: Readonly<Record<string, string>> = {}) =>
  lintTemplates(join(directory, 'templates'), {
    projectDirectory: directory,
    environment: { PATH: `${join(directory, 'bin')}:/bin`, ...environment },
    report: (line) => reports.push(line),
  });

describe('the check of the templates', () => {
  it('passes if cfn-lint finds nothing', async () => {
    await cfnLint('exit 0');
    expect(await lint()).toBe(0);
    expect(reports.at(-1)).toBe('cfn-lint checked 1 templates.');
  });

  it('fails at any finding, and shows it', async () => {
    await cfnLint('echo I3011 missing; exit 8');
    expect(await lint()).toBe(1);
    expect(reports.at(-1)).toContain('I3011 missing');
  });

  it.each([
    [{}, 0],
    [{ CI: 'true' }, 1],
  ])('says that it is skipped without Python, which is an error with CI=true: %j', async (environment, exitCode) => {
    expect(await lint({ PATH: join(directory, 'empty'), ...environment })).toBe(exitCode);
    expect(reports).toEqual([
      'TEMPLATES NOT CHECKED by cfn-lint: Python 3 is missing. Install python3, 3.10 or newer, with venv.',
    ]);
  });
});
