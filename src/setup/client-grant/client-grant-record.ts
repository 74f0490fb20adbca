/** The record of a client grant's set-up: whether we created the grant, and which scopes we added. Not trusted until parsed. */
import { isJsonObject } from '../../core/json.ts';
import { recordInvalid } from '../record-store.ts';
import type { GrantTrace } from './grant-change.ts';

export interface ClientGrantRecord {
  readonly version: 1;
  readonly clientId: string;
  readonly audience: string;
  readonly grant: GrantTrace;
}

/**
 * Parses a record that came out of a store.
 *
 * @returns `undefined` if there is none
 * @throws SetupError `record_invalid`
 */
export function parseClientGrantRecord(value: unknown): ClientGrantRecord | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || value.version !== 1) throw recordInvalid('does not have version 1');
  const { clientId, audience, grant } = value;
  if (typeof clientId !== 'string' || typeof audience !== 'string')
    throw recordInvalid('does not name a client and an API');
  return { version: 1, clientId, audience, grant: parseGrantTrace(grant) };
}

/**
 * Parses the trace of a grant.
 *
 * @throws SetupError `record_invalid`
 */
export function parseGrantTrace(trace: unknown): GrantTrace {
  if (!isJsonObject(trace)) throw recordInvalid('has no "grant"');
  const { id, isOurs, added } = trace;
  if (id !== undefined && typeof id !== 'string') throw recordInvalid('has an "id" that is not text');
  if (typeof isOurs !== 'boolean') throw recordInvalid('does not say whether the grant "isOurs"');
  if (!Array.isArray(added) || !added.every((scope) => typeof scope === 'string')) {
    throw recordInvalid('has no list of "added" scopes');
  }
  return { ...(id !== undefined && { id }), isOurs, added };
}
