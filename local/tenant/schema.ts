/**
 * Validates request bodies property by property, with the messages of Auth0's own validation. Unknown properties are
 * refused.
 */

import { invalidBody } from './api-error.ts';
import type { Exchange } from './http.ts';
import { isJsonObject } from './http.ts';
import type { JsonObject } from './records.ts';

/** Returns what is wrong with a value, or `undefined`. */
export type Check = (value: unknown) => string | undefined;

export interface Schema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Check>>;
}

/** @throws {Refusal} 400 `invalid_body` */
export function parseBody(exchange: Exchange, schema: Schema, refused: readonly string[] = []): JsonObject {
  const { body, bodyType } = exchange;
  if (bodyType !== 'json' || !body) throw invalidBody("'Expected type object but found type null'");
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(schema.properties, name) || refused.includes(name));
  if (unknown.length > 0) throw invalidBody(`'Additional properties not allowed: ${unknown.join(',')}'`);
  const missing = schema.required.find((name) => body[name] === undefined);
  if (missing !== undefined) throw invalidBody(`'Missing required property: ${missing}'`);
  for (const [name, value] of Object.entries(body)) {
    const fault = schema.properties[name]?.(value);
    if (fault !== undefined) throw invalidBody(`'${fault}' on property ${name}`);
  }
  return body;
}

export function text(minLength = 1, maxLength = 5_000): Check {
  return (value) => {
    if (typeof value !== 'string') return wrongType('string', value);
    if (value.length < minLength) return `String is too short (${value.length} chars), minimum ${minLength}`;
    return value.length > maxLength ? `String is too long (${value.length} chars), maximum ${maxLength}` : undefined;
  };
}

export function bool(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : wrongType('boolean', value);
}

export function positiveInteger(value: unknown): string | undefined {
  return Number.isInteger(value) && Number(value) > 0 ? undefined : wrongType('integer', value);
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value) => (allowed.includes(String(value)) ? undefined : `No enum match for: ${JSON.stringify(value)}`);
}

export function nullable(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

export function anything(): undefined {
  return undefined;
}

/** A list without duplicates. Two items are duplicates if `keyOf` returns the same for both. */
export function list(item: Check, keyOf: (item: unknown) => unknown = (value) => value): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrongType('array', value);
    const fault = value.map(item).find((message) => message !== undefined);
    if (fault !== undefined) return fault;
    return new Set(value.map(keyOf)).size === value.length ? undefined : 'Array items are not unique';
  };
}

export function object(required: readonly string[], properties: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isJsonObject(value)) return wrongType('object', value);
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
    if (unknown.length > 0) return `Additional properties not allowed: ${unknown.join(',')}`;
    const missing = required.find((name) => value[name] === undefined);
    if (missing !== undefined) return `Missing required property: ${missing}`;
    const faults = Object.entries(value).map(([name, inner]) => properties[name]?.(inner));
    return faults.find((fault) => fault !== undefined);
  };
}

function wrongType(expected: string, value: unknown): string {
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return `Expected type ${expected} but found type ${found}`;
}
