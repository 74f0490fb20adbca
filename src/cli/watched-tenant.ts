/**
 * A tenant whose changes are told to somebody. In a rehearsal nothing is sent: what would have been written is remembered
 * and read back, so that the very code that changes a tenant can be run without changing it.
 */
import type { ClientGrant, ClientGrants } from '../management/client-grants.ts';
import { KEY_PROPERTIES, type KeyPatch, keyPropertiesOf } from '../management/key-properties.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import type { NewResourceServer, ResourceServer, ResourceServers } from '../management/resource-servers.ts';

export interface TenantChange {
  /** What is changed, for people. */
  readonly target: string;
  /** Which of its properties; absent if it is made or deleted as a whole. */
  readonly property?: string;
  /** `null` if there is none. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface WatchedTenant {
  readonly resourceServers: ResourceServers;
  readonly clientGrants: ClientGrants;
  /** What was changed so far, or would have been. */
  readonly changes: readonly TenantChange[];
}

const REHEARSED_ID = 'rehearsed';

export function watchTenant(tenant: ManagementConnection, isRehearsal: boolean): WatchedTenant {
  const changes: TenantChange[] = [];
  const tell = (change: TenantChange) => {
    changes.push(change);
  };
  return {
    resourceServers: watchResourceServers(tenant.resourceServers, isRehearsal, tell),
    clientGrants: watchClientGrants(tenant.clientGrants, isRehearsal, tell),
    changes,
  };
}

type Tell = (change: TenantChange) => void;

function watchResourceServers(real: ResourceServers, isRehearsal: boolean, tell: Tell): ResourceServers {
  const seen = new Seen<ResourceServer>(isRehearsal);
  const act = (work: () => Promise<void>) => (isRehearsal ? Promise.resolve() : work());
  return {
    find: (identifier) => seen.find(identifier, () => real.find(identifier)),
    identifiers: () => real.identifiers(),
    create: async (wanted) => {
      await act(() => real.create(wanted));
      seen.put(wanted.identifier, rehearsedResourceServer(wanted));
      tell({ target: targetOf(wanted), before: null, after: `resource server "${wanted.name}"` });
    },
    update: async (id, patch) => {
      const [key, before] = seen.byId(id);
      await act(() => real.update(id, patch));
      seen.put(key, before && { ...before, keys: { ...before.keys, ...patch } });
      tellPatch(before, patch, tell);
    },
    remove: async (id) => {
      const [key, before] = seen.byId(id);
      await act(() => real.remove(id));
      seen.put(key, undefined);
      if (before) tell({ target: targetOf(before), before: `resource server "${before.name}"`, after: null });
    },
  };
}

function targetOf({ identifier }: Pick<ResourceServer, 'identifier'>): string {
  return `resource server ${identifier}`;
}

function rehearsedResourceServer({ identifier, name, scopes }: NewResourceServer): ResourceServer {
  return { id: REHEARSED_ID, identifier, name, scopes, keys: keyPropertiesOf({}) };
}

function tellPatch(before: ResourceServer | undefined, patch: KeyPatch, tell: Tell): void {
  if (!before) return;
  for (const property of KEY_PROPERTIES.filter((name) => name in patch)) {
    tell({ target: targetOf(before), property, before: before.keys[property], after: patch[property] });
  }
}

function watchClientGrants(real: ClientGrants, isRehearsal: boolean, tell: Tell): ClientGrants {
  const seen = new Seen<ClientGrant>(isRehearsal);
  const act = (work: () => Promise<void>) => (isRehearsal ? Promise.resolve() : work());
  const keyOf = (clientId: string, audience: string) => `client grant of ${clientId} for ${audience}`;
  const tellScopes = (target: string, before: readonly string[], after: readonly string[]) =>
    tell({ target, property: 'scope', before, after });
  return {
    find: (clientId, audience) => seen.find(keyOf(clientId, audience), () => real.find(clientId, audience)),
    create: async (wanted) => {
      const key = keyOf(wanted.clientId, wanted.audience);
      await act(() => real.create(wanted));
      seen.put(key, { id: REHEARSED_ID, scopes: wanted.scopes, allowsAllScopes: false });
      tellScopes(key, [], wanted.scopes);
    },
    update: async (id, scopes) => {
      const [key, before] = seen.byId(id);
      await act(() => real.update(id, scopes));
      seen.put(key, before && { ...before, scopes });
      tellScopes(key, before?.scopes ?? [], scopes);
    },
    remove: async (id) => {
      const [key, before] = seen.byId(id);
      await act(() => real.remove(id));
      seen.put(key, undefined);
      tellScopes(key, before?.scopes ?? [], []);
    },
  };
}

/** What was last seen of each thing. In a rehearsal, what was put there is found instead of what the tenant has. */
class Seen<Thing extends { readonly id: string }> {
  readonly #isRehearsal: boolean;
  readonly #things = new Map<string, Thing | undefined>();
  readonly #rehearsed = new Set<string>();

  constructor(isRehearsal: boolean) {
    this.#isRehearsal = isRehearsal;
  }

  async find(key: string, ask: () => Promise<Thing | undefined>): Promise<Thing | undefined> {
    if (!this.#rehearsed.has(key)) this.#things.set(key, await ask());
    return this.#things.get(key);
  }

  put(key: string, thing: Thing | undefined): void {
    this.#things.set(key, thing);
    if (this.#isRehearsal) this.#rehearsed.add(key);
  }

  byId(id: string): readonly [string, Thing | undefined] {
    return [...this.#things].find(([, thing]) => thing?.id === id) ?? [id, undefined];
  }
}
