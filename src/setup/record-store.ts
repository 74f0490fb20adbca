/**
 * Where it is written down what a tenant held before us, and what is ours in it: the only way back. Whoever sets up hands in
 * the place (a file, a parameter, a secret); what comes out of it is parsed before anything is done on its word.
 */
import { SetupError } from '../management/errors.ts';

/** A place for one record. What it holds is public: identifiers, scopes, public keys. */
export interface RecordStore<SetupRecord> {
  /** Answers the parsed JSON of what was written last; `undefined` if nothing is there. */
  read(): Promise<unknown>;
  /** Must have lasted when it resolves: the tenant is changed next. */
  write(record: SetupRecord): Promise<void>;
  /** Accepts that nothing is there. */
  delete(): Promise<void>;
}

/** Writes a record only if it says something new, so that a second run writes nothing. */
export async function keepRecord<SetupRecord>(
  store: RecordStore<SetupRecord>,
  earlier: SetupRecord | undefined,
  record: SetupRecord,
): Promise<void> {
  if (JSON.stringify(earlier) !== JSON.stringify(record)) await store.write(record);
}

/** The error for a record that cannot be read; without it there is no safe way to change anything. */
export function recordInvalid(what: string): SetupError {
  return new SetupError(
    'record_invalid',
    `The record of what the tenant held before ${what}. Expected one that this software wrote; restore it from a backup, or compare the tenant by hand and delete the record.`,
  );
}
