/** The API documentation in docs/api. The package has been built before all tests. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import * as exported from '../../lib/index.ts';
import { API_DOCS, makeApiDocs } from '../support/tools/api-docs.ts';

it('the API documentation is what `npm run docs:api` writes, and explains everything', async () => {
  const docs = await readFile(API_DOCS, 'utf8');
  expect(await makeApiDocs(), 'docs/api is out of date: run npm run docs:api').toBe(docs);
  for (const name of Object.keys(exported)) expect(docs).toContain(`### ${name}`);
});
