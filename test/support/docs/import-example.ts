/** Imports a code block of a page as a module, with the packages of this repository. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { PROJECT } from '../../../build/paths.ts';

/**
 * Imports the first block in this language.
 *
 * @param page such as `docs/backend.md`
 * @throws Error if the page has no such block
 */
export async function importExample(page: string, language: string): Promise<unknown> {
  const text = await readFile(join(PROJECT, page), 'utf8');
  const contents = text.split(`\n\`\`\`${language}\n`)[1]?.split('\n```\n')[0];
  if (contents === undefined) throw new Error(`${page} has no block in ${language}.`);
  const made = await build({
    stdin: { contents, resolveDir: PROJECT },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const directory = await mkdtemp(join(tmpdir(), 'example-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'example.mjs');
  await writeFile(file, made.outputFiles[0]?.text ?? '');
  return import(pathToFileURL(file).href);
}
