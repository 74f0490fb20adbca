/** Runs `asp` as a user does: as a child process, built as in the package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export const ROOT = new URL('../../../', import.meta.url).pathname;
/** A child may share its processor with many others. */
const PATIENCE_MS = 15_000;

export const LAUNCHER = `${ROOT}dist/asp.js`;

export interface ChildOptions {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Child {
  readonly process: ChildProcess;
  /** The output so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves when the output matches. */
  untilShown(pattern: RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

export function startAsp(args: readonly string[], options: ChildOptions): Child {
  return startChild(process.execPath, [LAUNCHER, ...args], options);
}

/** Starts any command, with only the path from this process's environment. */
export function startChild(
  command: string,
  args: readonly string[],
  { directory, environment }: ChildOptions,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Child {
  const child = spawn(command, [...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...environment },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return {
    process: child,
    output,
    untilShown: (pattern) => untilShown(child, output, pattern),
    ended: once(child, 'close').then(([code]) => code),
  };
}

function untilShown(
  child: ChildProcess,
  output: { readonly stdout: string; readonly stderr: string },
  pattern: RegExp,
) {
  return new Promise<void>((resolve, reject) => {
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    const look = () => {
      if (pattern.test(output.stdout) || pattern.test(output.stderr)) stop(resolve);
    };
    const fail = () => stop(() => reject(new Error(`${pattern} never came:\n${output.stdout}\n${output.stderr}`)));
    const timer = setTimeout(fail, PATIENCE_MS);
    const stop = (then: () => void) => {
      clearTimeout(timer);
      for (const stream of streams) stream.off('data', look);
      child.off('close', fail);
      then();
    };
    for (const stream of streams) stream.on('data', look);
    child.once('close', fail);
    look();
  });
}
