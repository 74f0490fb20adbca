/** Takes our scopes out of a client grant again, those only; a grant that we made goes as a whole if nobody added to it. Goes by the record alone. */
import { type ClientGrantRecord, parseClientGrantRecord } from './client-grant-record.ts';
import type { ClientGrants } from './client-grants.ts';
import { grantRestoration } from './grant-change.ts';
import type { RecordStore } from './record-store.ts';
import { applyGrantChange } from './set-up-client-grant.ts';
import type { SetupOutcome } from './setup-outcome.ts';
import { grantShared, NOT_SHARED, type SharedGrant } from './shared-grant.ts';

export interface ClientGrantTearDown {
  readonly clientGrants: ClientGrants;
  readonly records: RecordStore<ClientGrantRecord>;
  /** Other deployments that use the same grant. @default there can be none */
  readonly shared?: SharedGrant;
}

/**
 * Undoes `setUpClientGrant`, wherever that was interrupted; accepts that the grant or our scopes are gone already. Leaves
 * the scopes to other deployments that use them: the last of these takes them out.
 *
 * @throws SetupError `record_invalid` or `management_…`; it can then be run again
 */
export async function tearDownClientGrant(options: ClientGrantTearDown): Promise<SetupOutcome> {
  const { clientGrants, records, shared = NOT_SHARED } = options;
  const record = parseClientGrantRecord(await records.read());
  // First of all: two deployments that are destroyed at once must not leave the grant to each other.
  await shared.leave();
  if (!record) return { changed: false, warnings: [] };
  const { clientId, audience, grant } = record;
  const others = (await shared.others()).filter(({ isLeaving }) => !isLeaving);
  if (others.length > 0) {
    await records.delete();
    return { changed: false, warnings: [grantShared(clientId, others)] };
  }
  const current = await clientGrants.find(clientId, audience);
  const change = grantRestoration(current, grant);
  await applyGrantChange({ clientGrants, clientId, audience }, current, change);
  await records.delete();
  return { changed: change.kind !== 'none', warnings: [] };
}
