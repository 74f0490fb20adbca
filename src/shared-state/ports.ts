/** The ports through which the authorizer reaches the shared tables. `src/aws/` implements them. None of them waits beyond its time limit. */
import type { Marks } from './revocation-mark.ts';

/** Why a table could not be used. Only for the log and the metrics: to the authorizer, every failure is the same. */
export type TableFailure = 'timeout' | 'throttled' | 'denied' | 'missing' | 'unreadable' | 'paused';

/** Thrown by these ports. Its message names the table and never an item. */
export class TableError extends Error {
  readonly failure: TableFailure;

  constructor(failure: TableFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'TableError';
    this.failure = failure;
  }
}

/** The table of sealed cache entries. */
export interface EntryTable {
  /**
   * Reads an entry, strongly consistent, so that what one container has written is found by the next.
   *
   * @returns the sealed entry as base64, not trusted; `undefined` if there is none
   * @throws TableError
   */
  read(id: string, timeoutMs: number): Promise<string | undefined>;
  /**
   * Writes an entry over an earlier one.
   *
   * @param sealed as base64
   * @param expiresAtSeconds epoch seconds, after which DynamoDB may delete it
   * @throws TableError
   */
  write(id: string, sealed: string, expiresAtSeconds: number, timeoutMs: number): Promise<void>;
}

/** The table of DPoP proofs that were accepted. */
export interface ProofTable {
  /**
   * Adds an item if there is none with this id. Of several calls with one id, one returns true.
   *
   * @param expiresAtSeconds epoch seconds, after which DynamoDB may delete it
   * @returns whether there was none
   * @throws TableError
   */
  add(id: string, expiresAtSeconds: number, timeoutMs: number): Promise<boolean>;
}

/** The table of revocation marks, which the authorizer can only read. */
export interface MarkTable {
  /**
   * Reads the marks under an id, strongly consistent.
   *
   * @returns `undefined` if there are none
   * @throws TableError, also if the item is malformed
   */
  read(id: string, timeoutMs: number): Promise<Marks | undefined>;
}

/** The table of the expiries of app specific passwords, of which the authorizer can only read single items. */
export interface ExpiryReader {
  /**
   * Reads when a password expires, strongly consistent.
   *
   * @param id `expiryId` of the password
   * @returns epoch seconds; `undefined` if it does not expire
   * @throws TableError, also if the item is malformed
   */
  read(id: string, timeoutMs: number): Promise<number | undefined>;
}
