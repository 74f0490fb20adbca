/**
 * Installs the AWS emulator: a pinned version of MiniStack from PyPI, in its own virtual environment below
 * `node_modules`. A complete installation is used again.
 */
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Ended, run } from './child-process.ts';

export const MINISTACK_VERSION = '1.5.33';

/** Thrown if the emulator cannot be installed. The message is one line that says how to fix it. */
export class EmulatorUnavailable extends Error {}

export interface InstallOptions {
  /** The directory that contains `node_modules`. */
  readonly projectDirectory: string;
  /** Holds pip's settings, such as proxies. Only pip inherits the caller's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called at the start of each slow step. */
  readonly report: (line: string) => void;
  /** When it aborts, the current step ends. */
  readonly signal?: AbortSignal | undefined;
}

const PYTHON = 'python3';
const CHECK = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 3)';

/**
 * Makes sure that the emulator is installed.
 *
 * @returns the file that starts it
 * @throws EmulatorUnavailable, or the signal's reason
 */
export async function installMinistack(options: InstallOptions): Promise<string> {
  const cache = join(options.projectDirectory, 'node_modules', '.cache');
  const directory = join(cache, `ministack-${MINISTACK_VERSION}`);
  const complete = join(directory, 'complete');
  if (!(await exists(complete))) {
    await checkPython(options);
    options.report(`Installing the AWS emulator (MiniStack ${MINISTACK_VERSION} from PyPI), once …`);
    await mkdir(cache, { recursive: true });
    // Left over from an interrupted run.
    await rm(directory, { recursive: true, force: true });
    await install(options, directory);
    await writeFile(complete, '');
  }
  return join(directory, 'bin', 'ministack');
}

/**
 * Makes sure that another package from PyPI is installed beside the emulator, in the same virtual environment.
 *
 * @param requirement with its version, such as `cfn-lint==1.58.0`
 * @returns the folder with its programs
 * @throws EmulatorUnavailable, or the signal's reason
 */
export async function installBesideMinistack(requirement: string, options: InstallOptions): Promise<string> {
  const programs = dirname(await installMinistack(options));
  const complete = join(programs, `complete-${requirement}`);
  if (!(await exists(complete))) {
    options.report(`Installing ${requirement} from PyPI, once …`);
    await pipInstall(requirement, dirname(programs), options);
    await writeFile(complete, '');
  }
  return programs;
}

async function checkPython(options: InstallOptions): Promise<void> {
  const { exitCode } = await runPython(PYTHON, ['-c', CHECK], options);
  if (exitCode === 3) throw new EmulatorUnavailable('Python is older than 3.10. Install a newer python3.');
  if (exitCode !== 0) throw new EmulatorUnavailable('Python lacks venv. Install it (Debian, Ubuntu: python3-venv).');
}

async function install(options: InstallOptions, directory: string): Promise<void> {
  const made = await runPython(PYTHON, ['-m', 'venv', directory], options);
  if (made.exitCode !== 0) throw new EmulatorUnavailable(`Cannot create a virtual environment: ${lastLine(made)}`);
  await pipInstall(`ministack==${MINISTACK_VERSION}`, directory, options);
}

async function pipInstall(requirement: string, directory: string, options: InstallOptions): Promise<void> {
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement];
  const installed = await runPython(join(directory, 'bin', 'python'), args, options);
  if (installed.exitCode === 0) return;
  throw new EmulatorUnavailable(`Cannot install ${requirement} from PyPI: ${lastLine(installed)}`);
}

async function runPython(
  file: string,
  args: readonly string[],
  { environment, signal }: InstallOptions,
): Promise<Ended> {
  const ended = await run({ file, args, environment, signal }).catch(() => {
    throw new EmulatorUnavailable('Python 3 is missing. Install python3, 3.10 or newer, with venv.');
  });
  signal?.throwIfAborted();
  return ended;
}

function lastLine({ output }: Ended): string {
  return output.trim().split('\n').at(-1) ?? 'no output';
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
