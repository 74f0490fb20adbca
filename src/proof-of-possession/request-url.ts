/** Compares the URL in a proof with the URL of the request, although both may be written in several ways. The proof's is the caller's. */
import { percentDecode, percentEncode } from '../core/percent-encoding.ts';

/**
 * Returns whether two URLs are those of one resource. Query, fragment and a final slash do not count.
 *
 * @see RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3
 */
export function isSameUrl(one: string, other: string): boolean {
  const [first, second] = [normalized(one), normalized(other)];
  return first !== undefined && first === second;
}

/**
 * `new URL` removes dot segments and default ports, and writes the host in lower case. A backslash would become a slash. `undefined` if the
 * text is not a URL.
 */
function normalized(text: string): string | undefined {
  if (!URL.canParse(text) || text.includes('\\')) return undefined;
  const { protocol, username, password, host, pathname } = new URL(text);
  if (username !== '' || password !== '') return undefined;
  const segments = pathname.replace(/\/$/, '').split('/');
  return `${protocol}//${host}${segments.map((part) => percentEncode(percentDecode(part) ?? part)).join('/')}`;
}
