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

/** Puts a fake `python3` on the path. Its first argument is `-c` for the version check and `-m` for everything else. */
async function python(script: string): Promise<void> {
  const file = join(directory, 'bin', 'python3');
  await mkdir(join(directory, 'bin'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** Fakes `python3 -m venv`: the virtual environment contains a copy of the same script. */
const MAKE = 'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi';

function install(signal?: AbortSignal) {
  return installMinistack({
    projectDirectory: directory,
    environment: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin` },
    report: (line) => reports.push(line),
    signal,
  });
}

describe('installMinistack', () => {
  it('installs the emulator once', async () => {
    await python(`${MAKE}\nexit 0`);
    const file = await install();
    expect(file).toBe(join(directory, `node_modules/.cache/ministack-${MINISTACK_VERSION}/bin/ministack`));
    await python('exit 1');
    expect(await install()).toBe(file);
    expect(reports).toEqual([REPORT]);
  });

  it('installs again after an interrupted installation', async () => {
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
    ['[ "$1" = -c ] && exit 0; echo no space left; exit 1', 'Cannot create a virtual environment: no space left'],
    [
      `${MAKE}\n[ "$1" = -c ] && exit 0; echo a; echo no index; exit 1`,
      `Cannot install ministack==${MINISTACK_VERSION} from PyPI: no index`,
    ],
  ])('reports in one line why it cannot install: %s', async (script, message) => {
    await python(script);
    await expect(install()).rejects.toThrow(message);
  });

  it('stops itself and every process that pip has started when the signal aborts', async () => {
    const interruption = new AbortController();
    await python(`${MAKE}\n[ "$1" = -c ] && exit 0; touch "${directory}/begun"; sleep 60; touch "${directory}/ended"`);
    const installation = install(interruption.signal);
    while (!(await readdir(directory)).includes('begun')) await sleep(10);
    interruption.abort(new Error('Ended at once.'));
    await expect(installation).rejects.toThrow('Ended at once.');
    expect(await readdir(directory)).not.toContain('ended');
  });

  it('does not start an installation if the signal has already aborted', async () => {
    await python(`${MAKE}\n[ "$1" = -c ] && exit 0; sleep 60`);
    await expect(install(AbortSignal.abort(new Error('Ended at once.')))).rejects.toThrow('Ended at once.');
  });

  it('reports that Python is missing', async () => {
    const environment = { PATH: join(directory, 'empty') };
    const missing = installMinistack({ projectDirectory: directory, environment, report: () => {} });
    await expect(missing).rejects.toThrow('Python 3 is missing. Install python3, 3.10 or newer, with venv.');
  });
});
