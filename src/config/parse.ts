/**
 * Parses what an operator wrote. Every fault is found before any is told, in one message that names the key, what was
 * got and what is wanted.
 */
import {
  type BaseIssue,
  type GenericSchema,
  getDotPath,
  type InferOutput,
  type ObjectEntries,
  safeParse,
  strictObject,
} from 'valibot';
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import { nearestNames } from '../core/nearest-names.ts';

/** The schema of an object whose keys are known. */
type ObjectSchema = GenericSchema & { readonly entries: ObjectEntries };

/**
 * Parses a value by a schema.
 *
 * @param what names the whole, for the message, such as `The configuration`
 * @throws ConfigurationError `configuration_invalid` with a line for each fault
 */
export function parse<Schema extends ObjectSchema>(schema: Schema, value: unknown, what: string): InferOutput<Schema> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const faults = [
    ...(schema.type === 'strict_object' ? unknownKeys(value, Object.keys(schema.entries)) : []),
    ...result.issues
      .filter((issue) => !isOfUnknownKey(issue))
      .map((issue) => `${getDotPath(issue) ?? 'it'}: ${issue.message}`),
  ];
  throw new ConfigurationError(
    'configuration_invalid',
    [`${what} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`, ...faults].join('\n  '),
  );
}

/** An object with these keys and no others. */
export function exactly<Entries extends ObjectEntries>(entries: Entries) {
  return strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return `unknown; known are ${Object.keys(entries).join(', ')}`;
    return expected === 'Object' ? `got ${received}; wanted a JSON object` : 'missing, and it has no default';
  });
}

/** Says what a fault's message needs: what was got, shortened, without the user and password of a URL, and what is wanted. */
export function wanted(expectation: string) {
  return ({ received }: { readonly received: string }): string => {
    const shown = received.replace(/\/\/[^/]*@/g, '//…@');
    return `got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}; wanted ${expectation}`;
  };
}

/** The schema itself stops at the first of them. */
function unknownKeys(value: unknown, known: readonly string[]): readonly string[] {
  const unknown = isJsonObject(value) ? Object.keys(value).filter((key) => !known.includes(key)) : [];
  return unknown.map((key) => {
    const [nearest] = nearestNames(key, known, 1);
    return `${key}: unknown; known are ${known.join(', ')}; the nearest is ${nearest}`;
  });
}

/** One at the top, which `unknownKeys` tells; those further down are told as they come. */
function isOfUnknownKey({ type, expected, path }: BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never' && path?.length === 1;
}
