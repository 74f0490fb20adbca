/** Compiles the examples of the documentation against the constructs. */
import { describe, expect, it } from 'vitest';
import {
  compile,
  countOfExampleTags,
  docblockExamples,
  documentExamples,
  PUBLIC_CONSTRUCTS,
} from '../support/infra/examples.ts';

describe('the examples of the documentation', () => {
  it('exist for every public construct', () => {
    expect(PUBLIC_CONSTRUCTS.length).toBeGreaterThan(10);
    const documented = docblockExamples().map(({ name }) => name);
    expect([...documented].sort()).toEqual([...PUBLIC_CONSTRUCTS, 'setFunctionOptions'].sort());
    expect(documented).toHaveLength(countOfExampleTags());
    expect(documentExamples().map(({ name }) => name)).toEqual([
      'README0',
      'cdk0',
      'cdk1',
      'cdk2',
      'environments0',
      'otherIssuers0',
      'otherIssuers1',
      'limits0',
      'operations0',
      'operations1',
      'mcp0',
    ]);
  });

  it('compile against the constructs', () => {
    expect(compile([...docblockExamples(), ...documentExamples()])).toBe('');
  });

  it('are reported with the file and the reason if they do not compile', () => {
    const wrongProp = "new KeyRotation(this, 'KeyRotation', { setup, rotationDays: 30 });";
    const wrongName = "new SigningKeys(this, 'SigningKey');";
    const report = compile([
      { name: 'WrongProp', code: wrongProp },
      { name: 'WrongName', code: wrongName },
    ]);
    expect(report).toMatch(
      /WrongProp\.ts\(\d+,\d+\): error .*'rotationDays' does not exist in type 'KeyRotationProps'/,
    );
    expect(report).toMatch(/WrongName\.ts\(\d+,\d+\): error .*Cannot find name 'SigningKeys'/);
  });
});
