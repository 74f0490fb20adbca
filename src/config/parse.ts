/**
 * Parses what an operator wrote. Reports all faults in one message: for each the key, the value and what was expected.
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

/** The schema of an object whose keys are known. */
type ObjectSchema = GenericSchema & { readonly entries: ObjectEntries };

/** Says what to write instead of an unknown key. */
export type Suggest = (key: string, known: readonly string[]) => string;

/**
 * Parses a value by a schema.
 *
 * @param what the name of the value, for the message, such as `The configuration`
 * @param suggest says what an unknown key may have meant, for a value that a person wrote
 * @throws ConfigurationError `configuration_invalid` with a line for each fault
 */
export function parse<Schema extends ObjectSchema>(
  schema: Schema,
  value: unknown,
  what: string,
  suggest?: Suggest,
): InferOutput<Schema> {
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  const faults = [
    ...(schema.type === 'strict_object' ? unknownKeys(value, Object.keys(schema.entries), suggest) : []),
    ...result.issues
      .filter((issue) => !isAboutUnknownKey(issue))
      .map((issue) => `${getDotPath(issue) ?? 'it'}: ${issue.message}`),
  ];
  throw new ConfigurationError(
    'configuration_invalid',
    [`${what} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`, ...faults].join('\n  '),
  );
}

/**
 * Makes the arguments of a check that involves several keys, for `partialCheck(keys, ...faultFree(fault))`. The
 * function returns what is wrong with them; `undefined` if nothing is.
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
    if (expected === 'never') return `unknown; expected one of ${Object.keys(entries).join(', ')}`;
    return expected === 'Object' ? `got ${received}; expected a JSON object` : 'missing, and it has no default';
  });
}

/** Makes a fault's message: the value, shortened and without the user and password of a URL, and what was expected. */
export function expecting(expectation: string) {
  return ({ received }: { readonly received: string }): string => {
    const shown = received.replace(/\/\/[^/]*@/g, '//…@');
    return `got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}; expected ${expectation}`;
  };
}

/** Makes the arguments of a check of one value. The function returns what exactly is wrong with it; `undefined` if nothing is. */
export function withoutFault(
  expected: (issue: { readonly received: string }) => string,
  fault: (value: string) => string | undefined,
) {
  return [
    (value: string) => fault(value) === undefined,
    (issue: { readonly received: string; readonly input: string }) => `${expected(issue)}; ${fault(issue.input)}`,
  ] as const;
}

/** Reports all unknown keys. The schema itself stops at the first one. */
function unknownKeys(value: unknown, known: readonly string[], suggest: Suggest | undefined): readonly string[] {
  const unknown = isJsonObject(value) ? Object.keys(value).filter((key) => !known.includes(key)) : [];
  return unknown.map((key) => `${key}: unknown; ${suggest?.(key, known) ?? `expected one of ${known.join(', ')}`}`);
}

/**
 * Returns whether an issue is about an unknown key at the top level, which `unknownKeys` reports. The schema reports
 * nested ones.
 */
function isAboutUnknownKey({ type, expected, path }: BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never' && path?.length === 1;
}
