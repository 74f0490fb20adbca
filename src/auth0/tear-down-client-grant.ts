/** Takes our scopes out of a client grant again, those only; a grant that we made goes as a whole if nobody added to it. Goes by the record alone. */
import { type ClientGrantRecord, parseClientGrantRecord } from './client-grant-record.ts';
import type { ClientGrants } from './client-grants.ts';
import { grantRestoration } from './grant-change.ts';
import type { RecordStore } from './record-store.ts';
import { applyGrantChange } from './set-up-client-grant.ts';
import type { SetupOutcome } from './setup-outcome.ts';

export interface ClientGrantTearDown {
  readonly clientGrants: ClientGrants;
  readonly records: RecordStore<ClientGrantRecord>;
}

/**
 * Undoes `setUpClientGrant`, wherever that was interrupted; accepts that the grant or our scopes are gone already.
 *
 * @throws SetupError `record_invalid` or `management_…`; it can then be run again
 */
export async function tearDownClientGrant({ clientGrants, records }: ClientGrantTearDown): Promise<SetupOutcome> {
  const record = parseClientGrantRecord(await records.read());
  if (!record) return { changed: false, warnings: [] };
  const { clientId, audience, grant } = record;
  const current = await clientGrants.find(clientId, audience);
  const change = grantRestoration(current, grant);
  await applyGrantChange({ clientGrants, clientId, audience }, current, change);
  await records.delete();
  return { changed: change.kind !== 'none', warnings: [] };
}
