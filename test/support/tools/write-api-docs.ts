/** `npm run docs:api`: builds the package and writes docs/api. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buildPackage } from '../../../build/build.ts';
import { API_DOCS, makeApiDocs } from './api-docs.ts';

await buildPackage();
await mkdir(dirname(API_DOCS), { recursive: true });
await writeFile(API_DOCS, await makeApiDocs());
