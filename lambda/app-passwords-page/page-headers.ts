/** The headers of the page and its files. They let the page load and call nothing but its own origin and the issuer. */

/**
 * The policy of a page that signs in at this issuer.
 *
 * @param issuer whose token endpoint the page calls
 * @see https://www.w3.org/TR/CSP3/
 */
export function contentSecurityPolicy(issuer: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(issuer).origin}`,
    // Keeps the refresh token out of the page's reach.
    "worker-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The headers of every response. */
export function pageHeaders(issuer: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(issuer),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'camera=(), clipboard-read=(), clipboard-write=(self), geolocation=(), microphone=(), payment=()',
    // The address of the page holds the authorization code after a login.
    'Referrer-Policy': 'no-referrer',
    'Strict-Transport-Security': 'max-age=63072000',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
}
