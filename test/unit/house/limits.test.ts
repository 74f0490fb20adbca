import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lint } from '../../support/house/lint.ts';
import { filesBelow, foldersBelow, PRODUCT, textOf } from '../../support/house/source-tree.ts';

const MAXIMUM_LINES = 250;
const MAXIMUM_MEDIAN = 100;
const MAXIMUM_FILES = 20;
const MAXIMUM_FUNCTION_LINES = 60;

const linesOf = (file: string) => textOf(file).replace(/\n$/, '').split('\n').length;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Function bodies by their kind: what stands before and after the statements. */
const FUNCTIONS = {
  function: ['export function f(): void {', '}'],
  'arrow-function': ['export const f = () => {', '};'],
  'async-callback': ['start(async () => {', '});'],
  method: ['export class A { m(): void {', '} }'],
  constructor: ['export class A { constructor() {', '} }'],
  'object-method': ['export const a = { m() {', '} };'],
  'long-signature': ['export function f(\n  a: string,\n  b: string,\n): void {', '}'],
} as const;

function functionOf(kind: keyof typeof FUNCTIONS, lines: number): string {
  const [start, end] = FUNCTIONS[kind];
  const statements = Array.from({ length: lines - start.split('\n').length - 1 }, (_, index) =>
    // Comments and blank lines count, too.
    index % 7 === 3 ? '' : index % 7 === 5 ? '  // A comment.' : '  f();',
  );
  return [start, ...statements, end, ''].join('\n');
}

describe('the size of the code', () => {
  it(`has no file of more than ${MAXIMUM_LINES} lines`, () => {
    const long = PRODUCT.flatMap(filesBelow).filter((file) => linesOf(file) > MAXIMUM_LINES);
    expect(long).toEqual([]);
  });

  it(`has files of ${MAXIMUM_MEDIAN} lines or fewer in the median`, () => {
    const lines = ['src', 'lambda', 'lib'].flatMap(filesBelow).map(linesOf);
    expect(lines.length).toBeGreaterThan(100);
    expect(median(lines)).toBeLessThanOrEqual(MAXIMUM_MEDIAN);
  });

  it(`has no folder in src/ with more than ${MAXIMUM_FILES} files, except src/cli`, () => {
    const folders = foldersBelow('src').filter((folder) => folder !== 'src/cli');
    const filesIn = (folder: string) => filesBelow(folder).filter((file) => dirname(file) === folder);
    expect(folders.filter((folder) => filesIn(folder).length > MAXIMUM_FILES)).toEqual([]);
  });

  it(`has a linter that refuses a function of more than ${MAXIMUM_FUNCTION_LINES} lines in every folder`, async () => {
    const kinds = Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[];
    const probes = PRODUCT.flatMap((folder) =>
      kinds.map((kind): [string, string] => [`${folder}/a/${kind}.ts`, functionOf(kind, MAXIMUM_FUNCTION_LINES + 1)]),
    );
    const found = await lint('complexity/noExcessiveLinesPerFunction', new Map(probes));
    expect(found.map(({ file }) => file).sort()).toEqual(probes.map(([file]) => file).sort());
  });

  it('has no function for which the linter is silenced', () => {
    const silenced = PRODUCT.flatMap(filesBelow).filter((file) => /biome-ignore.*noExcessiveLines/.test(textOf(file)));
    expect(silenced).toEqual([]);
  });
});
