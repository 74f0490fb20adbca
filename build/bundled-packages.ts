/** The packages of others whose code is in a bundle. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { PROJECT } from './paths.ts';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its folder, from the project's root. */
  readonly folder: string;
}

/** The path of a package, up to its name. */
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * Reads which packages the bundles were made from, in alphabetical order.
 *
 * @throws Error if a package does not name its licence
 */
export async function bundledPackages(metafiles: readonly Metafile[]): Promise<readonly BundledPackage[]> {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.flatMap((input) => PACKAGE_FOLDER.exec(input)?.[0] ?? []));
  const packages = await Promise.all([...folders].map(readPackage));
  return packages.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Such as `jose@6.2.17`. */
export function nameOf({ name, version }: Pick<BundledPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(PROJECT, folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${folder}/package.json has no "license". Look up the licence.`);
  return { name, version, license, folder };
}
