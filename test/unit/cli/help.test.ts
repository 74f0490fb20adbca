import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { COMMAND_GROUPS, COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp, generalHelp } from '../../../src/cli/help.ts';
import { GENERAL_OPTIONS } from '../../../src/cli/options.ts';
import { SETTINGS, type SettingNames } from '../../../src/cli/setting-table.ts';

const PAGE = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const SAMPLE = readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8');

describe.each(COMMANDS.map((command) => [command.name, command] as const))('asp %s --help', (name, command) => {
  const help = commandHelp(command);

  it('shows every option with a summary', () => {
    for (const [option, { summary, type, placeholder }] of Object.entries({ ...command.options, ...GENERAL_OPTIONS })) {
      expect(help).toContain(`--${option}`);
      expect(summary).not.toBe('');
      expect(placeholder !== undefined).toBe(type === 'string');
    }
  });

  it('fits a terminal of 120 columns', () => {
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('has examples that the command accepts', () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      const [command_ = ''] = line.split(/ [|<] /);
      const words = [...command_.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      expect(words.slice(0, 2)).toEqual(['asp', name]);
      parseArguments(words.slice(2), { ...command.options, ...GENERAL_OPTIONS }, command.mostOperands);
    }
  });

  it('is in docs/cli.md and in asp --help', () => {
    expect(PAGE).toMatch(new RegExp(`^\\| \`asp ${name}[ \`]`, 'm'));
    expect(generalHelp(COMMAND_GROUPS)).toMatch(new RegExp(`^  ${name} `, 'm'));
  });
});

it('asp --help shows each command under exactly one heading', () => {
  const lines = generalHelp(COMMAND_GROUPS).split('\n');
  for (const { heading, commands } of COMMAND_GROUPS) {
    const start = lines.indexOf(`${heading}:`) + 1;
    const names = lines.slice(start, lines.indexOf('', start)).map((line) => line.trim().split(' ')[0]);
    expect(names).toEqual(commands.map(({ name }) => name));
  }
});

it('docs/cli.md documents every setting by all its names', () => {
  for (const names of Object.values<SettingNames>(SETTINGS)) {
    if (names.flag !== undefined) expect(PAGE).toContain(`\`--${names.flag}\``);
    if (names.variable !== undefined) expect(PAGE).toContain(`\`${names.variable}\``);
    if (names.output !== undefined) expect(PAGE).toContain(`\`${names.output}\``);
    if (names.key !== undefined) expect(PAGE).toMatch(new RegExp(`\\| \`${names.key}\` \\|`));
  }
});

it('.env.sample names only existing settings', () => {
  const variables = Object.values<SettingNames>(SETTINGS).map(({ variable }) => variable);
  for (const [, name] of SAMPLE.matchAll(/^#?([A-Z0-9_]+)=/gm)) expect(variables).toContain(name);
});
