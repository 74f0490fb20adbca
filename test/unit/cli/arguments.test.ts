import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asksForHelp, parseArguments } from '../../../src/cli/arguments.ts';
import { CliError } from '../../../src/cli/errors.ts';
import type { OptionTable } from '../../../src/cli/options.ts';

const OPTIONS: OptionTable = {
  user: { type: 'string', summary: '' },
  scope: { type: 'string', multiple: true, summary: '' },
  yes: { type: 'boolean', short: 'y', summary: '' },
};

const parse = (args: readonly string[]) => parseArguments(args, OPTIONS, 1);

describe('parseArguments', () => {
  it('reads options and arguments according to the table', () => {
    const args = parse(['--user', 'auth0|1', '--scope=a', '-y', 'ID', '--scope', 'b']);
    expect(args.required('user')).toBe('auth0|1');
    expect(args.texts('scope')).toEqual(['a', 'b']);
    expect(args.flag('yes')).toBe(true);
    expect(args.positionals).toEqual(['ID']);
  });

  it('returns nothing for an absent option and reports it if it is required', () => {
    const args = parse([]);
    expect(args.text('user')).toBeUndefined();
    expect(args.texts('scope')).toEqual([]);
    expect(args.flag('yes')).toBe(false);
    expect(() => args.required('user')).toThrow('The option --user is missing; it has no default.');
  });

  it('returns the last value of a repeated option', () => {
    expect(parse(['--user', 'a', '--user', 'b']).text('user')).toBe('b');
  });

  it.each<[string, readonly string[], string]>([
    ['an unknown option', ['--usr', 'x'], 'There is no option --usr; the nearest is --user. See --help.'],
    ['an unknown option that is like no other', ['-z'], 'There is no option -z. See --help.'],
    [
      'a missing value',
      ['--user'],
      'The option --user needs a value. Write a value that starts with a dash as --user=-….',
    ],
    ['a value that looks like an option', ['--user', '--yes'], 'The option --user needs a value'],
    ['an unexpected value', ['--yes=true'], 'The option --yes does not take a value.'],
    ['too many arguments', ['a', 'b'], 'Got 2 arguments besides the options; expected at most 1.'],
    ['a secret', ['--client-secret', 'x'], 'others on this machine can see it'],
    ['a token', ['--token=x'], 'Give a token on standard input'],
    ['an option name that is not allowed', ['--sEcReT-x'], 'The command line has an unknown option. '],
  ])('refuses %s', (_, args, message) => {
    expect(() => parse(args)).toThrow(message);
    expect(() => parse(args)).toThrow(CliError);
  });

  it('never repeats a value, whatever was typed', () => {
    const word = fc.stringMatching(/^[A-Z]{12}$/);
    const shapes = fc.constantFrom(
      (secret: string) => [secret, secret],
      (secret: string) => [`--client-secret=${secret}`],
      (secret: string) => ['--nope', secret],
      (secret: string) => [`--${secret}`],
      (secret: string) => [`--token-${secret}`],
      (secret: string) => [`--yes=${secret}`],
      (secret: string) => ['--user', '-x', secret, secret],
    );
    fc.assert(
      fc.property(word, shapes, (secret, shape) => {
        try {
          parse(shape(secret));
        } catch (error) {
          expect(String(error)).not.toContain(secret);
        }
      }),
    );
  });
});

it('parseArguments recognizes --help and -h, but not after --', () => {
  expect(asksForHelp(['--nope', '--help'])).toBe(true);
  expect(asksForHelp(['-h'])).toBe(true);
  expect(asksForHelp(['--', '-h'])).toBe(false);
});
