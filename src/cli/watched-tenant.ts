/**
 * Wraps a tenant and collects its changes. In a dry run nothing is written to the tenant: writes are stored in memory
 * and read back, so the same code that changes a tenant can run without changing it.
 */
import type { ClientGrant, ClientGrants } from '../management/client-grants.ts';
import { KEY_PROPERTIES, type KeyPatch, keyPropertiesOf } from '../management/key-properties.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../management/resource-servers.ts';
import { NO_TOKEN_SETTINGS } from '../management/token-settings.ts';

export interface TenantChange {
  /** What changes, for people. */
  readonly target: string;
  /** The property that changes; absent if the target is created or deleted as a whole. */
  readonly property?: string;
  /** `null` if there was no value. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface WatchedTenant {
  readonly resourceServers: ResourceServers;
  readonly clientGrants: ClientGrants;
  /** The changes so far, or in a dry run those that would have been made. */
  readonly changes: readonly TenantChange[];
}

const DRY_RUN_ID = 'dry-run';

export function watchTenant(tenant: ManagementConnection, isDryRun: boolean): WatchedTenant {
  const changes: TenantChange[] = [];
  const onChange = (change: TenantChange) => {
    changes.push(change);
  };
  return {
    resourceServers: watchResourceServers(tenant.resourceServers, isDryRun, onChange),
    clientGrants: watchClientGrants(tenant.clientGrants, isDryRun, onChange),
    changes,
  };
}

type OnChange = (change: TenantChange) => void;

function watchResourceServers(real: ResourceServers, isDryRun: boolean, onChange: OnChange): ResourceServers {
  const seen = new Seen<ResourceServer>(isDryRun);
  return {
    find: (identifier) => seen.find(identifier, () => real.find(identifier)),
    identifiers: () => real.identifiers(),
    create: async (wanted) => {
      await seen.create(wanted.identifier, () => real.create(wanted), plannedResourceServer(wanted));
      onChange({ target: targetOf(wanted), before: null, after: `resource server "${wanted.name}"` });
    },
    update: async (id, patch) => {
      const update = (before: ResourceServer) => ({ ...before, keys: { ...before.keys, ...patch } });
      const { before } = await seen.change(id, () => real.update(id, patch), update);
      reportPatch(before, patch, onChange);
    },
    remove: async (id) => {
      const { before } = await seen.change(id, () => real.remove(id));
      if (before) onChange({ target: targetOf(before), before: `resource server "${before.name}"`, after: null });
    },
  };
}

function targetOf({ identifier }: Pick<ResourceServer, 'identifier'>): string {
  return `resource server ${identifier}`;
}

function plannedResourceServer({ identifier, name, scopes }: NewResourceServer): ResourceServer {
  return { id: DRY_RUN_ID, identifier, name, scopes, keys: keyPropertiesOf({}), tokens: NO_TOKEN_SETTINGS };
}

function reportPatch(before: ResourceServer | undefined, patch: KeyPatch, onChange: OnChange): void {
  if (!before) return;
  for (const property of KEY_PROPERTIES.filter((name) => name in patch)) {
    onChange({ target: targetOf(before), property, before: before.keys[property], after: patch[property] });
  }
}

function watchClientGrants(real: ClientGrants, isDryRun: boolean, onChange: OnChange): ClientGrants {
  const seen = new Seen<ClientGrant>(isDryRun);
  const keyOf = (clientId: string, audience: string) => `client grant of ${clientId} for ${audience}`;
  const reportScopes = (target: string, before: readonly string[], after: readonly string[]) =>
    onChange({ target, property: 'scope', before, after });
  return {
    find: (clientId, audience) => seen.find(keyOf(clientId, audience), () => real.find(clientId, audience)),
    create: async (wanted) => {
      const key = keyOf(wanted.clientId, wanted.audience);
      const planned = { id: DRY_RUN_ID, scopes: wanted.scopes, allowsAllScopes: false };
      await seen.create(key, () => real.create(wanted), planned);
      reportScopes(key, [], wanted.scopes);
    },
    update: async (id, scopes) => {
      const { key, before } = await seen.change(
        id,
        () => real.update(id, scopes),
        (grant) => ({ ...grant, scopes }),
      );
      reportScopes(key, before?.scopes ?? [], scopes);
    },
    remove: async (id) => {
      const { key, before } = await seen.change(id, () => real.remove(id));
      reportScopes(key, before?.scopes ?? [], []);
    },
  };
}

/** The last known state of each thing. In a dry run, a thing that was written is read from here and not from the tenant. */
class Seen<Thing extends { readonly id: string }> {
  readonly #isDryRun: boolean;
  readonly #things = new Map<string, Thing | undefined>();
  readonly #dryRunWrites = new Set<string>();

  constructor(isDryRun: boolean) {
    this.#isDryRun = isDryRun;
  }

  async find(key: string, ask: () => Promise<Thing | undefined>): Promise<Thing | undefined> {
    if (!this.#dryRunWrites.has(key)) this.#things.set(key, await ask());
    return this.#things.get(key);
  }

  async create(key: string, write: () => Promise<void>, thing: Thing): Promise<void> {
    await this.#write(key, write, thing);
  }

  /** Changes a thing, or removes it without `update`. Returns what it was before. */
  async change(id: string, write: () => Promise<void>, update?: (before: Thing) => Thing) {
    const [key, before] = [...this.#things].find(([, thing]) => thing?.id === id) ?? [id, undefined];
    await this.#write(key, write, before && update?.(before));
    return { key, before };
  }

  async #write(key: string, write: () => Promise<void>, thing: Thing | undefined): Promise<void> {
    if (!this.#isDryRun) await write();
    this.#things.set(key, thing);
    if (this.#isDryRun) this.#dryRunWrites.add(key);
  }
}
