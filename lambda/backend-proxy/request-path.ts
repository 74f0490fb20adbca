/**
 * Finds the path of the backend that a request is for. A path that the backend may read differently from the authorizer
 * is refused, not repaired. All other paths are passed on as the caller wrote them.
 */
import { percentDecode, percentEncode } from '../../src/core/percent-encoding.ts';

/**
 * What is encoded: everything that RFC 3986 section 3.3 does not allow in a path. A path keeps more characters as they
 * are than a header or a query value does, and keeps the caller's own escapes, so `percentEncode` would change it.
 */
const NOT_OF_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%]/gu;
/** Separators and escapes that show up once the percent-encoding is removed, and halves of characters. */
const HIDDEN = /[/\\%\p{Cc}\p{Cs}]/u;

/**
 * Reads the path of a request.
 *
 * @param path without the query, percent-encoded or not
 * @returns the path for the backend, or `undefined` if it could be read in two ways
 */
export function backendPath(path: string): string | undefined {
  const segments = segmentsOf(path);
  return segments && `/${segments.map((segment) => segment.replace(NOT_OF_PATH, percentEncode)).join('/')}`;
}

/**
 * Returns whether a path is that of a resource without parameters, letter by letter, apart from a final slash.
 *
 * @param resource the gateway's own name for it, such as `/health`
 */
export function isLiterally(path: string, resource: string): boolean {
  const decoded = segmentsOf(path)?.map(percentDecode).join('/');
  return !resource.includes('{') && (`/${decoded}` === resource || `/${decoded}` === `${resource}/`);
}

/** The segments as they were written; `undefined` if one of them is ambiguous. */
function segmentsOf(path: string): readonly string[] | undefined {
  const segments = path.slice(1).split('/');
  const isSound = path.startsWith('/') && segments.every((segment, index) => isSoundSegment(segment, index, segments));
  return isSound ? segments : undefined;
}

function isSoundSegment(segment: string, index: number, { length }: readonly string[]): boolean {
  const decoded = percentDecode(segment);
  if (decoded === undefined || HIDDEN.test(decoded) || decoded === '.' || decoded === '..') return false;
  return decoded !== '' || index === length - 1;
}
