import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestCase, TestModule, TestSpecification } from 'vitest/node';
import { expectation, Progress } from '../../support/progress.ts';

const specification = (name: string) => ({ project: { name } }) as TestSpecification;
const module = (relativeModuleId: string) => ({ relativeModuleId }) as TestModule;
const test = (state: string) => ({ result: () => ({ state }) }) as TestCase;
const ALL = [specification('unit'), specification('unit'), specification('infra')];

let nowMs: number;
let lines: string[];
let progress: Progress;

beforeEach(() => {
  nowMs = 0;
  lines = [];
  progress = new Progress({ nowMs: () => nowMs, log: (line) => lines.push(line), isTerminal: true });
  progress.onInit({ globTestSpecifications: async () => ALL });
});

afterEach(() => progress.onTestRunEnd());

describe('the expectation', () => {
  const known = { unit: { tests: 2196, seconds: 15 }, local: { tests: 990, seconds: 400 } };

  it('adds up the tests and the time of all projects', () => {
    expect(expectation(['unit', 'local'], known)).toBe(
      'About 3200 tests in two projects; about 7 minutes on two cores.',
    );
  });

  it('is in seconds for a short run', () => {
    expect(expectation(['unit'], known)).toBe('About 2200 tests in one project; about 15 seconds on two cores.');
  });

  it('is absent for a project that it does not know', () => {
    expect(expectation(['unit', 'other'])).toBeUndefined();
    expect(expectation([])).toBeUndefined();
  });
});

describe('the progress of a test run', () => {
  it('begins with the expectation', async () => {
    await progress.onTestRunStart(ALL);
    expect(lines).toEqual([expectation(['unit', 'infra'])]);
  });

  it('expects nothing if only some files of a project run', async () => {
    await progress.onTestRunStart([specification('unit')]);
    expect(lines).toEqual([]);
  });

  it('says after 15 silent seconds what has run and what is running', async () => {
    await progress.onTestRunStart([specification('unit')]);
    progress.onTestModuleStart(module('test/unit/a.test.ts'));
    progress.onTestModuleStart(module('test/unit/b.test.ts'));
    for (const state of ['passed', 'passed', 'failed', 'skipped']) progress.onTestCaseResult(test(state));
    nowMs = 14_999;
    progress.reportIfSilent();
    expect(lines).toEqual([]);
    nowMs = 75_000;
    progress.reportIfSilent();
    progress.reportIfSilent();
    expect(lines).toEqual([
      'After 1 min 15 s: 2 passed, 1 failed so far; running test/unit/a.test.ts, test/unit/b.test.ts',
    ]);
  });

  it('says that a set-up is under way', async () => {
    await progress.onTestRunStart([specification('unit')]);
    nowMs = 20_000;
    progress.reportIfSilent();
    expect(lines).toEqual(['After 20 s: 0 passed, 0 failed so far; setting up']);
  });

  it('stays silent after a file has ended, which the default reporter prints', async () => {
    await progress.onTestRunStart([specification('unit')]);
    progress.onTestModuleStart(module('test/unit/a.test.ts'));
    nowMs = 20_000;
    progress.onTestModuleEnd(module('test/unit/a.test.ts'));
    progress.reportIfSilent();
    expect(lines).toEqual([]);
  });
});
