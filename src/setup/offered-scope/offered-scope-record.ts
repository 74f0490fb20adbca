/** The record of a scope that we have added to a resource server. Not trusted until parsed. */
import { isJsonObject } from '../../core/json.ts';
import { recordInvalid } from '../record-store.ts';

export interface OfferedScopeRecord {
  readonly version: 1;
  /** The tenant's id for the resource server, since another may be created under the same identifier. */
  readonly id: string;
  readonly identifier: string;
  readonly added: string;
}

/**
 * Parses a record that came out of a store.
 *
 * @returns `undefined` if there is none
 * @throws SetupError `record_invalid`
 */
export function parseOfferedScopeRecord(value: unknown): OfferedScopeRecord | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || value.version !== 1) throw recordInvalid('does not have version 1');
  const { id, identifier, added } = value;
  if (typeof id !== 'string' || typeof identifier !== 'string') throw recordInvalid('does not name a resource server');
  if (typeof added !== 'string') throw recordInvalid('does not name a scope');
  return { version: 1, id, identifier, added };
}
