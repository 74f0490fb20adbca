import { describe, expect, it } from 'vitest';
import { allows } from '../../../../local/gateway/policy.ts';

const ARN = 'arn:aws:execute-api:local:000000000000:localapi/local/GET/foo';
const allow = (Resource: string | string[], Action = 'execute-api:Invoke') => ({ Effect: 'Allow', Action, Resource });
const deny = (Resource: string) => ({ Effect: 'Deny', Action: 'execute-api:Invoke', Resource });

describe('a policy', () => {
  it.each([
    [[allow(ARN)]],
    [[allow(ARN.replace('foo', '*'))]],
    [[allow('*')]],
    [[allow(['nothing', ARN])]],
    [[allow(ARN.replace('foo', 'fo?'))]],
    [[allow(ARN, 'execute-api:*')]],
  ])('allows a method that it names: %j', (statements) => {
    expect(allows(statements, ARN)).toBe(true);
  });

  it('allows paths below the one that it names, since * matches slashes', () => {
    expect(allows([allow(ARN.replace('foo', 'f*'))], `${ARN}/bar/baz`)).toBe(true);
  });

  it.each([
    [[]],
    [[allow(ARN.replace('GET', 'POST'))]],
    [[allow(`${ARN}/bar`)]],
    [[allow(ARN, 'execute-api:ManageConnections')]],
    [[allow('*'), deny(ARN)]],
    [[deny(ARN.replace('foo', '*')), allow(ARN)]],
    [[allow(ARN.replaceAll('.', 'x').replace('arn:aws', 'arn.aws'))]],
  ])('does not allow a method that it does not name, or that it denies: %j', (statements) => {
    expect(allows(statements, ARN)).toBe(false);
  });
});
