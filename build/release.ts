/** `npm run release`: makes the CloudFormation template and its files in `dist/release/`. */
import { buildCode } from './build.ts';
import { DIST } from './paths.ts';
import { makeRelease } from './release/make-release.ts';

await buildCode();
const folder = `${DIST}release/`;
for (const name of await makeRelease(folder)) process.stdout.write(`dist/release/${name}\n`);
process.stdout.write('How to deploy them: docs/without-cdk.md\n');
