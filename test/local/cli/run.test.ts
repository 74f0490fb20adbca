/** `asp` before any command is at work: which one is meant, and help. */
import { describe, expect, it } from 'vitest';
import { openWorkshop } from '../../support/cli/asp.ts';

describe('asp', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    ['nothing', [], 2, /^Usage: asp COMMAND/],
    [
      'a mistyped command',
      ['creat'],
      2,
      /^There is no command creat; the nearest is create\. asp --help lists them\.$/m,
    ],
    ['what may be a secret', ['hunter2-TOKEN'], 2, /^The first argument is no command; the nearest is /],
    ['an option before the command', ['--json', 'list'], 2, /"usage","message":"The command comes first: asp COMMAND/],
  ])('is told %s on standard error', async (_, args, expected, message) => {
    const { asp, secrets } = openWorkshop();
    secrets.add('hunter2');
    const { code, stdout, stderr } = await asp(args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it.each([['--help'], ['-h'], ['help']])('%s prints the commands on standard output', async (arg) => {
    const { code, stdout, stderr } = await openWorkshop().asp([arg]);
    expect(stdout).toMatch(/^Usage: asp COMMAND/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('prints help of a command whatever else is wrong', async () => {
    const { code, stdout } = await openWorkshop().asp(['create', '--nope', '--help']);
    expect(stdout).toMatch(/^Usage: asp create \[OPTIONS\]\n/);
    expect(code).toBe(0);
  });
});
