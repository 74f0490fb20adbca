/**
 * Wraps a tenant and collects its changes. In a dry run nothing is written to the tenant: writes are kept in memory and read
 * back, so the same code that changes a tenant can run without changing it.
 */
import type { ClientGrant, ClientGrants } from '../management/client-grants.ts';
import { KEY_PROPERTIES, type KeyPatch, keyPropertiesOf } from '../management/key-properties.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../management/resource-servers.ts';

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
  const act = (work: () => Promise<void>) => (isDryRun ? Promise.resolve() : work());
  return {
    find: (identifier) => seen.find(identifier, () => real.find(identifier)),
    identifiers: () => real.identifiers(),
    create: async (wanted) => {
      await act(() => real.create(wanted));
      seen.put(wanted.identifier, plannedResourceServer(wanted));
      onChange({ target: targetOf(wanted), before: null, after: `resource server "${wanted.name}"` });
    },
    update: async (id, patch) => {
      const [key, before] = seen.byId(id);
      await act(() => real.update(id, patch));
      seen.put(key, before && { ...before, keys: { ...before.keys, ...patch } });
      reportPatch(before, patch, onChange);
    },
    remove: async (id) => {
      const [key, before] = seen.byId(id);
      await act(() => real.remove(id));
      seen.put(key, undefined);
      if (before) onChange({ target: targetOf(before), before: `resource server "${before.name}"`, after: null });
    },
  };
}

function targetOf({ identifier }: Pick<ResourceServer, 'identifier'>): string {
  return `resource server ${identifier}`;
}

function plannedResourceServer({ identifier, name, scopes }: NewResourceServer): ResourceServer {
  return { id: DRY_RUN_ID, identifier, name, scopes, keys: keyPropertiesOf({}) };
}

function reportPatch(before: ResourceServer | undefined, patch: KeyPatch, onChange: OnChange): void {
  if (!before) return;
  for (const property of KEY_PROPERTIES.filter((name) => name in patch)) {
    onChange({ target: targetOf(before), property, before: before.keys[property], after: patch[property] });
  }
}

function watchClientGrants(real: ClientGrants, isDryRun: boolean, onChange: OnChange): ClientGrants {
  const seen = new Seen<ClientGrant>(isDryRun);
  const act = (work: () => Promise<void>) => (isDryRun ? Promise.resolve() : work());
  const keyOf = (clientId: string, audience: string) => `client grant of ${clientId} for ${audience}`;
  const reportScopes = (target: string, before: readonly string[], after: readonly string[]) =>
    onChange({ target, property: 'scope', before, after });
  return {
    find: (clientId, audience) => seen.find(keyOf(clientId, audience), () => real.find(clientId, audience)),
    create: async (wanted) => {
      const key = keyOf(wanted.clientId, wanted.audience);
      await act(() => real.create(wanted));
      seen.put(key, { id: DRY_RUN_ID, scopes: wanted.scopes, allowsAllScopes: false });
      reportScopes(key, [], wanted.scopes);
    },
    update: async (id, scopes) => {
      const [key, before] = seen.byId(id);
      await act(() => real.update(id, scopes));
      seen.put(key, before && { ...before, scopes });
      reportScopes(key, before?.scopes ?? [], scopes);
    },
    remove: async (id) => {
      const [key, before] = seen.byId(id);
      await act(() => real.remove(id));
      seen.put(key, undefined);
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

  put(key: string, thing: Thing | undefined): void {
    this.#things.set(key, thing);
    if (this.#isDryRun) this.#dryRunWrites.add(key);
  }

  byId(id: string): readonly [string, Thing | undefined] {
    return [...this.#things].find(([, thing]) => thing?.id === id) ?? [id, undefined];
  }
}
