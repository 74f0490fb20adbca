/**
 * Which scopes a route asks for. A route that the map does not know is nobody's: its answer is "denied". A request path
 * is not trusted: one that could be read in two ways (encoded slashes, dot segments, empty segments) matches nothing.
 */
import { ConfigurationError } from './errors.ts';

/** What a route asks of a principal. */
export type ScopeRequirement = { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** As configured: a list is all of, `[]` any principal, `"public"` has no authorizer. */
export type RouteSetting = readonly string[] | { readonly anyOf: readonly string[] } | 'public';

/** `"GET /foo/{id}"`, or `"$connect"` for a WebSocket API → what it asks for. */
export type RouteSettings = Readonly<Record<string, RouteSetting>>;

/** What was called. */
export interface CalledRoute {
  /** Upper case. */
  readonly method: string;
  /** The API's own name for the route, such as `/foo/{id}`. */
  readonly resourcePath: string;
  /** The path that was asked for, without stage and query. Looked at under a `{proxy+}` resource only. */
  readonly path: string;
}

/** The route of a WebSocket API on which callers are asked who they are. */
export const CONNECT_ROUTE = '$connect';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
  readonly requirement: ScopeRequirement;
}

const ROUTE_KEY = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) (\/\S*)$/;
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()+,;=:@-]+|\{[A-Za-z0-9._-]+\})$/;
const GREEDY = /^\{[A-Za-z0-9._-]+\+\}$/;
const PARAMETER = /^\{.*\}$/;
/** Whatever two servers may read differently once percent-encoding is gone, or that means something in an IAM policy. */
const AMBIGUOUS_SEGMENT = /^\.{0,2}$|[/\\%;*?#\p{Cc}]/u;

/** The routes of one API, most specific first. */
export class RouteMap {
  readonly #routes: readonly Route[];

  /** @throws ConfigurationError `configuration_invalid`, naming the route at fault */
  constructor(settings: RouteSettings) {
    this.#routes = Object.entries(settings).flatMap(parseRoute).sort(bySpecificity);
  }

  /** Every scope that some route asks for, each once, in alphabetical order. */
  get scopes(): readonly string[] {
    return [...new Set(this.#routes.flatMap(({ requirement }) => scopesOf(requirement)))].sort();
  }

  /** What the called route asks for; `undefined` if the map does not know it. */
  requirement({ method, resourcePath, path }: CalledRoute): ScopeRequirement | undefined {
    const ofMethod = this.#routes.filter((route) => route.method === method || route.method === 'ANY');
    const named = ofMethod.find((route) => route.path === resourcePath);
    if (named && !isGreedy(resourcePath)) return named.requirement;
    const segments = isGreedy(resourcePath) ? unambiguousSegments(path) : undefined;
    return segments && ofMethod.find((route) => matches(route.segments, segments))?.requirement;
  }
}

/** The scopes that a requirement speaks of. */
export function scopesOf(requirement: ScopeRequirement): readonly string[] {
  return 'allOf' in requirement ? requirement.allOf : requirement.anyOf;
}

/** Says whether a principal's scopes meet what a route asks for. */
export function meets(granted: readonly string[], requirement: ScopeRequirement): boolean {
  return 'allOf' in requirement
    ? requirement.allOf.every((scope) => granted.includes(scope))
    : requirement.anyOf.some((scope) => granted.includes(scope));
}

function parseRoute([key, setting]: readonly [string, RouteSetting]): readonly Route[] {
  const [, method = '', path = ''] = key === CONNECT_ROUTE ? [key, 'ANY', key] : (ROUTE_KEY.exec(key) ?? []);
  // None for a WebSocket's route: no path of an HTTP request may ever match it.
  const segments = path === CONNECT_ROUTE ? [] : segmentsOf(path);
  const areSegmentsSound =
    path === '/' ||
    segments.every(
      (segment, index) => SEGMENT.test(segment) || (index === segments.length - 1 && GREEDY.test(segment)),
    );
  if (method === '' || !areSegmentsSound) {
    throw new ConfigurationError(
      'configuration_invalid',
      `The route ${JSON.stringify(key)} is none. Expected a method or ANY, a space and a path such as "GET /foo/{id}" or "ANY /{proxy+}".`,
    );
  }
  if (setting === 'public') return [];
  return [{ method, path, segments, requirement: 'anyOf' in setting ? setting : { allOf: setting } }];
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/');
}

/**
 * The decoded segments of a request path, or `undefined` for a path that the backend may read as another. One trailing
 * slash is passed over, as most servers do, so that `/foo/` asks for what `/foo` does.
 */
function unambiguousSegments(path: string): readonly string[] | undefined {
  if (path === '/') return [''];
  try {
    const segments = segmentsOf(path.replace(/\/$/, '')).map(decodeURIComponent);
    return path.startsWith('/') && !segments.some((segment) => AMBIGUOUS_SEGMENT.test(segment)) ? segments : undefined;
  } catch {
    return undefined;
  }
}

function isGreedy(resourcePath: string): boolean {
  return GREEDY.test(segmentsOf(resourcePath).at(-1) ?? '');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const last = pattern.at(-1) ?? '';
  if (GREEDY.test(last)) {
    const head = pattern.slice(0, -1);
    return segments.length >= pattern.length && matches(head, segments.slice(0, head.length));
  }
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (PARAMETER.test(part) ? segments[index] !== '' : part === segments[index]))
  );
}

/** Segment by segment: a literal before a parameter before a greedy one; then a named method before ANY. */
function bySpecificity(a: Route, b: Route): number {
  const rank = ({ segments, method }: Route) =>
    segments.map((segment) => (GREEDY.test(segment) ? '2' : PARAMETER.test(segment) ? '1' : '0')).join('') +
    (method === 'ANY' ? '~' : '!');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}
