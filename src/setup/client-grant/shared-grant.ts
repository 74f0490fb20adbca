/**
 * Shares a client grant between the deployments of an account and region. Each one copies what the others have recorded
 * about the grant, so that the last one to be destroyed can restore it, even if another one changed it. Reads are
 * consistent, and a deployment marks itself as leaving before it looks for others, so two that are destroyed at once
 * never leave the grant to each other.
 */
import { type ListDeployments, type OtherDeployment, STATE_NAMES } from '../../core/state-store.ts';
import type { ClientGrant } from '../../management/client-grants.ts';
import { SetupError } from '../../management/errors.ts';
import { type OwnedRecords, type OwnedThing, recordsIn } from '../record-store.ts';
import { parseClientGrantRecord } from './client-grant-record.ts';
import { type GrantTrace, isOfTrace } from './grant-change.ts';

/** A deployment with its trace of the grant. */
export interface OtherUser {
  readonly deployment: string;
  readonly trace: GrantTrace;
  /** It is being destroyed, and may be about to restore the grant. */
  readonly isLeaving: boolean;
}

/** How deployments that use the same grant see each other. */
export interface SharedGrant {
  /** The other deployments that have a record of the grant. */
  others(): Promise<readonly OtherUser[]>;
  /** Marks this deployment, for the others, as leaving the grant. */
  leave(): Promise<void>;
  /** Removes that mark, after the grant could not be restored. */
  stay(): Promise<void>;
}

/** For a grant that nobody else can use. */
export const NOT_SHARED: SharedGrant = { others: async () => [], leave: async () => {}, stay: async () => {} };

/** The trace of a grant that did not have to change, or whose record cannot be read. */
const NOTHING_ADDED: GrantTrace = { isOurs: false, added: [] };

/**
 * Finds the other users of a grant in the state tables of the other deployments.
 *
 * @param key of the grant's record
 */
export function sharedGrantOf(key: string, records: OwnedRecords, others: ListDeployments): SharedGrant {
  return {
    others: async () => (await Promise.all((await others()).map((other) => usersIn(other, key)))).flat(),
    leave: () => records.leave(key),
    stay: () => records.stay(key),
  };
}

/** Adds to our trace what others have recorded about the same grant. */
export function withOthers(
  trace: GrantTrace | undefined,
  others: readonly OtherUser[],
  current: ClientGrant | undefined,
): GrantTrace | undefined {
  const same = others.map((other) => other.trace).filter((other) => current && isOfTrace(current, other));
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

function namesOf(others: readonly OtherUser[]): string {
  return others.map(({ deployment }) => deployment).join(', ');
}

async function usersIn({ name, state }: OtherDeployment, key: string): Promise<readonly OtherUser[]> {
  const text = (await state.read(STATE_NAMES.clientGrants))?.value;
  const entries = thingsIn(text);
  // The records cannot be read, so the deployment may use every grant.
  if (!entries) return [{ deployment: name, trace: NOTHING_ADDED, isLeaving: false }];
  const entry = entries.find((candidate) => candidate.key === key);
  return entry ? [{ deployment: name, trace: traceIn(entry.record), isLeaving: entry.isLeaving }] : [];
}

function thingsIn(text: string | undefined): readonly OwnedThing[] | undefined {
  try {
    return recordsIn(text);
  } catch {
    return undefined;
  }
}

/** A deployment with an entry uses the grant, even if its record cannot be read. */
function traceIn(record: unknown): GrantTrace {
  try {
    return parseClientGrantRecord(record)?.grant ?? NOTHING_ADDED;
  } catch {
    return NOTHING_ADDED;
  }
}
