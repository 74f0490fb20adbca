/** The local tenant's seed for routes of one's own: the API offers every scope that they require. */
import { RouteMap, type RouteSettings } from '../src/core/routes.ts';
import type { Seed } from './tenant/records.ts';
import { seed } from './tenant/seed.ts';
import { scopeValues } from './tenant/state.ts';

/** Returns the seed's APIs, with the scopes of the routes added to the API of the audience. Other APIs stay as they are. */
export function seedOffering(audience: string, routes: RouteSettings): Pick<Seed, 'resourceServers'> {
  const resourceServers = seed.resourceServers.map((api) => {
    const missing = new RouteMap(routes).scopes.filter((scope) => !scopeValues(api).includes(scope));
    if (api.identifier !== audience || missing.length === 0) return api;
    return { ...api, scopes: [...(api.scopes ?? []), ...missing.map((value) => ({ value }))] };
  });
  return { resourceServers };
}
