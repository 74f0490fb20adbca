/**
 * Which path of the backend a request is for. A path that the backend may read as another than the authorizer did is
 * refused rather than repaired; what goes through is handed on as it was written.
 */

/** What RFC 3986 section 3.3 lets stand in a path as it is; everything else is encoded. */
const NOT_OF_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%]/gu;
/** Separators and escapes that come to light when the percent-encoding is gone, and halves of characters. */
const HIDDEN = /[/\\%\p{Cc}\p{Cs}]/u;

/**
 * Reads the path of a request.
 *
 * @param path without the query, percent-encoded or not
 * @returns the path to ask the backend for, or `undefined` if it could be read in two ways
 */
export function backendPath(path: string): string | undefined {
  const segments = segmentsOf(path);
  return segments && `/${segments.map((segment) => segment.replace(NOT_OF_PATH, encodeURIComponent)).join('/')}`;
}

/**
 * Says whether a path is the one of a resource that stands for itself, to the letter but for a final slash.
 *
 * @param resource the gateway's own name for it, such as `/health`
 */
export function isLiterally(path: string, resource: string): boolean {
  const decoded = segmentsOf(path)?.map(decodeURIComponent).join('/');
  return !resource.includes('{') && (`/${decoded}` === resource || `/${decoded}` === `${resource}/`);
}

/** The segments as they were written; `undefined` if one may mean something else than it says. */
function segmentsOf(path: string): readonly string[] | undefined {
  const segments = path.slice(1).split('/');
  const isSound = path.startsWith('/') && segments.every((segment, index) => isSoundSegment(segment, index, segments));
  return isSound ? segments : undefined;
}

function isSoundSegment(segment: string, index: number, { length }: readonly string[]): boolean {
  const decoded = decode(segment);
  if (decoded === undefined || HIDDEN.test(decoded) || decoded === '.' || decoded === '..') return false;
  return decoded !== '' || index === length - 1;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
