/** The routes of the local REST API: those of the configuration or, with a backend, every path. */
import { withGreedyRoots } from '../../src/config/greedy-roots.ts';
import type { RouteSettings } from '../../src/core/routes.ts';

export interface GatewayRoutes {
  /** Keys such as `GET /foo`. */
  readonly routeKeys: readonly string[];
  /** The routes without an authorizer. */
  readonly publicRouteKeys: readonly string[];
}

/** As in a deployment: with a backend, each path is behind the authorizer, which knows what its route requires. */
export function gatewayRoutes(routes: RouteSettings, hasBackend: boolean): GatewayRoutes {
  const entries = Object.entries(withGreedyRoots(routes));
  const publicRouteKeys = entries.filter(([, setting]) => setting === 'public').map(([key]) => key);
  if (!hasBackend) return { routeKeys: entries.map(([key]) => key), publicRouteKeys };
  const paths = ['/', '/{proxy+}', ...publicRouteKeys.map((key) => key.slice(key.indexOf(' ') + 1))];
  return { routeKeys: [...new Set([...publicRouteKeys, ...paths.map((path) => `ANY ${path}`)])], publicRouteKeys };
}

/** Whether the API serves a method of a resource without an authorizer. */
export function isPublic({ routeKeys, publicRouteKeys }: GatewayRoutes, method: string, resourcePath: string): boolean {
  const named = `${method} ${resourcePath}`;
  return publicRouteKeys.includes(routeKeys.includes(named) ? named : `ANY ${resourcePath}`);
}
