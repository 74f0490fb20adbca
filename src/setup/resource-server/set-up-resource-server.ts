/**
 * Makes the tenant know our public key: finds the resource server, writes down what it holds, changes it, reads it back.
 * May be interrupted at any point and run again; the record then leads on, or back (`tearDownResourceServer`).
 */

import {
  isEmptyPatch,
  KEY_PROPERTIES,
  type KeyProperties,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../../management/resource-servers.ts';
import { keepRecord, type RecordStore, recordInvalid } from '../record-store.ts';
import type { SetupOutcome } from '../setup-outcome.ts';
import { type KeyChange, keyChange, settledTraces, shadowingProperties, witnessedTraces } from './key-change.ts';
import { assertNotOverwritten, type KeyInUse, keyBeside, keysUsedByOthers } from './key-in-use.ts';
import { patchResourceServer } from './patch-resource-server.ts';
import { propertyForeign, propertyKept, propertyRefused, resourceServerNotFound } from './resource-server-errors.ts';
import { isOfRecord, parseResourceServerRecord, type ResourceServerRecord } from './resource-server-record.ts';
import { adoptedTraces, recordMissing, untracedKeys } from './untraced-keys.ts';

export interface ResourceServerSetUp {
  readonly resourceServers: ResourceServers;
  readonly records: RecordStore<ResourceServerRecord>;
  /** The API's audience, exactly as the tenant has it. */
  readonly identifier: string;
  readonly wanted: WantedKeyProperties;
  /** Makes the resource server if the tenant has none. @default it is an error if there is none */
  readonly create?: Omit<NewResourceServer, 'identifier'>;
  /** Overwrites a key of this software that another deployment may be using. @default false: it is an error */
  readonly replaceKey?: boolean;
}

/** Where the work stands. */
interface Progress {
  readonly resourceServer: ResourceServer;
  readonly record: ResourceServerRecord;
  /** What is in the store; the record goes there no later than the first change to the tenant. */
  readonly stored: ResourceServerRecord | undefined;
  readonly changed: boolean;
}

/**
 * Sets up the resource server; also changes its key later on, when called with other wanted properties.
 * Writes nothing where nothing has to change. If it throws, `tearDownResourceServer` puts back what was changed.
 *
 * @throws SetupError `key_in_use` or `record_missing` before anything is written; `resource_server_not_found`, `property_refused`, `property_kept`, `record_invalid` or `management_…`
 */
export async function setUpResourceServer(options: ResourceServerSetUp): Promise<SetupOutcome> {
  const found = adoptOwn(options, await findOrMake(options, await readRecord(options)));
  const inUse = keysUsedByOthers(found.resourceServer.keys, options.wanted, found.record.keys);
  if (!options.replaceKey) assertNotOverwritten(inUse, options.wanted);
  const change = keyChange(found.resourceServer.keys, options.wanted, found.record.keys);
  const { resourceServer, record, stored, changed } = isEmptyPatch(change.patch)
    ? found
    : await apply(options, found, change);
  const settled = { ...record, keys: settledTraces(resourceServer.keys, record.keys) };
  const isWorthKeeping = stored !== undefined || Object.keys(settled.keys).length > 0;
  if (isWorthKeeping) await keepRecord(options.records, stored, settled);
  return { changed, warnings: warningsAbout(resourceServer.keys, options.wanted, inUse) };
}

/** @throws SetupError `record_missing` unless the keys are to be replaced */
function adoptOwn({ wanted, replaceKey }: ResourceServerSetUp, progress: Progress): Progress {
  const { resourceServer, record } = progress;
  const properties = untracedKeys(resourceServer.keys, wanted, record.keys);
  const [first] = properties;
  if (first === undefined) return progress;
  if (!replaceKey) throw recordMissing(first);
  const keys = { ...record.keys, ...adoptedTraces(properties, resourceServer.keys, wanted) };
  return { ...progress, record: { ...record, keys } };
}

function warningsAbout(current: KeyProperties, wanted: WantedKeyProperties, inUse: readonly KeyInUse[]) {
  const beside = inUse.filter(({ property }) => wanted[property] === null);
  const foreign = shadowingProperties(current, wanted).filter(
    (property) => !beside.some((other) => other.property === property),
  );
  return [...beside.map(keyBeside), ...foreign.map(propertyForeign)];
}

async function readRecord({ records, identifier }: ResourceServerSetUp): Promise<ResourceServerRecord | undefined> {
  const record = parseResourceServerRecord(await records.read());
  if (record && record.identifier !== identifier) throw recordInvalid('is that of another resource server');
  return record;
}

async function findOrMake(options: ResourceServerSetUp, stored: ResourceServerRecord | undefined): Promise<Progress> {
  const { resourceServers, identifier, create } = options;
  const resourceServer = await resourceServers.find(identifier);
  if (resourceServer) return { resourceServer, record: recordFor(resourceServer, stored), stored, changed: false };
  if (!create) throw resourceServerNotFound(identifier, await resourceServers.identifiers());
  return make(options, create, stored);
}

/** Goes on with the stored record if it is about this very resource server: in one that others made anew, nothing is ours. */
function recordFor(found: ResourceServer, stored: ResourceServerRecord | undefined): ResourceServerRecord {
  if (stored && isOfRecord(found, stored)) return { ...stored, id: found.id };
  return { version: 1, identifier: found.identifier, id: found.id, keys: {} };
}

async function make(
  { resourceServers, records, identifier }: ResourceServerSetUp,
  create: Omit<NewResourceServer, 'identifier'>,
  stored: ResourceServerRecord | undefined,
): Promise<Progress> {
  const intended: ResourceServerRecord = { version: 1, identifier, created: { name: create.name }, keys: {} };
  await keepRecord(records, stored, intended);
  await resourceServers.create({ identifier, ...create });
  const resourceServer = await findAgain(resourceServers, identifier);
  return { resourceServer, record: { ...intended, id: resourceServer.id }, stored: intended, changed: true };
}

async function apply(options: ResourceServerSetUp, progress: Progress, change: KeyChange): Promise<Progress> {
  const { resourceServers, records, identifier } = options;
  const before = progress.resourceServer;
  const planned = { ...progress.record, keys: change.traces };
  await keepRecord(records, progress.stored, planned);
  await patchResourceServer(resourceServers, before.id, change.patch);
  const after = await findAgain(resourceServers, identifier);
  const record = { ...planned, keys: witnessedTraces(before.keys, after.keys, change.traces) };
  await keepRecord(records, planned, record);
  assertTaken(after.keys, options.wanted, record);
  return { resourceServer: after, record, stored: record, changed: true };
}

/** What would still have to change after the change is what the tenant did not do. */
function assertTaken(after: KeyProperties, wanted: WantedKeyProperties, record: ResourceServerRecord): void {
  const { patch } = keyChange(after, wanted, record.keys);
  const property = KEY_PROPERTIES.find((name) => name in patch);
  if (!property) return;
  throw patch[property] === null
    ? propertyKept(property, 'the tenant accepted its removal, and holds it still')
    : propertyRefused(property, 'the tenant accepted it, and holds something else');
}

async function findAgain(resourceServers: ResourceServers, identifier: string): Promise<ResourceServer> {
  const resourceServer = await resourceServers.find(identifier);
  if (!resourceServer) throw resourceServerNotFound(identifier, []);
  return resourceServer;
}
