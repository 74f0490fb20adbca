/** Runs npm, and what it has installed, as a user does: outside of this repository, with the settings of this machine for npm. */
import { run } from '../../../local/deployment/child-process.ts';
import { projectToolOptions } from '../tools/pinned-tool.ts';

/** @returns the output. @throws Error with the output if npm fails */
export function npm(args: readonly string[], directory: string): Promise<string> {
  return output('npm', args, directory);
}

/**
 * Runs any command.
 *
 * @param settings more of the environment
 * @returns the output
 * @throws Error with the output if the command fails
 */
export async function output(
  file: string,
  args: readonly string[],
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { environment } = projectToolOptions();
  const ended = await run({ file, args, directory, environment: { ...environment, ...settings } });
  if (ended.exitCode !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${ended.output}`);
  return ended.output;
}
