/**
 * Reads the arguments of one command. An argument may be a secret that somebody pasted in the wrong place, so no message
 * repeats a value or an argument. Messages repeat only names that an option could have.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestNames } from '../core/nearest-names.ts';
import { usageError } from './errors.ts';
import type { OptionTable } from './options.ts';

type Value = string | boolean | undefined;

/** The parsed arguments. All options are known to the table. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, Value | readonly Value[]>>;

  constructor(values: Readonly<Record<string, Value | readonly Value[]>>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The option's value, or its last value if it is repeated; `undefined` if it is absent. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  texts(name: string): readonly string[] {
    return [this.#values[name]].flat().filter((value) => typeof value === 'string');
  }

  /** @throws CliError `usage` if the option is absent or empty */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw usageError(`The option --${name} is missing; it has no default.`);
    return value;
  }
}

/** Whether the arguments ask for help, even if others are wrong. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

/**
 * Parses arguments according to a table of options.
 *
 * @param most the maximum number of arguments besides the options
 * @throws CliError `usage`
 */
export function parseArguments(args: readonly string[], options: OptionTable, most: number): Arguments {
  const { values, positionals } = parse(args, options);
  if (positionals.length > most) {
    const expected = most === 0 ? 'none' : `at most ${most}`;
    const got = positionals.length === 1 ? '1 argument' : `${positionals.length} arguments`;
    throw usageError(
      `Got ${got} besides the options; expected ${expected}. Quote a value that contains spaces. Repeat an option to give several values. See --help.`,
    );
  }
  return new Arguments(values, positionals);
}

function parse(args: readonly string[], options: OptionTable) {
  const config: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short !== undefined && { short }) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(describe(error, Object.keys(options)));
  }
}

function describe(error: unknown, names: readonly string[]): string {
  const message = error instanceof Error ? error.message : '';
  // Node's message quotes the option. It quotes a value only for an argument, and arguments are not read here.
  const name = /'(?:-\w, )?(-{1,2}[A-Za-z][\w-]*)/.exec(message)?.[1] ?? 'an option';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownOption(name, names);
  if (message.includes('does not take an argument')) return `The option ${name} does not take a value. See --help.`;
  return `The option ${name} needs a value. Write a value that starts with a dash as ${name}=-…. See --help.`;
}

function unknownOption(name: string, names: readonly string[]): string {
  const isPlausible = /^--?[a-z][a-z-]{0,23}$/.test(name);
  const got = isPlausible ? `There is no option ${name}` : 'The command line has an unknown option';
  if (/secret|password|token|private/i.test(name)) {
    return `${got}. Secrets do not belong on a command line, because others on this machine can see it. Put AUTH0_CLIENT_SECRET into the environment or .env, or leave it out to be asked. Pass the name of the file with a private key with --client-key. Give a token on standard input. See --help.`;
  }
  const nearest = nearestNames(name.replace(/^-+/, ''), names, 1).map((found) => `; the nearest is --${found}`);
  return `${got}${nearest.join('')}. See --help.`;
}
