/** Finds Chromium for the tests of the pages. If there is none, it installs Debian's, which needs apt-get and root or sudo. */
import { access, constants } from 'node:fs/promises';
import { type Ended, run } from '../../../local/deployment/child-process.ts';

/** Thrown if there is no Chromium and none can be installed. The message is one line that says how to fix it. */
export class ChromiumUnavailable extends Error {}

export interface FindPorts {
  /** `CHROMIUM_PATH` may name the browser. apt-get inherits all of it, for its proxies. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isExecutable: (path: string) => Promise<boolean>;
  /** Rejects if there is no such program. */
  readonly runProgram: (file: string, args: readonly string[]) => Promise<Ended>;
  /** 0 is root. */
  readonly userId: number | undefined;
  /** Called at the start of each slow step. */
  readonly report: (line: string) => void;
}

const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FIX = 'Install Chromium, or set CHROMIUM_PATH to its executable.';
const INSTALL = ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'];
/** An installation takes about 20 seconds. It may have to wait for another one. */
const INSTALL_MS = 240_000;

/**
 * Makes sure that there is a Chromium.
 *
 * @returns its executable
 * @throws ChromiumUnavailable
 */
export async function findChromium(ports: FindPorts): Promise<string> {
  const { environment } = ports;
  const wanted = environment.CHROMIUM_PATH ?? '';
  if (wanted !== '') {
    if (await ports.isExecutable(wanted)) return wanted;
    throw new ChromiumUnavailable(`CHROMIUM_PATH names ${wanted}, which is not an executable file. ${FIX}`);
  }
  const found = await firstExecutable(ports);
  if (found !== undefined) return found;
  await install(ports);
  const installed = await firstExecutable(ports);
  if (installed !== undefined) return installed;
  throw new ChromiumUnavailable(`apt-get installed no Chromium where it is expected. ${FIX}`);
}

async function firstExecutable({ isExecutable }: FindPorts): Promise<string | undefined> {
  for (const path of PATHS) if (await isExecutable(path)) return path;
  return undefined;
}

async function install({ runProgram, userId, report }: FindPorts): Promise<void> {
  const asRoot = (command: readonly string[]) => (userId === 0 ? command : ['sudo', '-n', ...command]);
  const runAsRoot = async (command: readonly string[]) => {
    const [file = '', ...args] = asRoot(command);
    return runProgram(file, args).catch(() => {
      throw new ChromiumUnavailable(`There is no Chromium, and no ${file} to install it. ${FIX}`);
    });
  };
  report('Installing Chromium with apt-get, once …');
  if ((await runAsRoot(INSTALL)).exitCode === 0) return;
  // The lists of packages may be old or missing.
  await runAsRoot(['apt-get', 'update']);
  const ended = await runAsRoot(INSTALL);
  if (ended.exitCode === 0) return;
  throw new ChromiumUnavailable(`apt-get cannot install Chromium: ${lastLine(ended)}. ${FIX}`);
}

function lastLine({ output }: Ended): string {
  return output.trim().split('\n').at(-1) ?? '';
}

/** The ports of this machine. */
export function machinePorts(environment: Readonly<Record<string, string>>): FindPorts {
  const signal = AbortSignal.timeout(INSTALL_MS);
  return {
    environment,
    isExecutable: (path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    runProgram: (file, args) =>
      run({ file, args, environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive' }, signal }),
    userId: process.getuid?.(),
    report: (line) => process.stderr.write(`${line}\n`),
  };
}
