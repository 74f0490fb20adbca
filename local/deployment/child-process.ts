/** Child processes: run to their end with all that they say, in an environment that is given and not inherited. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Gives it an input that says nothing, and ends when this process does. @default no input */
  readonly hasInput?: boolean;
  /** Takes what is said as it is said. */
  readonly listen?: (text: string) => void;
  /** Ends the process when it aborts, with all that it has started. */
  readonly signal?: AbortSignal | undefined;
}

export interface Ended {
  /** `undefined` if a signal ended it. */
  readonly exitCode: number | undefined;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Starts a process that this one may end: it leads a group of its own, so that Ctrl-C at a terminal is left to us. */
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
 * Runs a process to its end.
 *
 * @throws the system's error, such as `ENOENT`, if it cannot be started
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

/** Its children too: they would go on, and hold its streams open. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // All of them have ended.
  }
}

/** Ends a process: asks first, and does not ask twice. */
export async function end(child: ChildProcess, patienceMs = 5000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
}
