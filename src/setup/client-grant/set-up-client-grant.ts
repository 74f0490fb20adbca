/**
 * Lets a client manage app specific passwords: adds the scopes for that to its grant for the Management API, or creates the
 * grant. Records what is ours first; may be interrupted at any point and run again, forward or back.
 */
import type { ClientGrant, ClientGrants } from '../../management/client-grants.ts';
import { SetupError } from '../../management/errors.ts';
import { type RecordStore, recordInvalid, writeIfChanged } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { type ClientGrantRecord, parseClientGrantRecord } from './client-grant-record.ts';
import { type GrantChange, grantChange, missingScopes, plannedTrace } from './grant-change.ts';
import { grantBeingRestored, grantShared, NOT_SHARED, type SharedGrant, withOthers } from './shared-grant.ts';

/** The scopes that are needed to manage app specific passwords. */
export const APPLICATION_PASSWORD_SCOPES = [
  'read:user_application_passwords',
  'create:user_application_passwords',
  'delete:user_application_passwords',
] as const;

export interface ClientGrantSetUp {
  readonly clientGrants: ClientGrants;
  readonly records: RecordStore<ClientGrantRecord>;
  readonly clientId: string;
  /** The Management API's identifier: `connection.audience`. */
  readonly audience: string;
  /** @default APPLICATION_PASSWORD_SCOPES */
  readonly scopes?: readonly string[];
  /** Other deployments that use the same grant. @default there can be none */
  readonly shared?: SharedGrant;
}

/**
 * Sets up the grant. Writes nothing if nothing has to change; a token that is older than the change lacks the scopes. A
 * grant that covers all scopes is never changed. Scopes that the tenant leaves out are a warning (`scope_dropped`). If
 * it throws, `tearDownClientGrant` restores what was changed.
 *
 * @throws SetupError `scope_dropped` if the tenant stores no grant at all, `grant_being_restored`, `record_invalid` or
 *   `management_…`
 */
export async function setUpClientGrant(options: ClientGrantSetUp): Promise<SetupOutcome> {
  const {
    clientGrants,
    records,
    clientId,
    audience,
    scopes = APPLICATION_PASSWORD_SCOPES,
    shared = NOT_SHARED,
  } = options;
  const stored = await readRecord(options);
  const others = await shared.others();
  const leaving = others.filter(({ isLeaving }) => isLeaving);
  if (leaving.length > 0) throw grantBeingRestored(clientId, leaving);
  const current = await clientGrants.find(clientId, audience);
  const change = grantChange(current, scopes);
  const hasToChange = change.kind !== 'none';
  const grant = plannedTrace(current, scopes, withOthers(stored?.grant, others, current));
  const planned: ClientGrantRecord = { version: 1, clientId, audience, grant };
  if (stored || hasToChange || others.length > 0) await writeIfChanged(records, stored, planned);
  const warnings = hasToChange ? await apply(options, current, change, planned) : [];
  return {
    changed: hasToChange,
    warnings: [...warnings, ...(others.length === 0 ? [] : [grantShared(clientId, others)])],
  };
}

/** Changes the grant, reads it back, and records its id. */
async function apply(
  options: ClientGrantSetUp,
  current: ClientGrant | undefined,
  change: GrantChange,
  planned: ClientGrantRecord,
): Promise<readonly SetupError[]> {
  const { clientGrants, records, clientId, audience, scopes = APPLICATION_PASSWORD_SCOPES } = options;
  await applyGrantChange(options, current, change);
  const after = await clientGrants.find(clientId, audience);
  if (!after) throw dropped(options, scopes);
  await writeIfChanged(records, planned, { ...planned, grant: { ...planned.grant, id: after.id } });
  const missing = missingScopes(after, scopes);
  return missing.length > 0 ? [dropped(options, missing)] : [];
}

/** Carries out a change. */
export async function applyGrantChange(
  { clientGrants, clientId, audience }: Pick<ClientGrantSetUp, 'clientGrants' | 'clientId' | 'audience'>,
  current: ClientGrant | undefined,
  change: GrantChange,
): Promise<void> {
  if (change.kind === 'create') await clientGrants.create({ clientId, audience, scopes: change.scopes });
  if (change.kind === 'update' && current) await clientGrants.update(current.id, change.scopes);
  if (change.kind === 'delete' && current) await clientGrants.remove(current.id);
}

async function readRecord({ records, clientId, audience }: ClientGrantSetUp): Promise<ClientGrantRecord | undefined> {
  const record = parseClientGrantRecord(await records.read());
  const isOther = record && (record.clientId !== clientId || record.audience !== audience);
  if (isOther) throw recordInvalid('is about another client or API');
  return record;
}

function dropped({ clientId, audience }: ClientGrantSetUp, scopes: readonly string[]): SetupError {
  return new SetupError(
    'scope_dropped',
    `The tenant accepted the grant of the client "${clientId}" for "${audience}", but left out ${scopes.join(', ')}. Expected the grant to hold them. The tenant does not know these scopes until app specific passwords are enabled for it; ask Auth0's support to enable them.`,
  );
}
