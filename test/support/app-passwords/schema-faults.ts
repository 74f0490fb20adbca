/** Finds where a value differs from a JSON Schema. It knows the keywords that the description of the API uses, and refuses any other. */
import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';

type Check = (value: unknown, argument: unknown, schema: JsonObject, document: JsonObject) => readonly string[];

const fault = (isFine: boolean, text: string) => (isFine ? [] : [text]);
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  array: Array.isArray,
  object: isJsonObject,
  null: (value) => value === null,
};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const membersOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

const CHECKS: Readonly<Record<string, Check>> = {
  description: () => [],
  type: (value, types) => {
    const names = [types].flat().map(String);
    return fault(
      names.some((name) => TYPES[name]?.(value)),
      `is not ${names.join(' or ')}`,
    );
  },
  const: (value, expected) => fault(value === expected, `is not ${expected}`),
  enum: (value, expected) => fault(listOf(expected).includes(value), `is not one of ${expected}`),
  format: (value, format) =>
    format === 'date-time'
      ? fault(value === null || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(String(value)), 'is not a time')
      : [`has the unknown format ${format}`],
  minLength: (value, least) => fault([...String(value)].length >= Number(least), 'is too short'),
  maxLength: (value, most) => fault([...String(value)].length <= Number(most), 'is too long'),
  minimum: (value, least) => fault(Number(value) >= Number(least), 'is too small'),
  maximum: (value, most) => fault(Number(value) <= Number(most), 'is too large'),
  minItems: (value, least) => fault(listOf(value).length >= Number(least), 'has too few items'),
  uniqueItems: (value) => fault(new Set(listOf(value)).size === listOf(value).length, 'has an item twice'),
  items: (value, items, _, document) =>
    listOf(value).flatMap((item, index) => schemaFaults(item, items, document, `[${index}]`)),
  required: (value, names) =>
    listOf(names).flatMap((name) => fault(Object.hasOwn(membersOf(value), String(name)), `lacks ${name}`)),
  properties: (value, properties, _, document) =>
    Object.entries(membersOf(properties)).flatMap(([name, schema]) =>
      Object.hasOwn(membersOf(value), name) ? schemaFaults(membersOf(value)[name], schema, document, `.${name}`) : [],
    ),
  additionalProperties: (value, _, { properties }) =>
    Object.keys(membersOf(value)).flatMap((name) => fault(name in membersOf(properties), `must not have ${name}`)),
  oneOf: (value, schemas, _, document) => {
    const fitting = listOf(schemas).filter((schema) => schemaFaults(value, schema, document).length === 0);
    return fault(fitting.length === 1, `fits ${fitting.length} schemas`);
  },
  $ref: (value, pointer, _, document) => schemaFaults(value, resolve(document, pointer), document),
};

/** @param document in which references are resolved */
export function schemaFaults(value: unknown, schema: unknown, document: JsonObject, place = ''): readonly string[] {
  if (!isJsonObject(schema)) return [`${place}: there is no schema`];
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    const check = CHECKS[keyword];
    const faults = check ? check(value, argument, schema, document) : [`has the unknown keyword ${keyword}`];
    return faults.map((text) => `${place} ${text}`);
  });
}

/** Follows a reference such as `#/components/schemas/Problem`. */
function resolve(document: JsonObject, pointer: unknown): unknown {
  const names = String(pointer).split('/').slice(1);
  return names.reduce<unknown>((found, name) => membersOf(found)[name], document);
}
