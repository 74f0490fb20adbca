/** Derives the resources of a REST API, and which of their methods are open, from the routes of the configuration. */
import { withGreedyRoots } from '../src/config/greedy-roots.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import type { GuardedMethods } from './guarded-api.ts';

/**
 * The resources of an API that has exactly these routes. The root of a greedy route is one of them: AWS does not say whether
 * a request for a resource without methods reaches another resource, such as an open `/{proxy+}`.
 */
export function resourcesOfRoutes(routes: RouteSettings): ReadonlyMap<string, GuardedMethods> {
  const resources = new Map<string, GuardedMethods>();
  for (const [key, setting] of Object.entries(withGreedyRoots(routes))) {
    const [method = '', path = ''] = key.split(' ');
    const { guarded, open } = resources.get(path) ?? { guarded: [], open: [] };
    const isOpen = setting === 'public';
    resources.set(path, isOpen ? { guarded, open: [...open, method] } : { guarded: [...guarded, method], open });
  }
  return resources;
}

/**
 * The resources of an API that forwards every path to a backend. Each path is behind the authorizer, which knows what its route
 * requires. A public path has its own resource, whose other methods are not open.
 */
export function resourcesBeforeBackend(routes: RouteSettings): ReadonlyMap<string, GuardedMethods> {
  const publicRoutes = Object.fromEntries(Object.entries(routes).filter(([, setting]) => setting === 'public'));
  const everything = { guarded: ['ANY'], open: [] };
  const openResources = [...resourcesOfRoutes(publicRoutes)].map(([path, { open }]): [string, GuardedMethods] => {
    return [path, { guarded: open.includes('ANY') ? [] : ['ANY'], open }];
  });
  return new Map<string, GuardedMethods>([['/', everything], ['/{proxy+}', everything], ...openResources]);
}
