/**
 * Decides which scopes a route requires. A route that is not in the map is denied. The request path is not trusted: one
 * that can be read in two ways (encoded slashes, dot segments, empty segments) matches nothing. A greedy route covers
 * its own root: `ANY /admin/{proxy+}` also decides about `/admin` and `/admin/`, unless another route names them.
 */
import { ConfigurationError } from './errors.ts';
import { percentDecode } from './percent-encoding.ts';

/** The scopes that a route requires of a principal. */
export type ScopeRequirement = AllOfScopes | AnyOfScopes;

/**
 * A route as configured: a list requires all of its scopes, `[]` accepts any principal, and `"public"` uses no
 * authorizer.
 */
export type RouteSetting = readonly string[] | AllOfScopes | AnyOfScopes | 'public';

/** A requirement that all scopes together meet. */
export interface AllOfScopes {
  /** The scopes. `[]` accepts any principal. */
  readonly allOf: readonly string[];
  /** The only audience whose tokens are accepted. @default every accepted audience */
  readonly audience?: string | undefined;
}

/** A requirement that one of several scopes meets. */
export interface AnyOfScopes {
  /** The scopes, at least one. */
  readonly anyOf: readonly string[];
  /** The only audience whose tokens are accepted. @default every accepted audience */
  readonly audience?: string | undefined;
}

/** The key is `"GET /foo/{id}"`, or `"$connect"` for a WebSocket API. */
export type RouteSettings = Readonly<Record<string, RouteSetting>>;

/** The route that a request calls. */
export interface CalledRoute {
  /** Upper case. */
  readonly method: string;
  /** The API's own name for the route, such as `/foo/{id}`. */
  readonly resourcePath: string;
  /** The path of the request, without stage and query. Used only for resources with a parameter. */
  readonly path: string;
}

/** The route of a WebSocket API on which callers authenticate. */
export const CONNECT_ROUTE = '$connect';

interface Route {
  readonly method: string;
  readonly path: string;
  /** What a greedy route covers besides the paths below it, such as `/admin`. */
  readonly root: string | undefined;
  readonly segments: readonly string[];
  readonly requirement: ScopeRequirement;
}

