/** Percent-encoding of any value that a gateway's event may hold. */

/** Encodes all that is not unreserved (RFC 3986 section 2.3); half a surrogate pair becomes U+FFFD. */
export function percentEncode(value: unknown): string {
  return encodeURIComponent(Buffer.from(String(value ?? '')).toString());
}
