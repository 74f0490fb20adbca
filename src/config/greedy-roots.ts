/**
 * The roots of greedy routes. `ANY /admin/{proxy+}` covers `/admin` as well, unless another route names it: the gateway
 * needs a resource for that, and the operator should know.
 */
import { RouteMap, type RouteSetting, type RouteSettings, scopesOf } from '../core/routes.ts';

/** The root that a greedy route covers besides the paths below it. */
interface GreedyRoot {
  /** Such as `ANY /admin/{proxy+}`. */
  readonly key: string;
  readonly method: string;
  /** Such as `/admin`. */
  readonly path: string;
  readonly setting: RouteSetting;
}

const GREEDY_KEY = /^(\S+) (.*)\/\{[^/]+\+\}$/;

/**
 * Adds a route for the root of each greedy route that has an authorizer, unless a route of that method or `ANY` names
 * the root. Skips public greedy routes, which open only the paths below the root.
 */
export function withGreedyRoots(routes: RouteSettings): RouteSettings {
  const roots = greedyRoots(routes).map(({ method, path, setting }) => [`${method} ${path}`, setting] as const);
  return { ...routes, ...Object.fromEntries(roots) };
}

/**
 * Describes each greedy route that changes what applies to its root: without it, another route would decide
 * differently, or none would apply. Skips `/{proxy+}`, which stands for everything.
 */
export function greedyRootNotes(routes: RouteSettings): readonly string[] {
  return greedyRoots(routes)
    .filter(({ path }) => path !== '/')
    .flatMap((root) => {
      const other = routeWithout(root, routes);
      if (other !== undefined && isSame(routes[other], root.setting)) return [];
      const otherwise = other === undefined ? 'no other route would apply' : `"${other}" would apply otherwise`;
      return [
        `The route "${root.key}" also covers "${root.path}" and "${root.path}/", where ${otherwise}. To require something else there, add the route "${root.method} ${root.path}".`,
      ];
    });
}

function greedyRoots(routes: RouteSettings): readonly GreedyRoot[] {
  return Object.entries(routes).flatMap(([key, setting]) => {
    const [, method = '', head] = GREEDY_KEY.exec(key) ?? [];
    const path = head || '/';
    const isNamed = `${method} ${path}` in routes || `ANY ${path}` in routes;
    return head === undefined || isNamed || setting === 'public' ? [] : [{ key, method, path, setting }];
  });
}

/** The route that would decide on a root if its greedy route were not there. */
function routeWithout({ key, method, path }: GreedyRoot, routes: RouteSettings): string | undefined {
  const others = Object.keys(routes).filter((other) => other !== key);
  // Each route gets its index as its only scope, so the scope identifies the route.
  const map = new RouteMap(Object.fromEntries(others.map((other, index) => [other, [String(index)]])));
  const requirement = map.requirement({ method, resourcePath: '/{proxy+}', path });
  return requirement && others[Number(scopesOf(requirement)[0])];
}

function isSame(a: RouteSetting | undefined, b: RouteSetting): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
