/** The licences of the code that is bundled into the package, with their texts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';
import { PROJECT } from './paths.ts';

const HEADER = `# Third-party notices

This package contains code of the following packages, each under its own licence.
`;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

/** Writes the notices of packages. */
export async function notices(packages: readonly BundledPackage[]): Promise<string> {
  return [HEADER, ...(await Promise.all(packages.map(notice)))].join('\n');
}

async function notice({ name, version, license, folder }: BundledPackage): Promise<string> {
  const path = join(PROJECT, folder);
  const files = (await readdir(path)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')));
  const text = texts.map((each) => each.trim()).join('\n\n');
  const body = text === '' ? '' : `\n${text.replaceAll(/^/gm, '    ').replaceAll(/[ \t]+$/gm, '')}\n`;
  return `## ${name} ${version}\n\nLicence: ${license}\n${body}`;
}
