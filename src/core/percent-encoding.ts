/** Percent-encoding of one part of a URL or header, as RFC 3986 section 2.1 has it. */

/** Encodes everything but letters, digits and `-_.!~*'()`. Half of a surrogate pair becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Decodes a text; `undefined` if an escape is incomplete or does not spell UTF-8. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
