/** Percent-encoding of one part of a URL or header (RFC 3986 section 2.1). */

/** Encodes everything but letters, digits and `-_.!~*'()`. Half of a surrogate pair becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Decodes a text. Returns `undefined` if an escape is incomplete or the bytes are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
