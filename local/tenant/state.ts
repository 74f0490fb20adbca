/**
 * The tenant's state while it runs, initialized from the seed. `snapshot` serializes it for before-and-after
 * comparisons.
 */
import type {
  ApplicationPasswordRecord,
  AttackProtection,
  ClientGrantRecord,
  ClientRecord,
  ConnectionRecord,
  OrganizationRecord,
  ResourceServerRecord,
  Seed,
  TenantSettings,
  UserRecord,
} from './records.ts';

export interface TenantState {
  settings: TenantSettings;
  attackProtection: AttackProtection;
  readonly connections: Map<string, ConnectionRecord>;
  readonly clients: Map<string, ClientRecord>;
  readonly resourceServers: Map<string, ResourceServerRecord>;
  readonly clientGrants: Map<string, ClientGrantRecord>;
  readonly users: Map<string, UserRecord>;
  readonly organizations: Map<string, OrganizationRecord>;
  readonly applicationPasswords: Map<string, ApplicationPasswordRecord>;
}

/** Creates a new state from a seed. Every `{issuer}` in it is replaced by `issuer`. */
export function createState(seed: Seed, issuer: string): TenantState {
  const filled = withIssuer(seed, issuer);
  const { settings, attackProtection, connections, clients, resourceServers, clientGrants, users } = filled;
  return {
    settings,
    attackProtection,
    connections: keyed(connections, (connection) => connection.id),
    clients: keyed(clients, (client) => client.client_id),
    resourceServers: keyed(resourceServers, (api) => api.id),
    clientGrants: keyed(clientGrants, (grant) => grant.id),
    users: keyed(users, (user) => user.user_id),
    organizations: keyed(filled.organizations, (organization) => organization.id),
    applicationPasswords: new Map(),
  };
}

export function findResourceServer(state: TenantState, idOrIdentifier: string): ResourceServerRecord | undefined {
  return state.resourceServers.get(idOrIdentifier) ?? findAudience(state, idOrIdentifier);
}

/** Finds an API by its identifier only, compared character by character. */
export function findAudience(state: TenantState, identifier: string): ResourceServerRecord | undefined {
  return [...state.resourceServers.values()].find((api) => api.identifier === identifier);
}

export function scopeValues(api: ResourceServerRecord): readonly string[] {
  return (api.scopes ?? []).map((scope) => scope.value);
}

/** Serializes APIs, grants and clients as JSON whose order depends only on their content. */
export function snapshot(state: TenantState): string {
  const sections = {
    resourceServers: byKey(state.resourceServers),
    clientGrants: byKey(state.clientGrants),
    clients: byKey(state.clients),
  };
  return JSON.stringify(sections, sortedProperties, 1);
}

function withIssuer<T>(value: T, issuer: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll('{issuer}', issuer));
}

function keyed<T>(records: readonly T[], keyOf: (record: T) => string): Map<string, T> {
  return new Map(records.map((record) => [keyOf(record), record]));
}

function byKey<T>(records: ReadonlyMap<string, T>): readonly T[] {
  return [...records.keys()].sort().map((key) => records.get(key) as T);
}

function sortedProperties(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
