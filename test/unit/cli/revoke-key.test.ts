import { beforeEach, describe, expect, it } from 'vitest';
import { type RevokeKeyPorts, runRevokeKey } from '../../../src/cli/commands/revoke-key.ts';
import { UsageError } from '../../../src/cli/operation.ts';

let printed: string[];
let reported: string[];
let asked: unknown[];
let answer: unknown;

beforeEach(() => {
  printed = [];
  reported = [];
  asked = [];
  answer = { kid: 'new-key', introspection: 'accepted' };
});

const ports: RevokeKeyPorts = {
  print: (line) => printed.push(line),
  report: (line) => reported.push(line),
  readStackOutput: async (...names) => {
    asked.push(names);
    return 'arn:function';
  },
  invokeFunction: async (...call) => {
    asked.push(call);
    return answer;
  },
};
const run = (...args: string[]) => runRevokeKey(args, ports);

describe('npm run revoke-key', () => {
  it('finds the function in the stack, calls it, and says which key signs now', async () => {
    expect(await run()).toBe(0);
    expect(asked).toEqual([
      ['Auth0Authorizer', 'KeyRotationFunctionArn'],
      ['arn:function', { Step: 'revokeKey' }],
    ]);
    expect(reported).toEqual([
      'Looking for the key rotation function in the stack Auth0Authorizer …',
      'Revoking the signing key …',
    ]);
    expect(printed).toEqual(['Revoked. The key that signs from now on: new-key', 'The tenant takes it.']);
  });

  it('takes another stack, or the function itself', async () => {
    await run('--stack', 'Mine');
    await run('--function', 'my-function');
    expect(asked).toEqual([
      ['Mine', 'KeyRotationFunctionArn'],
      ['arn:function', { Step: 'revokeKey' }],
      ['my-function', { Step: 'revokeKey' }],
    ]);
  });

  it('says when the tenant does not take the new key yet, and what that means', async () => {
    answer = { kid: 'new-key', introspection: 'issuer_client_refused' };
    expect(await run()).toBe(0);
    expect(printed[1]).toMatch(/^The tenant does not take it yet \(issuer_client_refused\): callers .* get 503/);
  });

  it('prints one JSON object', async () => {
    await run('--json');
    expect(printed).toEqual(['{"revoked":true,"kid":"new-key","introspection":"accepted"}']);
  });

  it('prints help, and calls nobody', async () => {
    expect(await run('--help')).toBe(0);
    expect(printed.join()).toContain('Usage: npm run revoke-key');
    expect(asked).toEqual([]);
  });

  it.each([[['--stak', 'X']], [['now']], [['--stack']]])(
    'refuses %j, repeats none of it, and calls nobody',
    async (args) => {
      const error = await run(...args).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain('see --help');
      expect(asked).toEqual([]);
    },
  );

  it.each([[null], ['done'], [{ kid: 'new-key' }]])('does not believe an answer such as %j', async (given) => {
    answer = given;
    await expect(run()).rejects.toThrow('The old key may be valid still.');
  });
});
