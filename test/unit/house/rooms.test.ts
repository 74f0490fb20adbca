import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lint } from '../../support/house/lint.ts';
import { mayImport, PACKAGE_RULES, ROOMS, roomOf } from '../../support/house/rooms.ts';
import { filesBelow, foldersBelow, importsOf, PRODUCT } from '../../support/house/source-tree.ts';

const FOLDERS = PRODUCT.flatMap(foldersBelow);
const TARGETS = [...FOLDERS, 'build', 'test', 'bench'];

/** An import that is tried in a folder, and what the tables say about it. */
interface Trial {
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
  readonly allowed: boolean;
}

function trialsIn(from: string): readonly Trial[] {
  const folders = TARGETS.filter((to) => to !== from).map((to) => ({
    from,
    to,
    specifier: pathTo(from, to),
    allowed: mayImport(from, to),
  }));
  const packages = PACKAGE_RULES.map(({ specifier, mayUse }) => ({
    from,
    to: specifier,
    specifier,
    allowed: mayUse(from),
  }));
  return [...folders, ...packages];
}

function pathTo(from: string, to: string): string {
  const path = relative(from, `${to}/probe.ts`);
  return path.startsWith('.') ? path : `./${path}`;
}

const GLOBAL_FETCH = /\b(?:globalThis|global)\b/;

const probeIn = (folder: string) => `${folder}/probe.ts`;
const importing = (trials: readonly Trial[]) => trials.map(({ specifier }) => `import '${specifier}';`).join('\n');

describe('the rooms in docs/architecture.md', () => {
  it('has a row for every folder with code', () => {
    const folders = [...FOLDERS, 'build', 'test', 'bench'];
    expect(() => folders.map(roomOf)).not.toThrow();
  });

  it('has no row for a folder that does not exist', () => {
    const used = new Set(TARGETS.map((folder) => roomOf(folder).name));
    expect(ROOMS.filter(({ name }) => !used.has(name))).toEqual([]);
  });

  it('has the directions that the linter enforces, folders and packages alike', async () => {
    const trials = FOLDERS.map(trialsIn);
    const probes = new Map(FOLDERS.map((folder, index) => [probeIn(folder), importing(trials[index] ?? [])]));
    const found = await lint('style/noRestrictedImports', probes);
    const refused = new Set(found.map(({ file, line }) => `${file}:${line}`));
    const differences = trials.flatMap((inFolder) =>
      inFolder.flatMap(({ from, to, allowed }, index) => {
        const linterAllows = !refused.has(`${probeIn(from)}:${index + 1}`);
        if (linterAllows === allowed) return [];
        return [`${from} → ${to}: ${allowed ? 'only the table' : 'only biome.json'} allows it`];
      }),
    );
    expect(differences).toEqual([]);
    expect(refused.size).toBeGreaterThan(FOLDERS.length);
  });

  it('has the directions that the code keeps, even where the linter is silenced', () => {
    const against = PRODUCT.flatMap(filesBelow).flatMap((file) =>
      importsOf(file)
        .filter((imported) => imported.includes('/') && !mayImport(dirname(file), dirname(imported)))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(against).toEqual([]);
  });

  it('does not reach the global fetch by way of globalThis, which the linter would not see', () => {
    const files = ['src', 'lambda', 'lib', 'bin'].flatMap(filesBelow);
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => GLOBAL_FETCH.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('keeps the functions in lambda/ apart', () => {
    const functions = foldersBelow('lambda');
    expect(functions.length).toBeGreaterThan(1);
    for (const from of functions) {
      expect(functions.filter((to) => mayImport(from, to))).toEqual([from]);
    }
  });

  it('lets the local tenant import none of our code', () => {
    expect(TARGETS.filter((to) => mayImport('local/tenant', to))).toEqual(['local/tenant', 'local/tenant/login']);
  });
});
