/**
 * Finds the part of a request path that the API serves. Under a custom domain, the path of an event can begin with a
 * base path or a stage, and our configuration does not say which. But the event names the matched resource and its
 * parameters, so the served part is the end of the path that matches them exactly. The result keeps the caller's
 * encoding: in decoded parameters, an encoded slash would look like a separator.
 */
import { percentDecode } from './percent-encoding.ts';

/** A path that no request can have, so every route map denies it. */
export const UNKNOWN_PATH = '';

/** What the event says about the path of a request. */
export interface MatchedPath {
  /** Without the query; percent-encoded or not. */
  readonly path: string;
  /** Such as `/{proxy+}`. */
  readonly resource: string;
  /** The values of the resource's parameters; percent-encoded or not. */
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null | undefined;
}

const PARAMETER = /^\{([^{}+]+)\+?\}$/;
/** One segment of an API mapping's key, or the name of a stage. */
const BASE_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9$\-_.+!*'()]+$/;

/**
 * Removes the part before the matched resource.
 *
 * @returns the served path as it was written, or `undefined` if path, resource and parameters disagree
 */
export function servedPath({ path, resource, pathParameters }: MatchedPath): string | undefined {
  const spelled = spell(resource, pathParameters ?? {});
  if (spelled === undefined || !path.startsWith('/')) return undefined;
  const segments = path.slice(1).split('/');
  if (spelled === '') return isBasePath(withoutFinalSlash(segments)) ? '/' : undefined;
  const start = startOf(segments, spelled);
  const isSound = start !== undefined && isBasePath(segments.slice(0, start));
  return isSound ? `/${segments.slice(start).join('/')}` : undefined;
}

/** The resource with its parameters filled in, without the first slash. */
function spell(resource: string, parameters: Readonly<Record<string, string | undefined>>): string | undefined {
  const segments = resource
    .slice(1)
    .split('/')
    .map((segment) => {
      const name = PARAMETER.exec(segment)?.[1];
      return name === undefined ? segment : parameters[name];
    });
  const isComplete = resource === '/' || segments.every((segment) => typeof segment === 'string' && segment !== '');
  return isComplete ? segments.join('/') : undefined;
}

/**
 * Finds where the served part begins: the index from which the segments spell the text, with or without a final slash.
 * Two such indexes can exist only if one matches as written and the other decoded; then the served part is unknown.
 */
function startOf(segments: readonly string[], text: string): number | undefined {
  // Usually there is one way to read the path: it has neither a final slash nor an encoded character.
  const paths = [...new Set([segments, withoutFinalSlash(segments)])];
  const readings = segments.some((segment) => segment.includes('%')) ? [asWritten, percentDecode] : [asWritten];
  const starts = paths.flatMap((all) => readings.flatMap((read) => endThatSpells(all, text, read)));
  return new Set(starts).size === 1 ? starts[0] : undefined;
}

/**
 * Finds where the end of the path spells the text. There is at most one such end, because each segment makes the end
 * longer.
 */
function endThatSpells(
  segments: readonly string[],
  text: string,
  read: (segment: string) => string | undefined,
): readonly number[] {
  let end: string | undefined;
  for (const [start, segment] of [...segments.entries()].reverse()) {
    const more = read(segment);
    if (more === undefined) return [];
    end = end === undefined ? more : `${more}/${end}`;
    if (end === text) return [start];
    if (end.length >= text.length) return [];
  }
  return [];
}

function asWritten(segment: string): string {
  return segment;
}

function isBasePath(segments: readonly string[]): boolean {
  return segments.every((segment) => BASE_SEGMENT.test(percentDecode(segment) ?? ''));
}

function withoutFinalSlash(segments: readonly string[]): readonly string[] {
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}
