/** Runs the linter with this project's settings over files that do not exist in this project. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { run } from '../../../local/deployment/child-process.ts';

export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const BIOME = join(PROJECT_DIRECTORY, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

/**
 * Returns the findings of one rule.
 *
 * @param rule such as `style/noRestrictedImports`
 * @param files the text of each file, by its path in the project
 */
export async function lint(rule: string, files: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lint-'));
  try {
    for (const name of ['biome.json', '.gitignore'])
      await copyFile(join(PROJECT_DIRECTORY, name), join(directory, name));
    for (const [file, text] of files) {
      await mkdir(join(directory, dirname(file)), { recursive: true });
      await writeFile(join(directory, file), text);
    }
    return await findings(rule, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Report {
  readonly diagnostics: readonly {
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

async function findings(rule: string, directory: string): Promise<readonly Finding[]> {
  const args = [BIOME, 'lint', `--only=${rule}`, '--reporter=json', '--max-diagnostics=none', '.'];
  const { output } = await run({ file: process.execPath, args, environment: {}, directory });
  const json = output.split('\n').find((line) => line.startsWith('{"summary"'));
  if (json === undefined) throw new Error(`The linter did not report: ${output}`);
  const { diagnostics } = JSON.parse(json) as Report;
  return diagnostics.map(({ location }) => ({ file: location.path, line: location.start.line }));
}
