import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { codeSpans, section, steps } from '../../support/house/document.ts';
import { importsOf, textOf } from '../../support/house/source-tree.ts';

const WALKS = [
  'From `Authorization` to a decision',
  'From `cdk deploy` to the tenant',
  'From a request to a new app password',
];

/** The file of each step, which stands first. */
function filesOf(walk: string): readonly string[] {
  return steps(section(walk)).map((step) => (step.startsWith('`') ? (codeSpans(step)[0] ?? '') : step));
}

/** Whether the first file leads to the second: imports it, or deploys the function that it is. */
function leadsTo(from: string, to: string): boolean {
  const [, folder] = /^lambda\/([^/]+)\/handler\.ts$/.exec(to) ?? [];
  return importsOf(from).includes(to) || (folder !== undefined && textOf(from).includes(`folder: '${folder}'`));
}

describe.each(WALKS)('the walk in docs/architecture.md: %s', (walk) => {
  const files = filesOf(walk);

  it('begins each step with a file that exists', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(PROJECT_DIRECTORY, file)))).toEqual([]);
  });

  it('names each file once', () => {
    expect(files.filter((file, index) => files.indexOf(file) < index)).toEqual([]);
  });

  it('reaches each file from an earlier one', () => {
    const unreached = files.filter(
      (file, index) => index > 0 && !files.slice(0, index).some((earlier) => leadsTo(earlier, file)),
    );
    expect(unreached).toEqual([]);
  });
});
