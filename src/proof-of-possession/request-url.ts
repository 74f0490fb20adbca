/** Compares the URL in a proof with the URL of the request, although both may be written in several ways. */

const ENCODED = /%[0-9a-f]{2}/gi;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * Returns whether two URLs are those of one resource. Query, fragment and a final slash do not count.
 *
 * @see RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3
 */
export function isSameUrl(one: string, other: string): boolean {
  const [first, second] = [normalized(one), normalized(other)];
  return first !== undefined && first === second;
}

/** `new URL` removes dot segments and default ports, and writes the host in lower case. `undefined` if the text is not a URL. */
function normalized(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, host, pathname } = new URL(text);
  if (username !== '' || password !== '') return undefined;
  const path = pathname.replace(ENCODED, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return UNRESERVED.test(character) ? character : encoded.toUpperCase();
  });
  return `${protocol}//${host}${path.replace(/\/$/, '')}`;
}
