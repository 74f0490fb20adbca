/** The names that users rely on do not change unnoticed. docs/upgrading.md says what a change means. */
import { describe, expect, it } from 'vitest';
import { collectBaseline, differences } from '../support/baseline/collect.ts';
import { readNames } from '../support/baseline/files.ts';

describe('the names that users rely on', () => {
  it('are those of the baseline', async () => {
    expect(differences(await readNames(), collectBaseline())).toEqual([]);
  });

  it('are reported if they are gone or new', () => {
    const before = { commands: ['create', 'list'], metrics: ['Decisions'] };
    expect(differences(before, { commands: ['create', 'show'] })).toEqual([
      'commands: "list" is gone, which breaks who relies on it. Restore it, or see docs/upgrading.md.',
      'commands: "show" is new. If it should stay, record it with: npm run baseline',
      'metrics: "Decisions" is gone, which breaks who relies on it. Restore it, or see docs/upgrading.md.',
    ]);
  });
});
