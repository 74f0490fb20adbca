/** Builds the texts of `--help`. */
import type { Command } from './command.ts';
import type { CommandGroup } from './commands.ts';
import { GENERAL_OPTIONS, type OptionTable } from './options.ts';
import { table } from './table.ts';

/** Help for `asp` itself. */
export function generalHelp(groups: readonly CommandGroup[]): string {
  return [
    'Usage: asp COMMAND [OPTIONS]',
    '       asp help COMMAND',
    '       asp --version',
    '',
    'Manages app specific passwords, tokens and the signing key of an API in an Auth0 tenant.',
    '',
    ...groupLines(groups),
    'Run "asp COMMAND --help" for the options of a command. A setting comes from the first source that has it: options,',
    'environment, .env, stack outputs, cdk.json; --verbose shows the source of each setting.',
    'Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 Ctrl-C.',
  ].join('\n');
}

/** All groups share one table, so that the summaries line up. */
function groupLines(groups: readonly CommandGroup[]): readonly string[] {
  const lines = indented(table(groups.flatMap(({ commands }) => commands.map(({ name, summary }) => [name, summary]))));
  let next = 0;
  return groups.flatMap(({ heading, commands }) => {
    const first = next;
    next += commands.length;
    return [`${heading}:`, ...lines.slice(first, next), ''];
  });
}

/** Help for one command. */
export function commandHelp({ name, operands, summary, description, options, examples }: Command): string {
  return [
    `Usage: asp ${[name, operands, '[OPTIONS]'].filter(Boolean).join(' ')}`,
    '',
    `${summary}.`,
    '',
    ...(description === '' ? [] : [description, '']),
    ...(Object.keys(options).length === 0 ? [] : ['Options:', ...optionLines(options), '']),
    'Options of every command:',
    ...optionLines(GENERAL_OPTIONS),
    '',
    'Examples:',
    ...examples.flatMap(({ line, purpose }) => [`  # ${purpose}`, `  ${line}`]),
  ].join('\n');
}

function optionLines(options: OptionTable): readonly string[] {
  const rows = Object.entries(options).map(([name, { short, placeholder, summary }]) => {
    const value = placeholder === undefined ? '' : ` ${placeholder}`;
    return [`${short === undefined ? '' : `-${short}, `}--${name}${value}`, summary];
  });
  return indented(table(rows));
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
