/**
 * Installs what only some test runs need, from a folder in `test/tools` and exactly as its lock file says, into `.cache/`.
 * It is not a dependency of the project, so that `npm ci` stays small. An installation that is complete is used again.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, run } from '../../../local/deployment/child-process.ts';

/** A tool cannot be installed, or does not work here; the message is one line that names the fix. */
export class ToolUnavailable extends Error {}

export interface ToolOptions {
  /** Holds one folder for each tool. */
  readonly cacheDirectory: string;
  /** For npm, with its settings and proxies. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives a line when a slow operation starts. */
  readonly report: (line: string) => void;
}

export interface PinnedTool {
  /** The folder in `test/tools`. */
  readonly name: string;
  /** For reports and errors, with its size. */
  readonly description: string;
  /** Runs after npm, in the folder of the installation. @default nothing */
  readonly build?: (directory: string) => Promise<void>;
}

const TOOLS = fileURLToPath(new URL('../../tools/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../.cache/', import.meta.url));

/** The options of this project: its own cache, the environment of this process, reports on stderr. */
export function projectToolOptions(): ToolOptions {
  // A nested npm would take the outer one's project for its own.
  const { npm_config_local_prefix: _, ...rest } = process.env;
  const environment = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? '']));
  const report = (line: string) => process.stderr.write(`${line}\n`);
  return { cacheDirectory: CACHE, environment, report };
}

/**
 * Installs a tool unless its current version is there.
 *
 * @returns its folder, which contains `node_modules`
 * @throws ToolUnavailable if npm cannot install it
 */
export async function installTool(tool: PinnedTool, options: ToolOptions): Promise<string> {
  const directory = join(options.cacheDirectory, tool.name);
  const marker = join(directory, 'installed-lock.json');
  const lock = await readFile(join(TOOLS, tool.name, 'package-lock.json'), 'utf8');
  if ((await readFile(marker, 'utf8').catch(() => '')) === lock) return directory;
  options.report(`Installing ${tool.description} from the npm registry into ${directory}, once …`);
  // An older version, or what an interrupted run left behind.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await cp(join(TOOLS, tool.name), directory, { recursive: true });
  await npmCi(tool, directory, options);
  await tool.build?.(directory);
  await writeFile(marker, lock);
  return directory;
}

async function npmCi({ description }: PinnedTool, directory: string, { environment }: ToolOptions): Promise<void> {
  // No install scripts: npm asks for an approval of each, so those that are needed are run by `build`.
  const args = ['ci', '--prefix', directory, '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund'];
  const ended = await run({ file: 'npm', args, environment, directory }).catch(() => undefined);
  if (ended?.exitCode === 0) return;
  const reason = ended === undefined ? 'npm is not on the PATH' : `npm ci failed: ${lastLine(ended)}`;
  throw new ToolUnavailable(`Could not install ${description}: ${reason}. Check the access to the npm registry.`);
}

/** Skips npm's pointer to its log file. */
export function lastLine({ output }: Ended): string {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => line.trim() !== '' && !line.includes('complete log of this run')) ?? 'no output';
}
