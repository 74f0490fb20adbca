/**
 * Removes our key from the tenant and restores what was there before, each property only where it still holds what we
 * wrote. Uses only the record; without one, nothing was changed.
 */
import { SetupError } from '../../management/errors.ts';
import {
  isEmptyPatch,
  KEY_PROPERTIES,
  type KeyPatch,
  type KeyProperty,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';
import type { ResourceServer, ResourceServers } from '../../management/resource-servers.ts';
import type { RecordStore } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { createdInUse, keysUsedByOthers } from './existing-keys.ts';
import { keyRestoration } from './key-change.ts';
import { propertyKept } from './resource-server-errors.ts';
import { isOfRecord, parseResourceServerRecord, type ResourceServerRecord } from './resource-server-record.ts';
import { patchResourceServer } from './set-up-resource-server.ts';

export interface ResourceServerTearDown {
  readonly resourceServers: ResourceServers;
  readonly records: RecordStore<ResourceServerRecord>;
  /** Deletes the resource server if we created it. @default false: it is kept */
  readonly removeCreated?: boolean;
  /** Keeps the record of a resource server that we created and do not delete, so that it can be deleted later. @default false */
  readonly remembersCreated?: boolean;
}

const NOTHING: WantedKeyProperties = { verificationKey: null, verificationKeys: null, verificationLocation: null };
const UNCHANGED: SetupOutcome = { changed: false, warnings: [] };
const IGNORED = 'the tenant accepted its removal, but still holds it';

/**
 * Undoes `setUpResourceServer`, wherever that was interrupted; succeeds if the resource server or our key is already
 * gone. A property that the tenant does not release is a warning: nothing more can be done about it from here.
 *
 * @throws SetupError `record_invalid`, `property_refused` or `management_…`; it can then be run again
 */
export async function tearDownResourceServer(options: ResourceServerTearDown): Promise<SetupOutcome> {
  const record = parseResourceServerRecord(await options.records.read());
  if (!record) return UNCHANGED;
  const found = await options.resourceServers.find(record.identifier);
  const isThere = found !== undefined && isOfRecord(found, record);
  const outcome = isThere ? await undo(options, found, record) : UNCHANGED;
  const { remembersCreated = false, removeCreated = false } = options;
  if (isThere && record.created && remembersCreated && !removeCreated)
    await options.records.write({ ...record, keys: {} });
  else await options.records.delete();
  return outcome;
}

async function undo(
  { resourceServers, removeCreated = false }: ResourceServerTearDown,
  found: ResourceServer,
  record: ResourceServerRecord,
): Promise<SetupOutcome> {
  if (removeCreated && record.created) {
    assertUnused(found, record);
    await resourceServers.remove(found.id);
    return { changed: true, warnings: [] };
  }
  return restore(resourceServers, found, record);
}

/** Since the resource server was created, another deployment may have started to use it. */
function assertUnused({ identifier, keys }: ResourceServer, record: ResourceServerRecord): void {
  const [inUse] = keysUsedByOthers(keys, NOTHING, record.keys);
  if (inUse) throw createdInUse(identifier, inUse);
}

async function restore(
  resourceServers: ResourceServers,
  found: ResourceServer,
  record: ResourceServerRecord,
): Promise<SetupOutcome> {
  const patch = keyRestoration(found.keys, record.keys);
  if (isEmptyPatch(patch)) return UNCHANGED;
  const refusals = new Map<KeyProperty, SetupError>();
  // One property per request, so that a property that the tenant does not release does not block the others.
  for (const property of KEY_PROPERTIES.filter((name) => name in patch)) {
    // An unconfirmed value was probably never there, so the tear-down must neither fail nor warn because of it.
    const isCertain = !record.keys[property]?.isUnconfirmed || found.keys[property] !== null;
    const restoring = restoreProperty(resourceServers, found.id, { [property]: patch[property] });
    const refusal = isCertain ? await restoring : await restoring.catch(() => undefined);
    if (refusal && isCertain) refusals.set(property, refusal);
  }
  const held = await stillHeld(resourceServers, record, refusals);
  return { changed: true, warnings: held.map((property) => refusals.get(property) ?? propertyKept(property, IGNORED)) };
}

async function restoreProperty(
  resourceServers: ResourceServers,
  id: string,
  patch: KeyPatch,
): Promise<SetupError | undefined> {
  try {
    await patchResourceServer(resourceServers, id, patch);
    return undefined;
  } catch (error) {
    if (error instanceof SetupError && error.code === 'property_kept') return error;
    throw error;
  }
}

/** The properties that still have to be restored afterwards. A hidden one counts only if the tenant refused the change. */
async function stillHeld(
  resourceServers: ResourceServers,
  { identifier, keys }: ResourceServerRecord,
  refusals: ReadonlyMap<KeyProperty, SetupError>,
): Promise<readonly KeyProperty[]> {
  const after = await resourceServers.find(identifier);
  const patch = after ? keyRestoration(after.keys, keys) : {};
  const isShown = (property: KeyProperty) => after?.keys[property] !== null;
  return KEY_PROPERTIES.filter((property) => property in patch && (isShown(property) || refusals.has(property)));
}
