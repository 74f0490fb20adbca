/**
 * Adds one scope to those that a resource server offers, and removes it again. Everything else in the list stays as it is at that
 * moment. What we add is recorded first, so both can be interrupted at any point and run again.
 */
import { SetupError } from '../../management/errors.ts';
import type { OfferedScope, OfferedScopes } from '../../management/offered-scopes.ts';
import type { ResourceServers } from '../../management/resource-servers.ts';
import { type RecordStore, writeIfChanged } from '../record-store.ts';
import { resourceServerNotFound } from '../resource-server/resource-server-errors.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { type OfferedScopeRecord, parseOfferedScopeRecord } from './offered-scope-record.ts';

interface ScopeWork {
  readonly resourceServers: Pick<ResourceServers, 'find' | 'identifiers'>;
  readonly offeredScopes: OfferedScopes;
  readonly records: RecordStore<OfferedScopeRecord>;
}

export interface ScopeOffer extends ScopeWork {
  /** The API's audience, exactly as the tenant has it. */
  readonly identifier: string;
  readonly scope: Required<OfferedScope>;
}

const UNCHANGED: SetupOutcome = { changed: false, warnings: [] };

/**
 * Makes the resource server offer the scope. Writes nothing if it already does.
 *
 * @throws SetupError `resource_server_not_found`, `scope_dropped`, `record_invalid` or `management_…`
 */
export async function offerScope(options: ScopeOffer): Promise<SetupOutcome> {
  const { resourceServers, offeredScopes, records, identifier, scope } = options;
  const stored = parseOfferedScopeRecord(await records.read());
  const { id } = (await resourceServers.find(identifier)) ?? (await notFound(options));
  const offered = await offeredScopes.read(id);
  if (holds(offered, scope.value)) return UNCHANGED;
  await writeIfChanged(records, stored, { version: 1, id, identifier, added: scope.value });
  await offeredScopes.replace(id, [...offered, scope]);
  if (holds(await offeredScopes.read(id), scope.value)) return { changed: true, warnings: [] };
  throw new SetupError(
    'scope_dropped',
    `The tenant accepted the scope "${scope.value}" for the resource server ${JSON.stringify(identifier)}, but does not offer it. Expected it among the scopes; add it by hand.`,
  );
}

/**
 * Removes the scope if we have added it; succeeds if it is already gone.
 *
 * @throws SetupError `record_invalid` or `management_…`; it can then be run again
 */
export async function withdrawScope({ resourceServers, offeredScopes, records }: ScopeWork): Promise<SetupOutcome> {
  const record = parseOfferedScopeRecord(await records.read());
  if (!record) return UNCHANGED;
  const found = await resourceServers.find(record.identifier);
  // Another one under the same identifier never had our scope from us.
  const offered = found?.id === record.id ? await offeredScopes.read(record.id) : [];
  const kept = offered.filter(({ value }) => value !== record.added);
  const hasToChange = kept.length < offered.length;
  if (hasToChange) await offeredScopes.replace(record.id, kept);
  await records.delete();
  return { changed: hasToChange, warnings: [] };
}

function holds(offered: readonly OfferedScope[], scope: string): boolean {
  return offered.some(({ value }) => value === scope);
}

async function notFound({ resourceServers, identifier }: ScopeOffer): Promise<never> {
  throw resourceServerNotFound(identifier, await resourceServers.identifiers());
}
