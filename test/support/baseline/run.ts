/** `npm run baseline`: records the names of this version, and with `--package` the package that upgrades are tested from. */
import { writeFile } from 'node:fs/promises';
import { buildCode, buildPackage } from '../../../build/build.ts';
import { DIST } from '../../../build/paths.ts';
import { npm } from '../package/npm.ts';
import { collectBaseline } from './collect.ts';
import { BASELINE_FOLDER, NAMES_FILE } from './files.ts';

await buildCode();
await writeFile(NAMES_FILE, `${JSON.stringify(collectBaseline(), undefined, 2)}\n`);
if (process.argv.includes('--package')) {
  await buildPackage();
  await npm(['pack', DIST, '--pack-destination', BASELINE_FOLDER, '--silent'], BASELINE_FOLDER);
}
