/**
 * A pseudo-terminal by `script`(1), which comes with Linux distributions and macOS: no compiler, no package. Where it is
 * missing the tests that need one are skipped and say so; with `CI=true` they fail instead.
 */
import { spawnSync } from 'node:child_process';
import { type Child, type ChildOptions, startChild } from './child.ts';

export interface PseudoTerminal extends Child {
  /** As if typed. */
  type(text: string): void;
}

export const CTRL_C_KEY = '\u0003';
export const ENTER_KEY = '\r';

/** Whether tests that need a terminal have to be skipped. */
export function lacksPseudoTerminal(): boolean {
  const isMissing = spawnSync('script', ['--version']).error !== undefined;
  if (isMissing && process.env.CI !== 'true') {
    process.stderr.write('Skipped: the prompts of asp, since there is no script(1) to make a pseudo-terminal.\n');
  }
  return isMissing && process.env.CI !== 'true';
}

/** Runs a line of shell on a terminal of its own. */
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
