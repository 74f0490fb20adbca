/** The type declarations of the package: those that `lib/index.ts` needs, and no others. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from './paths.ts';

/** The path of an import of our own, with the quotes around it. */
const RELATIVE_IMPORT = /(["'])(\.{1,2}\/[^"']+)\.ts\1/g;
const ENTRY = 'lib/index.d.ts';

/**
 * Compiles the declarations.
 *
 * @returns the texts by path
 * @throws Error with the compiler's output
 */
export async function declarations(): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'declarations-'));
  try {
    const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '--project', join(PROJECT, 'build/tsconfig.json'), '--outDir', folder];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
    return await reachable(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Follows the imports from the entry. */
async function reachable(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const waiting = [ENTRY];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const text = await readFile(join(folder, path), 'utf8');
    // A compiler that is older than ours does not look for x.d.ts when a declaration names x.ts.
    found.set(path, text.replaceAll(RELATIVE_IMPORT, '$1$2.js$1'));
    for (const [, , target] of text.matchAll(RELATIVE_IMPORT)) waiting.push(join(dirname(path), `${target}.d.ts`));
  }
  return found;
}
