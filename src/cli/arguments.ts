/**
 * Reads the arguments of one command. What was given may be a secret that somebody pasted in the wrong place, so no message
 * repeats a value or an argument, only the names of options.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestNames } from '../core/nearest-names.ts';
import { usageError } from './errors.ts';
import type { OptionTable } from './options.ts';

type Value = string | boolean | undefined;

/** The parsed arguments: of options that the table knows, and of no others. */
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

  /** The option's value, the last one if it came more than once; `undefined` if it did not come. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  texts(name: string): readonly string[] {
    return [this.#values[name]].flat().filter((value) => typeof value === 'string');
  }

  /** @throws CliError `usage` if the option did not come, or is empty */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw usageError(`The option --${name} is missing; it has no default.`);
    return value;
  }
}

/** Says whether help is asked for, whatever else is wrong. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

/**
 * Parses arguments by a table.
 *
 * @param most how many arguments beside the options there may be
 * @throws CliError `usage`
 */
export function parseArguments(args: readonly string[], options: OptionTable, most: number): Arguments {
  const { values, positionals } = parse(args, options);
  if (positionals.length > most) {
    const wanted = most === 0 ? 'none' : `at most ${most}`;
    const got = positionals.length === 1 ? 'one' : String(positionals.length);
    throw usageError(
      `Got ${got} beside the options; wanted ${wanted}. Quote what holds spaces, and repeat an option to give it twice.`,
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
  // The message quotes the option; a value is quoted for arguments only, which are not read from here.
  const name = /'(?:-\w, )?(-{1,2}[A-Za-z][\w-]*)/.exec(message)?.[1] ?? 'an option';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownOption(name, names);
  if (message.includes('does not take an argument')) return `The option ${name} takes no value.`;
  return `The option ${name} wants a value; one that begins with a dash is written ${name}=-….`;
}

function unknownOption(name: string, names: readonly string[]): string {
  if (/secret|password|token/.test(name)) {
    return `There is no option ${name}: what stands on a command line is seen by others on this machine. Put AUTH0_CLIENT_SECRET into the environment or .env, or leave it out and be asked; give a token through standard input.`;
  }
  const nearest = nearestNames(name.replace(/^-+/, ''), names, 1).map((found) => `; the nearest is --${found}`);
  return `There is no option ${name}${nearest.join('')}. See --help.`;
}
