/** What is in the package, and whether its entry points and types can be found. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { output } from '../support/package/npm.ts';
import { installTool, projectToolOptions } from '../support/tools/pinned-tool.ts';

const tarball = inject('tarball');
const FUNCTIONS = [
  'app-passwords',
  'app-passwords-page',
  'auth0-setup',
  'authorizer',
  'backend-proxy',
  'demo-api',
  'jwks',
  'key-rotation',
  'principal-key',
  'resource-metadata',
  'revocation',
  'signing-key',
];
const PAGE_FILES = ['app.js', 'icon.svg', 'index.html', 'styles.css', 'worker.js'];
const DOCUMENTS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.md'];
const MEGABYTE = 1024 ** 2;

describe('the packed package', () => {
  let directory: string;
  let files: readonly string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'unpacked-'));
    await output('tar', ['-xzf', tarball, '-C', directory], directory);
    const entries = await readdir(join(directory, 'package'), { recursive: true, withFileTypes: true });
    files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, 'package/').length))
      .sort();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('contains these files and no others', () => {
    const code = ['app.js', 'asp.js', 'cli.js', 'index.js', ...FUNCTIONS.map((name) => `functions/${name}/index.js`)];
    const page = PAGE_FILES.map((name) => `functions/app-passwords-page/${name}`);
    const expected = [...code, ...page, 'functions/authorizer/provisioned.mjs', ...DOCUMENTS, 'package.json'].sort();
    expect(files.filter((file) => !file.startsWith('types/'))).toEqual(expected);
    const types = files.filter((file) => file.startsWith('types/'));
    expect(types).toContain('types/lib/index.d.ts');
    expect(
      types.filter(
        (file) => !/^types\/(lib|src\/(core|resource-metadata|revocation|shared-state))\/[a-z0-9-]+\.d\.ts$/.test(file),
      ),
    ).toEqual([]);
  });

  it('is smaller than 2 MB', async () => {
    expect((await stat(tarball)).size).toBeLessThan(2 * MEGABYTE);
  });

  it('has no dependencies, only peers', async () => {
    const manifest = JSON.parse(await readFile(join(directory, 'package/package.json'), 'utf8'));
    expect(Object.keys(manifest)).not.toContain('dependencies');
    expect(Object.keys(manifest)).not.toContain('scripts');
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(manifest.bin).toEqual({ 'auth0-api-authorizer': 'asp.js', asp: 'asp.js' });
  });

  it('holds no path of the machine that built it', async () => {
    const project = new URL('../../', import.meta.url).pathname;
    for (const file of files) {
      expect(await readFile(join(directory, 'package', file), 'utf8'), file).not.toContain(project);
    }
  });

  it('is clean for publint and for arethetypeswrong', async () => {
    const tool = await installTool(
      { name: 'package-checks', description: 'publint and arethetypeswrong (100 MB)' },
      projectToolOptions(),
    );
    const bin = join(tool, 'node_modules/.bin');
    expect(await output(join(bin, 'publint'), [tarball, '--strict'], directory)).toContain('All good!');
    expect(await output(join(bin, 'attw'), [tarball], directory)).toContain('No problems found');
  });
});
