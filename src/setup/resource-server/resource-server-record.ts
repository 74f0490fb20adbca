/**
 * The record of a resource server's set-up: whether we created it, and for each key property what was there before and what
 * is ours. Not trusted until parsed.
 */
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { KEY_PROPERTIES } from '../../management/key-properties.ts';
import type { ResourceServer } from '../../management/resource-servers.ts';
import { recordInvalid } from '../record-store.ts';
import type { KeyTrace, KeyTraces } from './key-change.ts';

export interface ResourceServerRecord {
  readonly version: 1;
  readonly identifier: string;
  /** The tenant's id for it, since another may be created under the same identifier; absent while it is being created. */
  readonly id?: string;
  /** Present if we created it, or were about to: under this name. */
  readonly created?: { readonly name: string };
  readonly keys: KeyTraces;
}

/**
 * Returns whether the record is about this resource server, and not about another that was created under its
 * identifier. One that we were creating when we were interrupted is recognized by its name.
 */
export function isOfRecord({ id, name }: ResourceServer, record: ResourceServerRecord): boolean {
  return record.id === undefined ? record.created?.name === name : record.id === id;
}

/**
 * Parses a record that came out of a store.
 *
 * @returns `undefined` if there is none
 * @throws SetupError `record_invalid`
 */
export function parseResourceServerRecord(value: unknown): ResourceServerRecord | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || value.version !== 1) throw recordInvalid('does not have version 1');
  const { identifier, id, created, keys } = value;
  if (typeof identifier !== 'string') throw recordInvalid('does not name a resource server');
  if (id !== undefined && typeof id !== 'string') throw recordInvalid('has an "id" that is not text');
  if (!isJsonObject(keys)) throw recordInvalid('has no "keys"');
  return {
    version: 1,
    identifier,
    ...(id !== undefined && { id }),
    ...(created !== undefined && { created: parseCreated(created) }),
    keys: parseTraces(keys),
  };
}

function parseCreated(created: unknown): { readonly name: string } {
  if (isJsonObject(created) && typeof created.name === 'string') return { name: created.name };
  throw recordInvalid('has a "created" without a name');
}

function parseTraces(keys: JsonObject): KeyTraces {
  const traced = KEY_PROPERTIES.filter((property) => keys[property] !== undefined);
  return Object.fromEntries(traced.map((property) => [property, parseTrace(keys[property])]));
}

function parseTrace(trace: unknown): KeyTrace {
  if (isJsonObject(trace) && 'before' in trace && Array.isArray(trace.ours)) {
    const { before, ours, isUnconfirmed } = trace;
    const unseen = 'unseen' in trace && { unseen: trace.unseen, ...(isUnconfirmed === true && { isUnconfirmed }) };
    return { before, ours, ...unseen };
  }
  throw recordInvalid('has a key property without "before" and "ours"');
}
