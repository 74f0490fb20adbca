/** The texts of `--help`. */
import type { Command } from './command.ts';
import { GENERAL_OPTIONS, type OptionTable } from './options.ts';
import { table } from './table.ts';

/** Help for `asp` itself. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'Usage: asp COMMAND [OPTIONS]',
    '',
    "App specific passwords, tokens and the resource server's key of an Auth0 tenant, from the command line.",
    '',
    ...indented(table(commands.map(({ name, summary }) => [name, summary]))),
    '',
    'asp COMMAND --help tells more. Settings come from options, the environment, .env, stack outputs and cdk.json,',
    'in this order; --verbose shows them. Exit codes: 0 done, 1 refused or failed, 2 usage, 130 Ctrl-C.',
  ].join('\n');
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
