/** `npm run release`: makes the CloudFormation template, its files and the bill of materials in `dist/release/`. */
import { writeFile } from 'node:fs/promises';
import { buildCode, packagesIn } from './build.ts';
import { DIST } from './paths.ts';
import { makeRelease } from './release/make-release.ts';
import { makeSbom, SBOM } from './release/sbom.ts';

const bundles = await buildCode();
const folder = `${DIST}release/`;
const files = await makeRelease(folder);
await writeFile(`${folder}${SBOM}`, makeSbom(await packagesIn(bundles)));
for (const name of [...files, SBOM]) process.stdout.write(`dist/release/${name}\n`);
process.stdout.write('How to deploy them: docs/without-cdk.md\n');
