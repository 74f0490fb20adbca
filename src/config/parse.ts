/**
 * Parses what an operator wrote. All faults are reported together, in one message that names for each the key, what it
 * got and what it wants.
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

/**
 * Makes a check between keys out of a function that says what is wrong with them, `undefined` if nothing is. For
 * `partialCheck(keys, ...faultFree(fault))`.
 */
export function faultFree<Input>(fault: (input: Input) => string | undefined) {
  return [
    (input: Input) => fault(input) === undefined,
    ({ input }: { readonly input: Input }) => fault(input) ?? '',
  ] as const;
}

/** An object with these keys and no others. */
export function exactly<Entries extends ObjectEntries>(entries: Entries) {
  return strictObject(entries, ({ expected, received }) => {
    if (expected === 'never') return `unknown; known are ${Object.keys(entries).join(', ')}`;
    return expected === 'Object' ? `got ${received}; wanted a JSON object` : 'missing, and it has no default';
  });
}

/** Writes a fault's message: what was got, shortened and without the user and password of a URL, and what is wanted. */
export function wanted(expectation: string) {
  return ({ received }: { readonly received: string }): string => {
    const shown = received.replace(/\/\/[^/]*@/g, '//…@');
    return `got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}; wanted ${expectation}`;
  };
}

/** Old names of keys. */
const RENAMED = new Map([['upstream', 'backendUrl']]);

/** The schema itself stops at the first of them. */
function unknownKeys(value: unknown, known: readonly string[]): readonly string[] {
  const unknown = isJsonObject(value) ? Object.keys(value).filter((key) => !known.includes(key)) : [];
  return unknown.map((key) => {
    const renamed = RENAMED.get(key);
    if (renamed !== undefined && known.includes(renamed)) return `${key}: unknown; use "${renamed}"`;
    const [nearest] = nearestNames(key, known, 1);
    return `${key}: unknown; known are ${known.join(', ')}; the nearest is ${nearest}`;
  });
}

/** Says whether it is an unknown key at the top, which `unknownKeys` reports. Those further down are reported as they come. */
function isOfUnknownKey({ type, expected, path }: BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never' && path?.length === 1;
}
