/**
 * A pseudo-terminal with `script`(1), which Linux distributions and macOS include: no compiler, no package. If it is missing,
 * the tests that need it are skipped with a note; with `CI=true` they fail instead.
 */
import { spawnSync } from 'node:child_process';
import { type Child, type ChildOptions, startChild } from './child.ts';

export interface PseudoTerminal extends Child {
  /** Sends text as if it were typed. */
  type(text: string): void;
}

export const CTRL_C_KEY = '\u0003';
export const ENTER_KEY = '\r';

/** Whether tests that need a terminal must be skipped. */
export function lacksPseudoTerminal(): boolean {
  const isMissing = spawnSync('script', ['--version']).error !== undefined;
  if (isMissing && process.env.CI !== 'true') {
    process.stderr.write(
      'Skipped: the prompts of asp, because script(1), which creates a pseudo-terminal, is missing.\n',
    );
  }
  return isMissing && process.env.CI !== 'true';
}

/** Runs a shell command on a new terminal. */
export function startOnTerminal(line: string, options: ChildOptions): PseudoTerminal {
  const args = process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', line] : ['-qec', line, '/dev/null'];
  const child = startChild(
    'script',
    args,
    { ...options, environment: { SHELL: '/bin/sh', ...options.environment } },
    'pipe',
  );
  return { ...child, type: (text) => void child.process.stdin?.write(text) };
}
