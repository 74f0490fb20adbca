/** Nothing of the inspector is in what is published and deployed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCode } from '../../../build/build.ts';
import { DIST } from '../../../build/paths.ts';

const CODE = /\.(?:js|mjs|cjs|html|css|ts)$/;

it('no file with code has the paths of the inspector', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => CODE.test(name));
  expect(files.length).toBeGreaterThan(15);
  expect(files.filter((name) => readFileSync(join(DIST, name), 'utf8').includes('/.local/'))).toEqual([]);
});

it('no bundle is made from its sources', async () => {
  const bundles = await buildCode();
  const sources = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  expect(sources).toContain('lambda/authorizer/handler.ts');
  expect(sources.filter((source) => /^(?:local|web\/inspector)\//.test(source))).toEqual([]);
});
