/** Checks which URLs secrets may be sent to: https, or http on this machine. */

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Returns whether a URL is https, or http to loopback, and holds no user and password. */
export function isSecureUrl(url: URL | string): boolean {
  const parsed = typeof url === 'string' ? parse(url) : url;
  if (parsed?.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && LOOPBACK_HOST.test(parsed.hostname));
}

/** Returns whether a text is the URL of a tenant: secure, canonical, and an origin with its final slash. */
export function isTenantUrl(text: string): boolean {
  return isSecureUrl(text) && `${parse(text)?.origin}/` === text;
}

/**
 * Writes an issuer in its canonical spelling, as the server does: lower-case host, no default port, no dot segments.
 * Keeps a final slash, but never adds one. Only an issuer in this spelling can equal the `iss` of a token.
 *
 * @returns `undefined` if the text is not a secure URL, or has a query or fragment
 * @see RFC 8414 section 2
 */
export function canonicalIssuer(text: string): string | undefined {
  const url = parse(text);
  if (!url || !isSecureUrl(url) || /[?#]/.test(text)) return undefined;
  return text.endsWith('/') ? url.href : url.href.replace(/\/$/, '');
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
