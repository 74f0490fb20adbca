/** Chooses what the demonstration calls, and the scopes of its credentials, from the routes of the configuration. */
import { RouteMap, type RouteSettings, type ScopeRequirement, satisfies } from '../src/core/routes.ts';
import { resourcesOf } from './gateway/resources.ts';
import { gatewayRoutes, isPublic } from './gateway/routes.ts';

export interface DemoRoute {
  readonly method: string;
  /** A path of the route, such as `/foo/example` for `/foo/{id}`. */
  readonly path: string;
  readonly requirement: ScopeRequirement;
}

export interface DemoChoice {
  readonly route: DemoRoute;
  /** What the credentials hold. They satisfy the route. */
  readonly scopes: readonly string[];
  /** A route and scopes that do not satisfy it. @default - any principal may call every route */
  readonly lacking?: { readonly route: DemoRoute; readonly scopes: readonly string[] };
}

/** The scopes of the local tenant's own API. */
const DEMO_SCOPES = ['read:foo', 'create:foo', 'update:foo', 'delete:foo'];
const USUAL_SCOPES = ['read:foo'];

/**
 * Chooses a route, best with GET and with a scope. A backend is real, so it gets nothing but GET.
 *
 * @returns `undefined` if no route is suitable
 */
export function chooseRoutes(routes: RouteSettings, hasBackend: boolean): DemoChoice | undefined {
  const all = candidatesOf(routes, hasBackend);
  const ofAnyAudience = all.filter(({ requirement }) => requirement.audience === undefined);
  const candidates = ofAnyAudience.length > 0 ? ofAnyAudience : all;
  const isGet = ({ method }: DemoRoute) => method === 'GET';
  const needsScope = ({ requirement }: DemoRoute) => !satisfies([], requirement);
  const route =
    candidates.find((one) => isGet(one) && needsScope(one)) ?? candidates.find(isGet) ?? candidates.find(needsScope);
  const chosen = route ?? candidates[0];
  if (!chosen) return undefined;
  const scopes = scopesFor(chosen.requirement);
  const lacking = chooseLacking(chosen, scopes, candidates);
  return { route: chosen, scopes, ...(lacking && { lacking }) };
}

/** `GET POST /foo, GET /health (public)`. */
export function describeRoutes(routes: RouteSettings): string {
  const groups = new Map<string, string[]>();
  for (const [key, setting] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ');
    const place = setting === 'public' ? `${path} (public)` : path;
    groups.set(place, [...(groups.get(place) ?? []), method]);
  }
  return [...groups].map(([place, methods]) => [...methods, place].join(' ')).join(', ');
}

function candidatesOf(routes: RouteSettings, hasBackend: boolean): readonly DemoRoute[] {
  const gateway = gatewayRoutes(routes, hasBackend);
  const resources = resourcesOf(gateway.routeKeys);
  const map = new RouteMap(routes);
  return Object.keys(routes).flatMap((key) => {
    const [configured = '', pattern = ''] = key.split(' ');
    const method = configured === 'ANY' ? 'GET' : configured;
    const path = pattern.replace(/\{[^}]*\}/g, 'example');
    const resourcePath = resources.find(method, path);
    // A refusal of HEAD has no body, so nobody can tell it from a response of the backend.
    if (resourcePath === undefined || method === 'HEAD' || (hasBackend && method !== 'GET')) return [];
    const requirement = map.requirement({ method, resourcePath, path });
    return requirement && !isPublic(gateway, method, resourcePath) ? [{ method, path, requirement }] : [];
  });
}

function scopesFor(requirement: ScopeRequirement): readonly string[] {
  const scopes = 'allOf' in requirement ? requirement.allOf : requirement.anyOf.slice(0, 1);
  return scopes.length === 0 ? USUAL_SCOPES : scopes;
}

function chooseLacking(
  chosen: DemoRoute,
  scopes: readonly string[],
  candidates: readonly DemoRoute[],
): DemoChoice['lacking'] {
  const other = candidates.find(({ requirement }) => !satisfies(scopes, requirement));
  if (other) return { route: other, scopes };
  const scope = DEMO_SCOPES.find((one) => !satisfies([one], chosen.requirement));
  return scope === undefined ? undefined : { route: chosen, scopes: [scope] };
}
