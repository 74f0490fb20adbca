/** The words of `WWW-Authenticate` (RFC 9110 section 11.6.1). */

/**
 * The challenge of a 403 to a principal that lacks scope.
 *
 * @param requiredScopes none for a route that no scope opens
 * @see RFC 6750 section 3
 */
export function insufficientScopeChallenge(realm: string, requiredScopes: readonly string[]): string {
  const challenge = `Bearer realm="${quotable(realm)}", error="insufficient_scope"`;
  return requiredScopes.length === 0 ? challenge : `${challenge}, scope="${requiredScopes.join(' ')}"`;
}

/** A `quoted-string` (RFC 9110 section 5.6.4) without need of escapes. */
function quotable(text: string): string {
  return text.replace(/["\\]/g, '');
}
