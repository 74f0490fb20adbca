/**
 * Compares routes: whether the map mentions a route of an API, and whether two routes can match the same request. A route that the map
 * does not mention is denied for everyone.
 */
import { RouteMap, type RouteSettings } from '../core/routes.ts';

const KEY = /^(\S+) (\/.*)$/;
const GREEDY_END = /\{[^/]+\+\}$/;
const PARAMETER = /\{[^/]+\}/g;
const PARAMETER_SEGMENT = /^\{.*\}$/;
const GREEDY_SEGMENT = /^\{.*\+\}$/;
/** Stands for the value of a parameter. No route has it as a fixed part. */
const ANY_VALUE = '~any~';

/**
 * Returns whether the map mentions a route. `ANY`, `{proxy+}` and `$default` stand for many routes, of which the map must mention one:
 * it is usual to put a whole API behind such a route and to list what is allowed.
 *
 * @param routeKey such as `GET /orders/{id}`, `$connect` or `$default`
 */
export function isMentioned(routeKey: string, routes: RouteSettings): boolean {
  const [, method, path] = KEY.exec(routeKey) ?? [];
  if (routeKey === '$default') return Object.keys(routes).length > 0;
  if (method === undefined || path === undefined) return routes[routeKey] !== undefined;
  const decides = new RouteMap(routes).requirement({ method, resourcePath: path, path: sample(path) }) !== undefined;
  return decides || ((method === 'ANY' || GREEDY_END.test(path)) && mentionsBelow(routes, method, path));
}

/** A path that a route covers. */
function sample(path: string): string {
  return path.replaceAll(PARAMETER, ANY_VALUE);
}

function mentionsBelow(routes: RouteSettings, method: string, path: string): boolean {
  const parent = sample(path.replace(GREEDY_END, '')).replace(/\/$/, '');
  return Object.keys(routes).some((key) => {
    const [, otherMethod = '', otherPath = ''] = KEY.exec(key) ?? [];
    const isOfMethod = [method, otherMethod].includes('ANY') || method === otherMethod;
    return isOfMethod && `${sample(otherPath)}/`.startsWith(`${parent}/`);
  });
}

/**
 * Returns whether there is a request that both routes match. A greedy route covers its own root, so `/admin/{proxy+}` and `/admin`
 * overlap.
 *
 * @param first such as `GET /orders/{id}`
 */
export function doOverlap(first: string, second: string): boolean {
  const [, methodA, pathA] = KEY.exec(first) ?? [];
  const [, methodB, pathB] = KEY.exec(second) ?? [];
  if (methodA === undefined || methodB === undefined || pathA === undefined || pathB === undefined)
    return first === second;
  const isOneMethod = methodA === methodB || [methodA, methodB].includes('ANY');
  return isOneMethod && doPathsOverlap(pathA.slice(1).split('/'), pathB.slice(1).split('/'));
}

function doPathsOverlap([a, ...restA]: readonly string[], [b, ...restB]: readonly string[]): boolean {
  if ([a, b].some((segment) => segment !== undefined && GREEDY_SEGMENT.test(segment))) return true;
  if (a === undefined || b === undefined) return a === b;
  const isSame = a === b || PARAMETER_SEGMENT.test(a) || PARAMETER_SEGMENT.test(b);
  return isSame && (isEnd(restA, restB) || doPathsOverlap(restA, restB));
}

function isEnd(restA: readonly string[], restB: readonly string[]): boolean {
  return restA.length === 0 && restB.length === 0;
}
