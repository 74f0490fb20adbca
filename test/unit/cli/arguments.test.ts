import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asksForHelp, parseArguments } from '../../../src/cli/arguments.ts';
import { CliError } from '../../../src/cli/errors.ts';
import type { OptionTable } from '../../../src/cli/options.ts';

const OPTIONS: OptionTable = {
  user: { type: 'string', summary: '' },
  scope: { type: 'string', multiple: true, summary: '' },
  yes: { type: 'boolean', short: 'y', summary: '' },
};

const parse = (args: readonly string[]) => parseArguments(args, OPTIONS, 1);

describe('arguments', () => {
  test('are read by the table', () => {
    const args = parse(['--user', 'auth0|1', '--scope=a', '-y', 'ID', '--scope', 'b']);
    expect(args.required('user')).toBe('auth0|1');
    expect(args.texts('scope')).toEqual(['a', 'b']);
    expect(args.flag('yes')).toBe(true);
    expect(args.positionals).toEqual(['ID']);
  });

  test('that are missing are none', () => {
    const args = parse([]);
    expect(args.text('user')).toBeUndefined();
    expect(args.texts('scope')).toEqual([]);
    expect(args.flag('yes')).toBe(false);
    expect(() => args.required('user')).toThrow('The option --user is missing; it has no default.');
  });

  test('count the last time that an option came', () => {
    expect(parse(['--user', 'a', '--user', 'b']).text('user')).toBe('b');
  });

  test.each<[string, readonly string[], string]>([
    ['an unknown option', ['--usr', 'x'], 'There is no option --usr; the nearest is --user. See --help.'],
    ['an unknown short option', ['-z'], 'There is no option -z; the nearest is --yes. See --help.'],
    [
      'a missing value',
      ['--user'],
      'The option --user wants a value; one that begins with a dash is written --user=-….',
    ],
    ['a value that looks like an option', ['--user', '--yes'], 'The option --user wants a value'],
    ['a value too many', ['--yes=true'], 'The option --yes takes no value.'],
    ['too many arguments', ['a', 'b'], 'Got 2 beside the options; wanted at most 1.'],
    ['a secret', ['--client-secret', 'x'], 'what stands on a command line is seen by others'],
    ['a token', ['--token=x'], 'give a token through standard input'],
  ])('refuse %s', (_, args, message) => {
    expect(() => parse(args)).toThrow(message);
    expect(() => parse(args)).toThrow(CliError);
  });

  test('never repeat a value, whatever was typed', () => {
    const word = fc.stringMatching(/^[A-Z]{12}$/);
    const shapes = fc.constantFrom(
      (secret: string) => [secret, secret],
      (secret: string) => [`--client-secret=${secret}`],
      (secret: string) => ['--nope', secret],
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

test('help is asked for by either name, but not behind --', () => {
  expect(asksForHelp(['--nope', '--help'])).toBe(true);
  expect(asksForHelp(['-h'])).toBe(true);
  expect(asksForHelp(['--', '-h'])).toBe(false);
});
