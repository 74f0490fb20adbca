/**
 * Writes the tables of `docs/configuration.md`. Defaults and accepted values come from the schema, meanings from
 * `src/config/key-meanings.ts`.
 */
import { type GenericSchema, getDefault, safeParse } from 'valibot';
import { CONFIGURATION_KEYS } from '../../../src/config/configuration.ts';
import { KEY_MEANINGS, type KeyMeaning } from '../../../src/config/key-meanings.ts';

export const CONFIGURATION_PAGE = 'docs/configuration.md';

const KEYS: Readonly<Record<string, GenericSchema>> = CONFIGURATION_KEYS;
const BEGIN = '<!-- Generated from src/config by "npm run docs:configuration". Do not edit the tables. -->\n';
const END = '<!-- End of the generated tables. -->\n';

/**
 * Replaces the tables of the page.
 *
 * @throws Error if the page lacks one of the two marks around the tables
 */
export function withTables(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new Error(
      `${CONFIGURATION_PAGE} lacks the marks of its tables. It needs ${BEGIN.trim()} before ${END.trim()}`,
    );
  }
  return `${page.slice(0, begin + BEGIN.length)}\n${tables()}\n${page.slice(end)}`;
}

function tables(): string {
  const groups = Object.entries(KEY_MEANINGS).map(([title, meanings]) => {
    const rows = Object.entries(meanings).map(([key, meaning]) => rowOf(key, meaning));
    return `### ${title}\n\n| key | meaning | value | default |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  });
  return groups.join('\n');
}

function rowOf(key: string, { meaning, unset }: KeyMeaning): string {
  return `| \`${key}\` | ${meaning} | ${acceptedBy(schemaOf(key))} | ${unset ?? defaultOf(schemaOf(key))} |\n`;
}

/** What the error message for a wrong value says that it expects. */
function acceptedBy(schema: GenericSchema): string {
  const [issue] = safeParse(schema, null).issues ?? [];
  const [, expectation] = issue?.message.split('; expected ') ?? [];
  if (expectation === undefined) throw new Error(`The message "${issue?.message}" does not say what is expected.`);
  return expectation.replaceAll('|', '\\|');
}

function defaultOf(schema: GenericSchema): string {
  const value: unknown = getDefault(schema);
  if (value === undefined) return 'required';
  if (Array.isArray(value) && value.length === 0) return 'none';
  return typeof value === 'number' ? String(value) : `\`${typeof value === 'string' ? value : listed(value)}\``;
}

function listed(value: unknown): string {
  return JSON.stringify(value).replaceAll(',', ', ');
}

function schemaOf(key: string): GenericSchema {
  const schema = KEYS[key];
  if (schema === undefined) throw new Error(`src/config/key-meanings.ts describes "${key}", which is not a key.`);
  return schema;
}

/** The keys of the schema that no text describes, and those without a default value and without a text for it. */
export function undescribedKeys(): readonly string[] {
  const described = new Map(Object.values(KEY_MEANINGS).flatMap((group) => Object.entries(group)));
  return Object.entries(KEYS)
    .filter(([key, schema]) => {
      const hasNoValue = schema.type === 'optional' && getDefault(schema) === undefined;
      return !described.has(key) || hasNoValue !== (described.get(key)?.unset !== undefined);
    })
    .map(([key]) => key);
}
