/** Runs child processes and collects their output. Their environment is passed in, never inherited. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Gives the process an open, empty input that closes when this process ends. @default no input */
  readonly hasInput?: boolean;
  /** Called with each piece of output as it arrives. */
  readonly listen?: (text: string) => void;
  /** When it aborts, the process and everything that it started are terminated. */
  readonly signal?: AbortSignal | undefined;
}

export interface Ended {
  /** `undefined` if a signal ended it. */
  readonly exitCode: number | undefined;
  /** The output of both streams, in the order in which it arrived. */
  readonly output: string;
}

/**
 * Starts a process in its own process group, so that Ctrl-C at a terminal reaches only us and we decide when it ends.
 */
export function start({ file, args, environment, directory, hasInput = false, listen }: Command): ChildProcess {
  const child = spawn(file, args, {
    env: { ...environment },
    cwd: directory,
    stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => listen?.(text));
  }
  return child;
}

/**
 * Runs a process and waits until it ends.
 *
 * @throws the system's error, such as `ENOENT`, if the process cannot be started
 */
export function run(command: Command): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let output = '';
    const listen = (text: string) => {
      output += text;
      command.listen?.(text);
    };
    const child = start({ ...command, listen });
    const abort = () => endGroup(child);
    if (command.signal?.aborted) abort();
    command.signal?.addEventListener('abort', abort, { once: true });
    child.once('error', reject);
    child.once('close', (exitCode) => {
      command.signal?.removeEventListener('abort', abort);
      resolve({ exitCode: exitCode ?? undefined, output });
    });
  });
}

/** Ends its children as well: they would keep running, and keep its output streams open. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // All of them have ended already.
  }
}

/** Ends a process: SIGTERM first, SIGKILL if it is still running after the given time. */
export async function end(child: ChildProcess, patienceMs = 5000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
}
