/** Builds the npm package. Files whose content is the same are left alone. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { type Bundle, bundle, CDK_OPTIONS, COMMAND_OPTIONS, FUNCTION_OPTIONS } from './bundle.ts';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';
import { declarations } from './declarations.ts';
import { notices } from './notices.ts';
import { packageJson } from './package-json.ts';
import { DIST, PROJECT } from './paths.ts';
import { appPasswordsPage } from './web.ts';
import { writeFileIfNew } from './write-file.ts';

/** Starts the command line. It is separate because Node cannot report its version from a file that it cannot parse. */
const LAUNCHER = 'bin/asp.cjs';
/** Starts the authorizer under provisioned concurrency. Only an ES module can wait while it is loaded. */
const PROVISIONED = 'authorizer/provisioned.mjs';
/** The files of a page are beside the function that serves them. */
const PAGE = 'functions/app-passwords-page/';

async function functionEntries(): Promise<ReadonlyMap<string, string>> {
  const folders = (await readdir(`${PROJECT}lambda`)).sort();
  return new Map(folders.map((folder) => [`functions/${folder}/index.js`, `lambda/${folder}/handler.ts`]));
}

/** Builds the code: of the constructs, the functions, the application and the command line. */
export async function buildCode(): Promise<readonly Bundle[]> {
  const work = [
    ...[...(await functionEntries())].map(([path, entry]) => [path, entry, FUNCTION_OPTIONS] as const),
    ['index.js', 'lib/index.ts', CDK_OPTIONS] as const,
    ['app.js', 'bin/app.ts', CDK_OPTIONS] as const,
    ['cli.js', 'bin/asp.ts', COMMAND_OPTIONS] as const,
  ];
  const bundles = await Promise.all(
    work.map(async ([path, entry, options]) => {
      const made = await bundle(entry, options);
      await writeFileIfNew(`${DIST}${path}`, made.text);
      return made;
    }),
  );
  const page = await appPasswordsPage();
  for (const [name, text] of page.files) await writeFileIfNew(`${DIST}${PAGE}${name}`, text);
  await writeFileIfNew(`${DIST}asp.js`, await readFile(`${PROJECT}${LAUNCHER}`, 'utf8'), { isExecutable: true });
  await writeFileIfNew(`${DIST}functions/${PROVISIONED}`, await readFile(`${PROJECT}lambda/${PROVISIONED}`, 'utf8'));
  await writeFileIfNew(`${DIST}package.json`, packageJson(manifest));
  return [...bundles, page.script];
}

/** The packages of others whose code is in the bundles. */
export function packagesIn(bundles: readonly Bundle[]): Promise<readonly BundledPackage[]> {
  return bundledPackages(bundles.map(({ metafile }) => metafile));
}

/** Removes files of an earlier build that are no longer part of the package. */
async function removeOthers(folder: string, built: readonly string[], within = ''): Promise<void> {
  const entries = await readdir(join(folder, within), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (!built.includes(path)) await rm(join(folder, path));
  }
}

/** Builds the whole package. */
export async function buildPackage(): Promise<void> {
  const bundles = await buildCode();
  const types = await declarations();
  for (const [path, text] of types) await writeFileIfNew(`${DIST}types/${path}`, text);
  await removeOthers(`${DIST}types/`, [...types.keys()]);
  const page = [...(await appPasswordsPage()).files.keys()].map((name) => `${PAGE}${name}`);
  const functions = [...(await functionEntries()).keys(), `functions/${PROVISIONED}`];
  await removeOthers(DIST, [...functions, ...page], 'functions/');
  await writeFileIfNew(`${DIST}THIRD-PARTY-NOTICES.md`, await notices(await packagesIn(bundles)));
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    await writeFileIfNew(`${DIST}${file}`, await readFile(`${PROJECT}${file}`, 'utf8'));
  }
}
