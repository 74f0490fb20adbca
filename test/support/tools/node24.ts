/** Finds Node 24, the version that Lambda runs: this process's own, the one that `NODE24` names, or npm's build of it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../local/deployment/child-process.ts';
import { installTool, lastLine, type ToolOptions, ToolUnavailable } from './pinned-tool.ts';

export interface NodeVersion {
  readonly execPath: string;
  /** Such as `v24.21.0`. */
  readonly version: string;
}

const NODE24 = {
  name: 'node24',
  description: 'Node 24 (190 MB)',
  // npm does not fail for an optional package that it cannot install.
  build: async (directory: string) => void (await installedFile(directory)),
};
const FIX = 'Install Node 24 yourself and set NODE24 to the path of its executable.';

/**
 * @param current the Node that runs this
 * @throws ToolUnavailable
 */
export async function findNode24(options: ToolOptions, current: NodeVersion = process): Promise<NodeVersion> {
  if (isNode24(current)) return { execPath: current.execPath, version: current.version };
  const named = options.environment.NODE24 ?? '';
  return check(named === '' ? await installedFile(await installTool(NODE24, options)) : named);
}

/** npm installs only the package for this operating system and processor. */
async function installedFile(directory: string): Promise<string> {
  const { platform, arch } = process;
  for (const name of [`node-${platform}-${arch}`, `node-bin-${platform}-${arch}`]) {
    const file = join(directory, 'node_modules', name, 'bin', 'node');
    if (await exists(file)) return file;
  }
  throw new ToolUnavailable(
    `npm installed no Node 24 for ${platform} ${arch}: the npm registry cannot be reached, or no version is pinned for it. ${FIX}`,
  );
}

async function check(execPath: string): Promise<NodeVersion> {
  const ended = await run({ file: execPath, args: ['--version'], environment: {} }).catch(() => undefined);
  const version = ended?.output.trim() ?? '';
  if (ended?.exitCode === 0 && isNode24({ version })) return { execPath, version };
  const got = ended === undefined ? 'it cannot be started' : `\`--version\` printed ${lastLine(ended)}`;
  throw new ToolUnavailable(`${execPath} is not a Node 24 that runs on this machine: ${got}. ${FIX}`);
}

function isNode24({ version }: Pick<NodeVersion, 'version'>): boolean {
  return version.startsWith('v24.');
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
