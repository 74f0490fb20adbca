/** The licences of the code that is bundled into the package, with their texts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { PROJECT } from './paths.ts';

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

const HEADER = `# Third-party notices

This package contains code of the following packages, each under its own licence.
`;
/** The path of a package, up to its name. */
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

/**
 * Writes the notices of every package that has code in a bundle.
 *
 * @throws Error if a package does not name its licence
 */
export async function notices(metafiles: readonly Metafile[]): Promise<string> {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.flatMap((input) => PACKAGE_FOLDER.exec(input)?.[0] ?? []));
  const packages = await Promise.all([...folders].map(readPackage));
  return [HEADER, ...packages.sort(byNameAndVersion).map(notice)].join('\n');
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const path = join(PROJECT, folder);
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${folder}/package.json has no "license". Look up the licence.`);
  const files = (await readdir(path)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')));
  return { name, version, license, text: texts.map((text) => text.trim()).join('\n\n') };
}

function notice({ name, version, license, text }: BundledPackage): string {
  const body = text === '' ? '' : `\n${text.replaceAll(/^/gm, '    ').replaceAll(/[ \t]+$/gm, '')}\n`;
  return `## ${name} ${version}\n\nLicence: ${license}\n${body}`;
}

function byNameAndVersion(a: BundledPackage, b: BundledPackage): number {
  return `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1;
}
