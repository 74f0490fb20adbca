/** Derives the resources of a REST API, and which of their methods are public, from the routes of the configuration. */
import { withGreedyRoots } from '../src/config/greedy-roots.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import type { GuardedMethods } from './guarded-api.ts';

/**
 * The resources of an API that has exactly these routes. The root of a greedy route is one of them: AWS does not say whether
 * a request for a resource without methods reaches another resource, such as a public `/{proxy+}`.
 */
export function resourcesOfRoutes(routes: RouteSettings): ReadonlyMap<string, GuardedMethods> {
  const resources = new Map<string, GuardedMethods>();
  for (const [key, setting] of Object.entries(withGreedyRoots(routes))) {
    const [method = '', path = ''] = key.split(' ');
    const methods = resources.get(path) ?? { guarded: [], public: [] };
    const kind = setting === 'public' ? 'public' : 'guarded';
    resources.set(path, { ...methods, [kind]: [...methods[kind], method] });
  }
  return resources;
}

/**
 * The resources of an API that forwards every path to a backend. Each path is behind the authorizer, which knows what its route
 * requires. A public path has its own resource, whose other methods are not public.
 */
export function resourcesBeforeBackend(routes: RouteSettings): ReadonlyMap<string, GuardedMethods> {
  const publicRoutes = Object.fromEntries(Object.entries(routes).filter(([, setting]) => setting === 'public'));
  const everything = { guarded: ['ANY'], public: [] };
  const publicResources = [...resourcesOfRoutes(publicRoutes)].map(([path, methods]): [string, GuardedMethods] => {
    return [path, { ...methods, guarded: methods.public.includes('ANY') ? [] : ['ANY'] }];
  });
  return new Map<string, GuardedMethods>([['/', everything], ['/{proxy+}', everything], ...publicResources]);
}
