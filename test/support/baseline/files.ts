/** Where the baseline of upgrades is. */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../../../build/paths.ts';
import { output } from '../package/npm.ts';

export const BASELINE_FOLDER = join(PROJECT, 'test/baseline');
export const NAMES_FILE = join(BASELINE_FOLDER, 'names.json');

/**
 * Unpacks the oldest package from which upgrades are supported, inside `node_modules`, where it finds the CDK.
 *
 * @returns its folder
 */
export async function unpackBaseline(): Promise<string> {
  const [tarball = ''] = (await readdir(BASELINE_FOLDER)).filter((name) => name.endsWith('.tgz')).sort();
  const folder = join(PROJECT, 'node_modules/.cache/baseline');
  const temporary = `${folder}-${process.pid}`;
  await mkdir(temporary, { recursive: true });
  await output('tar', ['-xzf', join(BASELINE_FOLDER, tarball), '-C', temporary], PROJECT);
  await rm(folder, { recursive: true, force: true });
  await rename(join(temporary, 'package'), folder);
  await rm(temporary, { recursive: true });
  return folder;
}

export async function readNames(): Promise<Readonly<Record<string, readonly string[]>>> {
  return JSON.parse(await readFile(NAMES_FILE, 'utf8'));
}
