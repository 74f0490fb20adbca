/**
 * Parses what an operator wrote. Every fault is found before any is told, in one message that names the key, what was
 * got and what is wanted.
 */
import { type GenericSchema, getDotPath, type InferOutput, type ObjectEntries, safeParse, strictObject } from 'valibot';
import { ConfigurationError } from '../core/errors.ts';

/**
 * Parses a value by a schema.
 *
 * @param what names the whole, for the message, such as `The configuration`
 * @throws ConfigurationError `configuration_invalid` with a line for each fault
 */
export function parse<Schema extends GenericSchema>(schema: Schema, value: unknown, what: string): InferOutput<Schema> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => `  ${getDotPath(issue) ?? 'it'}: ${issue.message}`);
  throw new ConfigurationError(
    'configuration_invalid',
    [`${what} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`, ...faults].join('\n'),
  );
}

/** An object with these keys and no others. */
export function exactly<Entries extends ObjectEntries>(entries: Entries) {
  return strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return `unknown; known are ${Object.keys(entries).join(', ')}`;
    return expected === 'Object' ? `got ${received}; wanted a JSON object` : 'missing, and it has no default';
  });
}

/** Says what a fault's message needs: what was got, shortened, and what is wanted. */
export function wanted(expectation: string) {
  return ({ received }: { readonly received: string }): string =>
    `got ${received.length > 80 ? `${received.slice(0, 80)}…` : received}; wanted ${expectation}`;
}
