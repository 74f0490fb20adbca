/** `asp` before a command runs: which command is meant, and help. */
import { describe, expect, it } from 'vitest';
import { openWorkshop } from '../../support/cli/asp.ts';

describe('asp', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    ['a missing command', [], 2, /^Usage: asp COMMAND/],
    [
      'a mistyped command',
      ['creat'],
      2,
      /^There is no command creat; the nearest is create\. "asp --help" lists the commands\.$/m,
    ],
    [
      'a first argument that may be a secret',
      ['hunter2-TOKEN'],
      2,
      /^The first argument is not a command\. "asp --help"/,
    ],
    [
      'a first argument that looks like an app specific password',
      ['abcdefghijklmnop'],
      2,
      /^The first argument is not a command\. "asp --help"/,
    ],
    ['an option before the command', ['--json', 'list'], 2, /"usage","message":"The command comes first: asp COMMAND/],
    [
      'a mistyped long command',
      ['check-wellknown'],
      2,
      /^There is no command check-wellknown; the nearest is check-well-known\./,
    ],
  ])('reports %s on standard error', async (_, args, expected, message) => {
    const { asp, secrets } = openWorkshop();
    secrets.add('hunter2');
    const { code, stdout, stderr } = await asp(args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it('prints its version', async () => {
    const { code, stdout } = await openWorkshop().asp(['--version']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1.2.3\n' });
  });

  it('prints the help of a command for help COMMAND', async () => {
    const { asp } = openWorkshop();
    const { code, stdout } = await asp(['help', 'create']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await asp(['create', '--help'])).stdout });
    expect((await asp(['help', 'creat'])).stderr).toMatch(/^There is no command creat; the nearest is create/);
  });

  it.each([['--help'], ['-h'], ['help']])('prints the commands on standard output for %s', async (arg) => {
    const { code, stdout, stderr } = await openWorkshop().asp([arg]);
    expect(stdout).toMatch(/^Usage: asp COMMAND/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints the help of a command even if other arguments are wrong', async () => {
    const { code, stdout } = await openWorkshop().asp(['create', '--nope', '--help']);
    expect(stdout).toMatch(/^Usage: asp create \[OPTIONS\]\n/);
    expect(code).toBe(0);
  });
});
