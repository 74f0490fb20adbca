/**
 * Which other deployments of this account and region use the same client grant, by the records in their state tables. Every read
 * is consistent, and a deployment that is destroyed says so before it looks: two of them never leave the grant to each other.
 */

import type { ListDeployments, OtherDeployment } from '../../core/state-store.ts';
import { STATE_NAMES } from '../../core/state-store.ts';
import { type OwnedRecords, type OwnedThing, recordsIn } from '../owned-records.ts';
import { parseClientGrantRecord } from './client-grant-record.ts';
import type { GrantTrace } from './grant-change.ts';
import type { OtherUser, SharedGrant } from './shared-grant.ts';

/** Of a grant that was right already, and of one whose record cannot be read. */
const NOTHING_ADDED: GrantTrace = { isOurs: false, added: [] };

/** Says for each grant, by the key of its record, who else uses it. */
export function sharedGrants(records: OwnedRecords, others: ListDeployments): (key: string) => SharedGrant {
  return (key) => ({
    others: async () => (await Promise.all((await others()).map((other) => usersIn(other, key)))).flat(),
    leave: () => records.leave(key),
    stay: () => records.stay(key),
  });
}

async function usersIn({ name, state }: OtherDeployment, key: string): Promise<readonly OtherUser[]> {
  const text = (await state.read(STATE_NAMES.clientGrants))?.value;
  const entries = thingsIn(text);
  // Nothing can be told about it, so it may use every grant.
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
