/**
 * Removes our scopes, and only those, from a client grant. A grant that we created is deleted if nobody added to it. Uses only
 * the record.
 */
import type { ClientGrants } from '../../management/client-grants.ts';
import type { RecordStore } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
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
  // Do this first: two deployments that are destroyed at once must not leave the grant to each other.
  await shared.leave();
  try {
    const outcome = record ? await restore(options, record) : { changed: false, warnings: [] };
    if (record) await records.delete();
    return outcome;
  } catch (error) {
    // Others may use the grant until the next attempt. The first error is the one to report.
    await shared.stay().catch(() => {});
    throw error;
  }
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
