import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installMinistack, MINISTACK_VERSION } from '../../../local/deployment/ministack-install.ts';

const REPORT = `Installing the AWS emulator (MiniStack ${MINISTACK_VERSION} from PyPI), once …`;

let directory: string;
let reports: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'install-test-'));
  reports = [];
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Puts a `python3` on the path that does as it is told: `$1` is `-c` for the check, `-m` for all else. */
async function python(script: string): Promise<void> {
  const file = join(directory, 'bin', 'python3');
  await mkdir(join(directory, 'bin'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** A virtual environment is made by a copy of the same script. */
const MAKE = 'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi';

function install(signal?: AbortSignal) {
  return installMinistack({
    projectDirectory: directory,
    environment: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin` },
    report: (line) => reports.push(line),
    signal,
  });
}

describe('the emulator', () => {
  it('is installed once', async () => {
    await python(`${MAKE}\nexit 0`);
    const file = await install();
    expect(file).toBe(join(directory, `node_modules/.cache/ministack-${MINISTACK_VERSION}/bin/ministack`));
    await python('exit 1');
    expect(await install()).toBe(file);
    expect(reports).toEqual([REPORT]);
  });

  it('is installed anew where that was interrupted', async () => {
    const stale = join(directory, 'node_modules', '.cache', `ministack-${MINISTACK_VERSION}`);
    await mkdir(stale, { recursive: true });
    await writeFile(join(stale, 'half'), '');
    await python(`${MAKE}\nexit 0`);
    await install();
    expect((await readdir(stale)).sort()).toEqual(['bin', 'complete']);
  });

  it.each([
    ['exit 3', 'Python is older than 3.10. Install a newer python3.'],
    ['exit 1', 'Python lacks venv. Install it (Debian, Ubuntu: python3-venv).'],
    ['[ "$1" = -c ] && exit 0; echo no space left; exit 1', 'No virtual environment could be made: no space left'],
    [
      `${MAKE}\n[ "$1" = -c ] && exit 0; echo a; echo no index; exit 1`,
      'MiniStack could not be installed from PyPI: no index',
    ],
  ])('says in one line why it cannot be had: %s', async (script, message) => {
    await python(script);
    await expect(install()).rejects.toThrow(message);
  });

  it('is left at once if that is wished, with all that pip has started', async () => {
    const interruption = new AbortController();
    await python(`${MAKE}\n[ "$1" = -c ] && exit 0; touch "${directory}/begun"; sleep 60; touch "${directory}/ended"`);
    const installation = install(interruption.signal);
    while (!(await readdir(directory)).includes('begun')) await sleep(10);
    interruption.abort(new Error('Ended at once.'));
    await expect(installation).rejects.toThrow('Ended at once.');
    expect(await readdir(directory)).not.toContain('ended');
  });

  it('is not begun to be installed where that has been wished already', async () => {
    await python(`${MAKE}\n[ "$1" = -c ] && exit 0; sleep 60`);
    await expect(install(AbortSignal.abort(new Error('Ended at once.')))).rejects.toThrow('Ended at once.');
  });

  it('says that Python is missing', async () => {
    const environment = { PATH: join(directory, 'empty') };
    const missing = installMinistack({ projectDirectory: directory, environment, report: () => {} });
    await expect(missing).rejects.toThrow('Python 3 is missing. Install python3, 3.10 or newer, with venv.');
  });
});
