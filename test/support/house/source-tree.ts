/** The source tree as text: folders, files, and the imports between files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';

/** The folders at the top that hold code of the product; `test` and `bench` are not among them. */
export const PRODUCT = ['src', 'lambda', 'lib', 'local', 'web', 'bin'] as const;

/** All code files below a folder, as paths such as `src/core/json.ts`. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(PROJECT_DIRECTORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$|\.mjs$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(PROJECT_DIRECTORY.length).replace(/^\//, ''))
    .sort();
}

/** All folders that hold a code file directly, such as `src/cli/commands`. */
export function foldersBelow(folder: string): readonly string[] {
  return [...new Set(filesBelow(folder).map((file) => dirname(file)))];
}

export function textOf(file: string): string {
  return readFileSync(join(PROJECT_DIRECTORY, file), 'utf8');
}

/** The files of this project that a file names in `import … from`, `export … from`, `import '…'` or `import('…')`. */
export function importsOf(file: string): readonly string[] {
  return [...textOf(file).matchAll(/\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );
}
