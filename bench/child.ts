/** Runs a script in a fresh Node process with an environment of its own, and hands back what it printed last. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns the last line that the script printed, which is to be JSON; a log may go before it */
export async function runChild(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [script, ...args], { env: { ...environment }, timeout: 60_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
