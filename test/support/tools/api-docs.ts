/** Writes the API documentation from the docstrings of what the package exports. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST, PROJECT } from '../../../build/paths.ts';
import { output } from '../package/npm.ts';
import { installTool, projectToolOptions } from './pinned-tool.ts';

export const API_DOCS = join(PROJECT, 'docs/api/README.md');

const ENTRY = join(DIST, 'types/lib/index.d.ts');
const COMPILER = { module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: true, types: [], noEmit: true };
const OPTIONS = {
  name: 'API of the package',
  readme: 'none',
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [ENTRY],
  excludeExternals: true,
  excludePrivate: true,
  disableSources: true,
  hideGenerator: true,
  sort: ['kind', 'alphabetical'],
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  // Everything that a user may write must be explained.
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Property', 'Method', 'Accessor', 'Function'],
  validation: { notDocumented: true, invalidLink: true, notExported: false },
  treatValidationWarningsAsErrors: true,
  logLevel: 'Warn',
};

/**
 * Makes the text of the documentation. The package must be built.
 *
 * @throws Error that names what has no docstring
 */
export async function makeApiDocs(): Promise<string> {
  const tool = await installTool({ name: 'typedoc', description: 'typedoc (40 MB)' }, projectToolOptions());
  const folder = await mkdtemp(join(tmpdir(), 'api-docs-'));
  try {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: [ENTRY] }));
    const options = { ...OPTIONS, tsconfig: join(folder, 'tsconfig.json'), out: join(folder, 'api') };
    await writeFile(join(folder, 'typedoc.json'), JSON.stringify(options));
    await output(join(tool, 'node_modules/.bin/typedoc'), ['--options', join(folder, 'typedoc.json')], tool);
    return await readFile(join(folder, 'api/README.md'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
