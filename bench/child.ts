/** Runs a script in a new Node process with its own environment, and returns the last line that it printed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns the last line of the output, parsed as JSON; log lines may come before it */
export async function runChild(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [script, ...args], { env: { ...environment }, timeout: 60_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
