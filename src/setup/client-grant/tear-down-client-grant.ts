/**
 * Removes our scopes, and only those, from a client grant. A grant that we created is deleted if nobody added to it. Uses only
 * the record.
 */
import type { ClientGrants } from '../../management/client-grants.ts';
import type { RecordStore } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { whileLeaving } from '../shared-thing.ts';
import { type ClientGrantRecord, parseClientGrantRecord } from './client-grant-record.ts';
import { grantRestoration } from './grant-change.ts';
import { applyGrantChange } from './set-up-client-grant.ts';
import { grantShared, NOT_SHARED, type SharedGrant } from './shared-grant.ts';

export interface ClientGrantTearDown {
  readonly clientGrants: ClientGrants;
  readonly records: RecordStore<ClientGrantRecord>;
  /** Other deployments that use the same grant. @default there can be none */
  readonly shared?: SharedGrant;
}

/**
 * Undoes `setUpClientGrant`, wherever that was interrupted; succeeds if the grant or our scopes are already gone. Keeps
 * scopes that other deployments use: the last of these removes them.
 *
 * @throws SetupError `record_invalid` or `management_…`; it can then be run again
 */
export async function tearDownClientGrant(options: ClientGrantTearDown): Promise<SetupOutcome> {
  const { records, shared = NOT_SHARED } = options;
  const record = parseClientGrantRecord(await records.read());
  return whileLeaving(shared, async () => {
    const outcome = record ? await restore(options, record) : { changed: false, warnings: [] };
    if (record) await records.delete();
    return outcome;
  });
}

async function restore(
  { clientGrants, shared = NOT_SHARED }: ClientGrantTearDown,
  { clientId, audience, grant }: ClientGrantRecord,
): Promise<SetupOutcome> {
  const others = (await shared.others()).filter(({ isLeaving }) => !isLeaving);
  if (others.length > 0) return { changed: false, warnings: [grantShared(clientId, others)] };
  const current = await clientGrants.find(clientId, audience);
  const change = grantRestoration(current, grant);
  await applyGrantChange({ clientGrants, clientId, audience }, current, change);
  return { changed: change.kind !== 'none', warnings: [] };
}
