import { beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/aws/errors.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { openWorkshop } from '../../support/cli/asp.ts';

let calls: unknown[];
let response: unknown;

beforeEach(() => {
  calls = [];
  response = { kid: 'new-key', introspection: 'accepted' };
});

const ports = {
  readStackOutput: async (...names) => {
    calls.push(names);
    return 'arn:function';
  },
  invokeFunction: async (...call) => {
    calls.push(call);
    return response;
  },
} satisfies Partial<Ports>;

const run = (args: readonly string[], more: Partial<Ports> = {}) =>
  openWorkshop().asp(['revoke-key', ...args], { ports: { ...ports, ...more } });

describe('asp revoke-key', () => {
  it('finds the function in the stack, calls it, and shows the new key', async () => {
    const { code, stdout, stderr } = await run([]);
    expect(code).toBe(0);
    expect(calls).toEqual([
      ['Auth0Authorizer', 'KeyRotationFunctionArn'],
      ['arn:function', { Step: 'revokeKey' }],
    ]);
    expect(stderr).toBe(
      'Looking for the key rotation function in the stack Auth0Authorizer …\nRevoking the signing key …\n',
    );
    expect(stdout).toBe('Revoked. The new signing key is new-key\nThe tenant accepts it.\n');
  });

  it('accepts another stack or the name of the function', async () => {
    await run(['--stack', 'Mine']);
    await run(['--function', 'my-function']);
    expect(calls).toEqual([
      ['Mine', 'KeyRotationFunctionArn'],
      ['arn:function', { Step: 'revokeKey' }],
      ['my-function', { Step: 'revokeKey' }],
    ]);
  });

  it('finds the stack by the prefix in cdk.json, and by --stack before that', async () => {
    const workshop = openWorkshop();
    workshop.write('cdk.json', '{"context":{"stackPrefix":"Staging"}}');
    for (const args of [[], ['--stack', 'Mine']]) await workshop.asp(['revoke-key', ...args], { ports });
    expect(calls.filter((_, index) => index % 2 === 0)).toEqual([
      ['Staging', 'KeyRotationFunctionArn'],
      ['Mine', 'KeyRotationFunctionArn'],
    ]);
  });

  it('revokes the key even if the files of the directory are broken or belong to other deployments', async () => {
    const workshop = openWorkshop();
    workshop.write('cdk.json', '// a comment');
    workshop.write('cdk-outputs.json', '{"Staging":{"ApiUrl":"a"},"Production":{"ApiUrl":"b"}}');
    expect(await workshop.asp(['revoke-key', '--stack', 'Mine'], { ports })).toMatchObject({ code: 0 });
  });

  it('reports that the tenant does not accept the new key yet, and what that means', async () => {
    response = { kid: 'new-key', introspection: 'issuer_client_refused' };
    const { code, stdout } = await run([]);
    expect(code).toBe(0);
    expect(stdout.split('\n')[1]).toMatch(
      /^The tenant does not accept it yet \(issuer_client_refused\)\. .*callers .* get 503/,
    );
  });

  it('prints one JSON object', async () => {
    expect((await run(['--json'])).stdout).toBe('{"revoked":true,"kid":"new-key","introspection":"accepted"}\n');
  });

  it('prints help, and calls no function', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: asp revoke-key \[OPTIONS\]\n/);
    expect(calls).toEqual([]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a mistyped option', ['--stak', 'CANARY'], /There is no option --stak; the nearest is --stack\. See --help\./],
    ['an argument', ['CANARY'], /^Got 1 argument besides the options; expected none\. .*See --help\./],
    ['an option without its value', ['--stack'], /^The option --stack needs a value\. .*See --help\./],
    ['an empty name of a stack', ['--stack', ''], /^The option --stack is missing/],
    ['an empty name of a function', ['--function='], /^The option --function is missing/],
  ])('refuses %s, repeats no value, and calls no function', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('CANARY');
    expect(calls).toEqual([]);
  });

  it.each([[null], ['done'], [{ kid: 'new-key' }]])('does not trust a response such as %j', async (given) => {
    response = given;
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('The old key may still be valid.');
    expect(JSON.parse((await run(['--json'])).stderr.split('\n').at(-2) ?? '')).toEqual({
      error: { code: 'revocation_unconfirmed', message: expect.any(String) },
    });
  });

  it('exits with 1 and the code of the error if AWS refuses', async () => {
    const readStackOutput = async () => {
      throw new AwsError('stack_unreadable', 'The stack cannot be read.');
    };
    const { code, stderr } = await run(['--json'], { readStackOutput });
    expect(code).toBe(1);
    expect(stderr).toContain('{"error":{"code":"stack_unreadable","message":"The stack cannot be read."}}');
  });

  it('finishes a revocation on Ctrl-C, shows its result, and exits with 130', async () => {
    let press = () => {};
    const { code, stdout, stderr } = await run([], {
      onInterrupt: (callback) => {
        press = callback;
        return () => {};
      },
      invokeFunction: async () => {
        press();
        return response;
      },
    });
    expect(code).toBe(130);
    expect(stdout).toContain('Revoked. The new signing key is new-key\n');
    expect(stderr).toMatch(/^Finishing the current step, .*\nInterrupted\.$/m);
  });

  it('reports a failed revocation even after Ctrl-C, and exits with 1', async () => {
    let press = () => {};
    const { code, stdout, stderr } = await run([], {
      onInterrupt: (callback) => {
        press = callback;
        return () => {};
      },
      invokeFunction: async () => {
        press();
        throw new AwsError('function_failed', 'The function failed: the old key is still valid.');
      },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^The function failed: the old key is still valid\.$/m);
  });

  it('reports that it waits for AWS', async () => {
    let fire = () => {};
    const { stderr } = await run([], {
      setTimer: (_, callback) => {
        fire = callback;
        return () => {};
      },
      readStackOutput: async () => {
        fire();
        return 'arn:function';
      },
      invokeFunction: async () => {
        fire();
        return response;
      },
    });
    expect(stderr).toContain('Waiting for CloudFormation … 2 s\n');
    expect(stderr).toContain('Waiting for the key rotation function … 2 s\n');
  });
});
