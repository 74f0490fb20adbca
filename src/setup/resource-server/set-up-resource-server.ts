/**
 * Gives the tenant our public key: finds the resource server, computes the change, records what is there, changes it,
 * reads it back. If it is interrupted at any point, the record allows running it again, or undoing it
 * (`tearDownResourceServer`).
 */
import { ManagementRefusal } from '../../management/errors.ts';
import {
  isEmptyPatch,
  KEY_PROPERTIES,
  type KeyPatch,
  type KeyProperties,
  type KeyProperty,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../../management/resource-servers.ts';
import { type RecordStore, recordInvalid, writeIfChanged } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { adoptUntraced, assertNotOverwritten, type KeyInUse, keyBeside, keysUsedByOthers } from './existing-keys.ts';
import {
  holdsOurs,
  type KeyChange,
  keyChange,
  settledTraces,
  shadowingProperties,
  unseenProperties,
  witnessedTraces,
} from './key-change.ts';
import {
  PropertyUnknown,
  propertyForeign,
  propertyKept,
  propertyRefused,
  resourceServerNotFound,
} from './resource-server-errors.ts';
import { isOfRecord, parseResourceServerRecord, type ResourceServerRecord } from './resource-server-record.ts';
import type { WantedInOrder } from './wanted-key-properties.ts';

export interface ResourceServerSetUp {
  readonly resourceServers: ResourceServers;
  readonly records: RecordStore<ResourceServerRecord>;
  /** The API's audience, exactly as the tenant has it. */
  readonly identifier: string;
  /** If the tenant does not know a property of the first, the next is tried. */
  readonly wanted: WantedInOrder;
  /** Creates the resource server if the tenant has none. @default it is an error if there is none */
  readonly create?: Omit<NewResourceServer, 'identifier'>;
  /**
   * Overwrites a key of this software that another deployment may be using. `own`: only adopts a key of this deployment that has no
   * record. @default false: both are errors
   */
  readonly replaceKey?: boolean | 'own';
}

/** How the set-up ended. */
export interface ResourceServerOutcome extends SetupOutcome {
  /** The property that should hold our key, if the tenant accepted the key but does not show it. */
  readonly unseen?: KeyProperty;
}

/** The progress of the work. */
interface Progress {
  readonly resourceServer: ResourceServer;
  readonly record: ResourceServerRecord;
  /** What is in the store. The record is written there before the tenant is changed. */
  readonly stored: ResourceServerRecord | undefined;
  readonly changed: boolean;
}

/**
 * Sets up the resource server; also changes its key later on, when called with other wanted properties. Writes nothing
 * if nothing has to change. If it throws, `tearDownResourceServer` restores what was changed.
 *
 * @throws SetupError `key_in_use` or `record_missing` before anything is written; `resource_server_not_found`,
 *   `property_refused`, `property_kept`, `record_invalid` or `management_…`
 */
export async function setUpResourceServer(options: ResourceServerSetUp): Promise<ResourceServerOutcome> {
  const found = await findOrCreate(options, await readRecord(options));
  const [first, second] = inUseFirst(options.wanted, found);
  try {
    return await change(options, found, first);
  } catch (error) {
    if (second === undefined || !(error instanceof PropertyUnknown)) throw error;
    return change(options, found, second);
  }
}

/**
 * Prefers the property that already holds our key, or has held it, so that a second run does not try the other one again, and a
 * rotation never moves to a property about which no deployment has decided.
 */
function inUseFirst([first, second]: WantedInOrder, { resourceServer, record }: Progress): WantedInOrder {
  const rankOf = (wanted: WantedKeyProperties) => {
    const property = KEY_PROPERTIES.find((name) => wanted[name] !== null);
    if (property === undefined || !record.keys[property]) return 0;
    return holdsOurs(property, resourceServer.keys, record.keys) ? 2 : 1;
  };
  return second !== undefined && rankOf(second) > rankOf(first) ? [second, first] : [first, second];
}

async function change(
  options: ResourceServerSetUp,
  found: Progress,
  wanted: WantedKeyProperties,
): Promise<ResourceServerOutcome> {
  const { replaceKey = false } = options;
  const current = found.resourceServer.keys;
  const traces = adoptUntraced(current, wanted, found.record.keys, replaceKey !== false);
  const inUse = keysUsedByOthers(current, wanted, traces);
  if (replaceKey !== true) assertNotOverwritten(inUse, wanted);
  const planned = keyChange(current, wanted, traces);
  const adopted = { ...found, record: { ...found.record, keys: traces } };
  const done = isEmptyPatch(planned.patch) ? adopted : await apply(options, adopted, wanted, planned);
  await keepSettled(options, done);
  const after = done.resourceServer.keys;
  const [unseen] = unseenProperties(after, wanted, done.record.keys);
  return {
    changed: done.changed,
    warnings: warningsAbout(after, wanted, inUse),
    ...(unseen !== undefined && { unseen }),
  };
}

async function readRecord({ records, identifier }: ResourceServerSetUp): Promise<ResourceServerRecord | undefined> {
  const record = parseResourceServerRecord(await records.read());
  if (record && record.identifier !== identifier) throw recordInvalid('is about another resource server');
  return record;
}

async function findOrCreate(options: ResourceServerSetUp, stored: ResourceServerRecord | undefined): Promise<Progress> {
  const { resourceServers, identifier, create } = options;
  const resourceServer = await resourceServers.find(identifier);
  if (resourceServer) return { resourceServer, record: recordFor(resourceServer, stored), stored, changed: false };
  if (!create) throw resourceServerNotFound(identifier, await resourceServers.identifiers());
  return createRecorded(options, create, stored);
}

/** Uses the stored record if it is about this resource server. If others have recreated it, nothing in it is ours. */
function recordFor(found: ResourceServer, stored: ResourceServerRecord | undefined): ResourceServerRecord {
  if (stored && isOfRecord(found, stored)) return { ...stored, id: found.id };
  return { version: 1, identifier: found.identifier, id: found.id, keys: {} };
}

async function createRecorded(
  { resourceServers, records, identifier }: ResourceServerSetUp,
  create: Omit<NewResourceServer, 'identifier'>,
  stored: ResourceServerRecord | undefined,
): Promise<Progress> {
  const intended: ResourceServerRecord = { version: 1, identifier, created: { name: create.name }, keys: {} };
  await writeIfChanged(records, stored, intended);
  await resourceServers.create({ identifier, ...create });
  const resourceServer = await findAgain(resourceServers, identifier);
  return { resourceServer, record: { ...intended, id: resourceServer.id }, stored: intended, changed: true };
}

/** Records the change, sends it, reads the resource server back, and records what the tenant then holds. */
async function apply(
  options: ResourceServerSetUp,
  progress: Progress,
  wanted: WantedKeyProperties,
  change: KeyChange,
): Promise<Progress> {
  const { resourceServers, records, identifier } = options;
  const before = progress.resourceServer;
  const planned = { ...progress.record, keys: change.traces };
  await writeIfChanged(records, progress.stored, planned);
  try {
    await patchResourceServer(resourceServers, before.id, change.patch);
  } catch (error) {
    if (error instanceof PropertyUnknown) await restoreRecord(records, progress.stored);
    throw error;
  }
  const after = await findAgain(resourceServers, identifier);
  const record = { ...planned, keys: witnessedTraces(before.keys, after.keys, change) };
  await writeIfChanged(records, planned, record);
  assertApplied(after.keys, wanted, record);
  return { resourceServer: after, record, stored: record, changed: true };
}

/** The tenant has changed nothing, so nothing more has to be recorded. */
async function restoreRecord(records: ResourceServerSetUp['records'], stored: ResourceServerRecord | undefined) {
  if (stored === undefined) await records.delete();
  else await records.write(stored);
}

/**
 * Sends a change of key properties. A refusal that names one of them becomes an error about it, with its fix.
 *
 * @throws SetupError `property_refused`, `property_kept` or `management_…`
 */
export async function patchResourceServer(
  resourceServers: ResourceServers,
  id: string,
  patch: KeyPatch,
): Promise<void> {
  try {
    await resourceServers.update(id, patch);
  } catch (error) {
    throw error instanceof ManagementRefusal ? aboutProperty(error, patch) : error;
  }
}

function aboutProperty(refusal: ManagementRefusal, patch: KeyPatch): Error {
  const property = KEY_PROPERTIES.find((name) => name in patch && new RegExp(`\\b${name}\\b`).test(refusal.reason));
  if (!property) return refusal;
  const got = `the tenant responded with "${refusal.reason}"`;
  if (patch[property] !== null && /additional propert/i.test(refusal.reason)) return new PropertyUnknown(property);
  return patch[property] === null ? propertyKept(property, got) : propertyRefused(property, got);
}

async function findAgain(resourceServers: ResourceServers, identifier: string): Promise<ResourceServer> {
  const resourceServer = await resourceServers.find(identifier);
  if (!resourceServer) throw resourceServerNotFound(identifier, []);
  return resourceServer;
}

/** If something still has to change after the change, the tenant did not apply it. */
function assertApplied(after: KeyProperties, wanted: WantedKeyProperties, record: ResourceServerRecord): void {
  const { patch } = keyChange(after, wanted, record.keys);
  const unseen = unseenProperties(after, wanted, record.keys);
  const property = KEY_PROPERTIES.find((name) => name in patch && !unseen.includes(name));
  if (!property) return;
  throw patch[property] === null
    ? propertyKept(property, 'the tenant accepted its removal, but still holds it')
    : propertyRefused(property, 'the tenant accepted it, but holds something else');
}

/** Records what is ours. Writes nothing if there was no record and nothing is ours. */
async function keepSettled(
  { records }: ResourceServerSetUp,
  { resourceServer, record, stored }: Progress,
): Promise<void> {
  const keys = settledTraces(resourceServer.keys, record.keys);
  if (stored !== undefined || Object.keys(keys).length > 0) await writeIfChanged(records, stored, { ...record, keys });
}

function warningsAbout(current: KeyProperties, wanted: WantedKeyProperties, inUse: readonly KeyInUse[]) {
  const beside = inUse.filter(({ property }) => wanted[property] === null);
  const foreign = shadowingProperties(current, wanted).filter(
    (property) => !beside.some((other) => other.property === property),
  );
  return [...beside.map(keyBeside), ...foreign.map(propertyForeign)];
}