const ROUTE_KEY = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) (\/\S*)$/;
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()+,;=:@-]+|\{[A-Za-z0-9._-]+\})$/;
const GREEDY = /^\{[A-Za-z0-9._-]+\+\}$/;
const PARAMETER = /^\{.*\}$/;
/** Decoded text that two servers may read differently, or that has a meaning in an IAM policy. */
const AMBIGUOUS_SEGMENT = /^\.{0,2}$|[/\\%;*?#\p{Cc}]/u;

/** The routes of one API, most specific first. */
export class RouteMap {
  readonly #routes: readonly Route[];

  /** @throws ConfigurationError `configuration_invalid`, naming the route at fault */
  constructor(settings: RouteSettings) {
    this.#routes = Object.entries(settings).flatMap(parseRoute).sort(bySpecificity);
  }

  /** Every scope that some route requires, each once, in alphabetical order. */
  get scopes(): readonly string[] {
    return scopesIn(this.#routes);
  }

  /** Every scope that a route requires which accepts tokens for this audience. */
  scopesFor(audience: string): readonly string[] {
    return scopesIn(this.#routes.filter(({ requirement: { audience: only = audience } }) => only === audience));
  }

  /** The scopes that the called route requires; `undefined` if the route is not in the map. */
  requirement({ method, resourcePath, path }: CalledRoute): ScopeRequirement | undefined {
    const ofMethod = this.#routes.filter((route) => route.method === method || route.method === 'ANY');
    const segments = resourcePath.includes('{') ? unambiguousSegments(path) : undefined;
    const ofPath = segments ? ofMethod.filter((route) => covers(route, segments)) : [];
    if (isGreedy(resourcePath)) return ofPath[0]?.requirement;
    const named = ofMethod.find((route) => route.path === resourcePath || route.root === resourcePath);
    if (!named || !resourcePath.includes('{')) return named?.requirement;
    const moreSpecific = ofMethod.slice(0, ofMethod.indexOf(named));
    return segments
      ? decidingRoute(named, moreSpecific, segments)?.requirement
      : ifMostSpecific(named, moreSpecific)?.requirement;
  }
}

/** The requirement that a setting stands for. */
export function requirementOf(setting: Exclude<RouteSetting, 'public'>): ScopeRequirement {
  return 'anyOf' in setting || 'allOf' in setting ? setting : { allOf: setting };
}

/** The scopes that a requirement names. */
export function scopesOf(requirement: ScopeRequirement): readonly string[] {
  return 'allOf' in requirement ? requirement.allOf : requirement.anyOf;
}

/** Returns whether a principal's scopes satisfy a requirement. */
export function satisfies(granted: readonly string[], requirement: ScopeRequirement): boolean {
  return 'allOf' in requirement
    ? requirement.allOf.every((scope) => granted.includes(scope))
    : requirement.anyOf.some((scope) => granted.includes(scope));
}

function parseRoute([key, setting]: readonly [string, RouteSetting]): readonly Route[] {
  const [, method = '', path = ''] = key === CONNECT_ROUTE ? [key, 'ANY', key] : (ROUTE_KEY.exec(key) ?? []);
  // `$connect` has no segments, so no path of an HTTP request can match it.
  const segments = path === CONNECT_ROUTE ? [] : segmentsOf(path);
  const areSegmentsSound =
    path === '/' ||
    segments.every(
      (segment, index) => SEGMENT.test(segment) || (index === segments.length - 1 && GREEDY.test(segment)),
    );
  if (method === '' || !areSegmentsSound) {
    throw new ConfigurationError(
      'configuration_invalid',
      `The route ${JSON.stringify(key)} is not valid. Expected a method or ANY, a space and a path such as "GET /foo/{id}" or "ANY /{proxy+}".`,
    );
  }
  if (setting === 'public') return [];
  const root = isGreedy(path) ? path.slice(0, path.lastIndexOf('/')) || '/' : undefined;
  return [{ method, path, root, segments, requirement: requirementOf(setting) }];
}

function scopesIn(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.flatMap(({ requirement }) => scopesOf(requirement)))].sort();
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/');
}

/**
 * The decoded segments of a request path, or `undefined` if the backend may read it as another path. One trailing slash is
 * ignored, as most servers do, so `/foo/` requires the same scopes as `/foo`.
 */
function unambiguousSegments(path: string): readonly string[] | undefined {
  if (path === '/') return [''];
  const segments = segmentsOf(path.replace(/\/$/, '')).map(percentDecode);
  return path.startsWith('/') && segments.every(isUnambiguous) ? segments : undefined;
}

function isUnambiguous(segment: string | undefined): segment is string {
  return segment !== undefined && !AMBIGUOUS_SEGMENT.test(segment);
}

function isGreedy(resourcePath: string): boolean {
  return GREEDY.test(segmentsOf(resourcePath).at(-1) ?? '');
}

/** Returns whether a route covers a request path. A greedy route covers its root and all paths below it. */
function covers({ root, segments: pattern }: Route, segments: readonly string[]): boolean {
  const head = root === undefined ? pattern : pattern.slice(0, -1);
  return (
    (root === undefined ? segments.length === head.length : segments.length >= head.length) &&
    head.every((part, index) => (PARAMETER.test(part) ? segments[index] !== '' : part === segments[index]))
  );
}

/**
 * Finds the route that decides when the gateway matched a resource with a parameter, such as `/{id}`. A more specific
 * greedy route takes over, because the gateway has no resource for the root of a greedy route. Any other more specific
 * route has a resource of its own that the gateway did not choose. The backend may then read the path differently, so
 * the request is denied.
 *
 * @param moreSpecific the routes before the named one, most specific first
 */
function decidingRoute(named: Route, moreSpecific: readonly Route[], segments: readonly string[]): Route | undefined {
  if (!covers(named, segments)) return undefined;
  const [first = named] = moreSpecific.filter((route) => covers(route, segments));
  return first === named || first.root !== undefined ? first : undefined;
}

/** For a path that can be read in two ways, the named route may decide only if there is no more specific one. */
function ifMostSpecific(named: Route, moreSpecific: readonly Route[]): Route | undefined {
  return moreSpecific.length === 0 ? named : undefined;
}

/** Compares segment by segment: literal, then parameter, then greedy; a root before the paths below it; `ANY` last. */
function bySpecificity(a: Route, b: Route): number {
  const rank = ({ segments, method }: Route) =>
    segments.map((segment) => (GREEDY.test(segment) ? '2' : PARAMETER.test(segment) ? '1' : '0')).join('') +
    // A space sorts before every digit, so that `ANY /a` comes before `GET /a/{proxy+}`.
    (method === 'ANY' ? ' 1' : ' 0');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}
