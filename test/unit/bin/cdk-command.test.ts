import { describe, expect, it } from 'vitest';
import { commandIn } from '../../../bin/cdk-command.ts';

describe('commandIn', () => {
  it.each([
    ['node /project/node_modules/.bin/cdk bootstrap', 'bootstrap'],
    ['node /project/node_modules/aws-cdk/bin/cdk.js --no-color bootstrap aws://1/r', 'bootstrap'],
    ['node /project/node_modules/.bin/cdk destroy bootstrap --force', 'destroy'],
    ['/bin/sh -c node --import tsx bin/app.ts', undefined],
    ['node /project/bin/app.ts bootstrap', undefined],
    ['node /project/node_modules/.bin/cdk', undefined],
    ['node --no-warnings /project/node_modules/.bin/cdk bootstrap', 'bootstrap'],
    ['make -C /project/cdk bootstrap', undefined],
    ['bash ./cdk bootstrap prod', undefined],
    ['npm run cdk bootstrap', undefined],
    ['node /project/wrapper.js cdk bootstrap', undefined],
  ])('finds the command of the CDK in %s: %s', (line, command) => {
    expect(commandIn(line.split(' '))).toBe(command);
  });

  it('does not take the value of an option for the command', () => {
    expect(commandIn(['cdk', '--profile', 'bootstrap', 'destroy', '--all'])).toBeUndefined();
  });
});
