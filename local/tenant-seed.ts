/** The local tenant's seed for a configuration of one's own: each API offers every scope that the routes require. */
import { RouteMap, type RouteSettings } from '../src/core/routes.ts';
import type { ResourceServerRecord, Seed } from './tenant/records.ts';
import { seed } from './tenant/seed.ts';
import { scopeValues } from './tenant/state.ts';

/**
 * Returns the seed's APIs, with one for each audience, and the scopes of the routes added to these. Other APIs stay as they are.
 *
 * @param moreScopes scopes that no route requires
 */
export function seedOffering(
  audiences: readonly string[],
  routes: RouteSettings,
  moreScopes: readonly string[] = [],
): Pick<Seed, 'resourceServers'> {
  const scopes = [...new Set([...new RouteMap(routes).scopes, ...moreScopes])];
  const known = seed.resourceServers.map(({ identifier }) => identifier);
  const missing = audiences.filter((audience) => !known.includes(audience));
  const added = missing.map((identifier, index) => ({ id: `a920000000000000000000${index}`, identifier }));
  const offering = (api: ResourceServerRecord) => (audiences.includes(api.identifier) ? withScopes(api, scopes) : api);
  return { resourceServers: [...seed.resourceServers, ...added].map(offering) };
}

function withScopes(api: ResourceServerRecord, scopes: readonly string[]): ResourceServerRecord {
  const missing = scopes.filter((scope) => !scopeValues(api).includes(scope));
  return missing.length === 0
    ? api
    : { ...api, scopes: [...(api.scopes ?? []), ...missing.map((value) => ({ value }))] };
}
