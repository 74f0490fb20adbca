/** Shares a client grant between the deployments of an account and region. */
import { type ListDeployments, STATE_NAMES } from '../../core/state-store.ts';
import type { ClientGrant } from '../../management/client-grants.ts';
import { SetupError } from '../../management/errors.ts';
import type { OwnedRecords } from '../record-store.ts';
import { namesOf, type OtherOwner, type SharedThing, sharedThing } from '../shared-thing.ts';
import { parseClientGrantRecord } from './client-grant-record.ts';
import { type GrantTrace, isOfTrace } from './grant-change.ts';

/** A deployment with its trace of the grant. */
export type OtherUser = OtherOwner<GrantTrace>;

/** How deployments that use the same grant see each other. */
export type SharedGrant = SharedThing<GrantTrace>;

/** For a grant that nobody else can use. */
export const NOT_SHARED: SharedGrant = { others: async () => [], leave: async () => {}, stay: async () => {} };

/**
 * Finds the other users of a grant in the state tables of the other deployments.
 *
 * @param key of the grant's record
 */
export function sharedGrantOf(key: string, records: OwnedRecords, others: ListDeployments): SharedGrant {
  const parse = (record: unknown) => parseClientGrantRecord(record)?.grant;
  return sharedThing({ item: STATE_NAMES.clientGrants, key, records, parse }, others);
}

/** Adds to our trace what others have recorded about the same grant. */
export function withOthers(
  trace: GrantTrace | undefined,
  others: readonly OtherUser[],
  current: ClientGrant | undefined,
): GrantTrace | undefined {
  const same = others.flatMap((other) =>
    current && other.trace && isOfTrace(current, other.trace) ? [other.trace] : [],
  );
  const all = trace ? [trace, ...same] : same;
  const [first] = all;
  if (!first || same.length === 0) return trace;
  return {
    ...first,
    isOurs: all.some(({ isOurs }) => isOurs),
    added: [...new Set(all.flatMap(({ added }) => added))],
  };
}

/** Warns that the scopes are shared, both at set-up and at tear-down. */
export function grantShared(clientId: string, others: readonly OtherUser[]): SetupError {
  return new SetupError(
    'grant_shared',
    `Other deployments in this account and region use the grant of the client "${clientId}" too: ${namesOf(others)}. The scopes for app specific passwords stay in the grant until the last of them is destroyed.`,
  );
}

/** If one deployment set the grant up while another restored it, the result would depend on timing. */
export function grantBeingRestored(clientId: string, others: readonly OtherUser[]): SetupError {
  return new SetupError(
    'grant_being_restored',
    `The grant of the client "${clientId}" is being restored by a deployment that is being destroyed: ${namesOf(others)}. Deploy again when that has ended; if it failed, destroy that deployment first.`,
  );
}
