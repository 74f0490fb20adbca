/** Says whether two routes can match the same request. */

const KEY = /^(\S+) \/(.*)$/;
const PARAMETER = /^\{.*\}$/;
const GREEDY = /^\{.*\+\}$/;

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
  return isOneMethod && doPathsOverlap(pathA.split('/'), pathB.split('/'));
}

function doPathsOverlap([a, ...restA]: readonly string[], [b, ...restB]: readonly string[]): boolean {
  if ([a, b].some((segment) => segment !== undefined && GREEDY.test(segment))) return true;
  if (a === undefined || b === undefined) return a === b;
  const isSame = a === b || PARAMETER.test(a) || PARAMETER.test(b);
  return isSame && (isEnd(restA, restB) || doPathsOverlap(restA, restB));
}

function isEnd(restA: readonly string[], restB: readonly string[]): boolean {
  return restA.length === 0 && restB.length === 0;
}
