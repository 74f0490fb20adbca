import { describe, expect, it } from 'vitest';
import { findChromium } from '../../support/browser/find-chromium.ts';

interface Machine {
  readonly executables?: readonly string[];
  /** What `apt-get install` adds. */
  readonly installs?: readonly string[];
  /** The installation works only after `apt-get update`. */
  readonly needsUpdate?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly userId?: number;
  readonly programs?: readonly string[];
}

function machine({ executables = [], installs, needsUpdate = false, environment = {}, ...others }: Machine) {
  const { userId = 0, programs = ['apt-get', 'sudo'] } = others;
  const present = new Set(executables);
  const commands: string[] = [];
  let isUpdated = !needsUpdate;
  const runProgram = async (file: string, args: readonly string[]) => {
    if (!programs.includes(file)) throw new Error('ENOENT');
    commands.push([file, ...args].join(' '));
    if (args.includes('update')) isUpdated = true;
    const isInstalled = args.includes('install') && isUpdated && installs !== undefined;
    if (isInstalled) for (const path of installs) present.add(path);
    const output = isInstalled ? 'done\n' : 'reading\nE: Unable to locate package chromium\n';
    return { exitCode: isInstalled || args.includes('update') ? 0 : 100, output };
  };
  const isExecutable = async (path: string) => present.has(path);
  return { commands, ports: { environment, isExecutable, runProgram, userId, report: () => {} } };
}

const INSTALL = 'apt-get install -y --no-install-recommends chromium';
const FIX = 'Install Chromium, or set CHROMIUM_PATH to its executable.';

describe('the search for Chromium', () => {
  it('uses the one that CHROMIUM_PATH names', async () => {
    const { ports, commands } = machine({
      executables: ['/usr/bin/chromium', '/opt/chromium'],
      environment: { CHROMIUM_PATH: '/opt/chromium' },
    });
    expect(await findChromium(ports)).toBe('/opt/chromium');
    expect(commands).toEqual([]);
  });

  it('never replaces one that CHROMIUM_PATH names wrongly', async () => {
    const { ports } = machine({ executables: ['/usr/bin/chromium'], environment: { CHROMIUM_PATH: '/opt/none' } });
    await expect(findChromium(ports)).rejects.toThrow(
      `CHROMIUM_PATH names /opt/none, which is not an executable file. ${FIX}`,
    );
  });

  it('uses one at a usual path, and installs nothing', async () => {
    const { ports, commands } = machine({ executables: ['/usr/bin/google-chrome'] });
    expect(await findChromium(ports)).toBe('/usr/bin/google-chrome');
    expect(commands).toEqual([]);
  });

  it('installs one as root', async () => {
    const { ports, commands } = machine({ installs: ['/usr/bin/chromium'] });
    expect(await findChromium(ports)).toBe('/usr/bin/chromium');
    expect(commands).toEqual([INSTALL]);
  });

  it('installs one by sudo without a question, and updates old lists of packages', async () => {
    const { ports, commands } = machine({ installs: ['/usr/bin/chromium'], userId: 1000, needsUpdate: true });
    expect(await findChromium(ports)).toBe('/usr/bin/chromium');
    expect(commands).toEqual([`sudo -n ${INSTALL}`, 'sudo -n apt-get update', `sudo -n ${INSTALL}`]);
  });

  it('says what is missing where there is no apt-get', async () => {
    const { ports } = machine({ programs: [] });
    await expect(findChromium(ports)).rejects.toThrow(`There is no Chromium, and no apt-get to install it. ${FIX}`);
  });

  it('says why apt-get failed, in one line', async () => {
    const { ports } = machine({});
    await expect(findChromium(ports)).rejects.toThrow(
      `apt-get cannot install Chromium: E: Unable to locate package chromium. ${FIX}`,
    );
  });

  it('notices that the package put it elsewhere', async () => {
    const { ports } = machine({ installs: ['/elsewhere'] });
    await expect(findChromium(ports)).rejects.toThrow(`apt-get installed no Chromium where it is expected. ${FIX}`);
  });
});
