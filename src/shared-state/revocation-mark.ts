/**
 * A revocation mark says that what was found out about a user before a point in time no longer counts. Marks are stored under a digest
 * of issuer and subject. This file is the format that the writer and the readers share.
 */
import { hash } from 'node:crypto';

/**
 * What a mark revokes. `introspected`: results of introspection, for example because an app specific password was deleted. `all`: also
 * results of logins and, with `revokeJwts`, JWTs that were issued before.
 */
export const REVOCATION_KINDS = ['introspected', 'all'] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** One user's mark. */
export interface RevocationMark {
  readonly issuer: string;
  /** The user's `sub`. */
  readonly subject: string;
  readonly kind: RevocationKind;
  /** When the user was changed, in epoch milliseconds. */
  readonly timeMs: number;
}

/** The times of the newest marks under one id, in epoch milliseconds. */
export type Marks = { readonly [Kind in RevocationKind]?: number };

/**
 * The id of the item with the newest mark of all users. As long as it is older than a result, no user's mark has to be read.
 * Whoever writes a mark writes this item first.
 */
export const NEWEST_MARK_ID = 'newest';

/** Returns whether one of the marks of these kinds is newer than a moment, in epoch milliseconds. */
export function hasNewer(marks: Marks, kinds: readonly RevocationKind[], sinceMs: number): boolean {
  return kinds.some((kind) => (marks[kind] ?? Number.NEGATIVE_INFINITY) > sinceMs);
}

/** The id under which the marks of a user are stored. It does not show who the user is. */
export function markId(issuer: string, subject: string): string {
  return hash('sha256', `${issuer.length}:${issuer}:${subject.length}:${subject}`, 'base64url');
}

/** The attributes of an item in the table of marks. `id` is its key. */
export const MARK_ATTRIBUTES = {
  id: 'id',
  /** Epoch milliseconds, one attribute for each kind. */
  introspected: 'introspected',
  all: 'all',
  /** Epoch seconds, for DynamoDB's time to live. */
  expires: 'expires',
} as const;
