/**
 * The resource servers of a tenant, through the `auth0` package's client for them. It has no types for the key
 * properties but passes them on. Each response is parsed, and ignored if its identifier is not the requested one.
 */
import type { ResourceServersClient } from 'auth0/resourceServers';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { ManagementRefusal, SetupError } from './errors.ts';
import { type KeyPatch, type KeyProperties, keyPropertiesOf } from './key-properties.ts';
import { unwrapErrors } from './package-fetch.ts';
import { type TokenSettings, tokenSettingsOf } from './token-settings.ts';

export interface ResourceServer {
  /** The tenant's own id. */
  readonly id: string;
  /** The API's audience. */
  readonly identifier: string;
  /** `""` if it has none. */
  readonly name: string;
  /** Empty if it has none. */
  readonly scopes: readonly string[];
  readonly keys: KeyProperties;
  readonly tokens: TokenSettings;
}

export interface NewResourceServer {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** The operations on resource servers. */
export interface ResourceServers {
  /** Finds the one with exactly this identifier, whatever page it is on. */
  find(identifier: string): Promise<ResourceServer | undefined>;
  /** The identifiers of all but the tenant's own APIs. */
  identifiers(): Promise<readonly string[]>;
  create(resourceServer: NewResourceServer): Promise<void>;
  update(id: string, patch: KeyPatch): Promise<void>;
  /** Succeeds if it is already gone. */
  remove(id: string): Promise<void>;
}

const PAGE_SIZE = 100;

/** Makes the calls. Each throws SetupError `management_…`. */
export function createResourceServers(client: ResourceServersClient): ResourceServers {
  return {
    find: async (identifier) => (await getExactly(client, identifier)) ?? findOnPages(client, identifier),
    identifiers: async () =>
      (await listAll(client))
        .filter((record) => record.is_system !== true)
        .map((record) => textOf(record, 'identifier')),
    create: async ({ identifier, name, scopes }) => {
      await unwrapErrors(client.create({ identifier, name, scopes: scopes.map((value) => ({ value })) }));
    },
    update: async (id, patch) => {
      // The variable keeps TypeScript from refusing properties that the package has no types for.
      const request: KeyPatch & NonNullable<Parameters<typeof client.update>[1]> = patch;
      await unwrapErrors(client.update(id, request));
    },
    remove: (id) => acceptGone(unwrapErrors(client.delete(id))),
  };
}

/** Waits for a deletion; 404 counts as done. */
export async function acceptGone(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!(error instanceof ManagementRefusal && error.status === 404)) throw error;
  });
}

/**
 * The tenant accepts the URL-encoded identifier as an id. A proxy may decode it and a tenant may match it loosely, so
 * the result is compared.
 */
async function getExactly(client: ResourceServersClient, identifier: string, id = identifier) {
  try {
    const found = parseResourceServer(await unwrapErrors(client.get(id)));
    return found.identifier === identifier ? found : undefined;
  } catch (error) {
    if (error instanceof ManagementRefusal && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  }
}

async function findOnPages(client: ResourceServersClient, identifier: string): Promise<ResourceServer | undefined> {
  const listed = (await listAll(client)).find((record) => record.identifier === identifier);
  // A list may leave out properties.
  return listed && getExactly(client, identifier, textOf(listed, 'id'));
}

/** Reads page after page until one brings nothing new, whatever sizes and totals the tenant claims. */
async function listAll(client: ResourceServersClient): Promise<readonly JsonObject[]> {
  const byId = new Map<string, JsonObject>();
  for (let page = 0; ; page += 1) {
    const { response } = await unwrapErrors(client.list({ page, per_page: PAGE_SIZE }));
    const fresh = parsePage(response).filter((record) => !byId.has(textOf(record, 'id')));
    for (const record of fresh) byId.set(textOf(record, 'id'), record);
    if (fresh.length === 0) return [...byId.values()];
  }
}

function parsePage(response: unknown): readonly JsonObject[] {
  const records = isJsonObject(response) ? response.resource_servers : response;
  if (Array.isArray(records) && records.every(isJsonObject)) return records;
  throw malformed('a list of resource servers');
}

function parseResourceServer(response: unknown): ResourceServer {
  if (!isJsonObject(response)) throw malformed('a JSON object');
  const { name, scopes } = response;
  return {
    id: textOf(response, 'id'),
    identifier: textOf(response, 'identifier'),
    name: typeof name === 'string' ? name : '',
    scopes: Array.isArray(scopes) ? scopes.flatMap(scopeValue) : [],
    keys: keyPropertiesOf(response),
    tokens: tokenSettingsOf(response),
  };
}

function scopeValue(scope: unknown): readonly string[] {
  return isJsonObject(scope) && typeof scope.value === 'string' ? [scope.value] : [];
}

function textOf(record: JsonObject, member: string): string {
  const value = record[member];
  if (typeof value === 'string') return value;
  throw malformed(`a string "${member}"`);
}

function malformed(expected: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant's response to a request for resource servers is malformed. Expected ${expected}; check that the URL is that of the tenant.`,
  );
}
