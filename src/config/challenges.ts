/** Builds the value of `WWW-Authenticate` (RFC 9110 section 11.6.1). The realm is the audience. */

/**
 * The challenge of a 401, the same whatever the reason.
 *
 * @param offersBasic offer Basic beside Bearer
 * @see RFC 6750 section 3, RFC 7617 section 2
 */
export function unauthorizedChallenge(audience: string, offersBasic: boolean): string {
  const realm = realmOf(audience);
  return `Bearer ${realm}${offersBasic ? `, Basic ${realm}, charset="UTF-8"` : ''}`;
}

/**
 * The challenge of a 403 to a principal that lacks scope.
 *
 * @param requiredScopes empty for a route that no scope allows
 * @see RFC 6750 section 3
 */
export function insufficientScopeChallenge(audience: string, requiredScopes: readonly string[]): string {
  const challenge = `Bearer ${realmOf(audience)}, error="insufficient_scope"`;
  return requiredScopes.length === 0 ? challenge : `${challenge}, scope="${requiredScopes.join(' ')}"`;
}

/** The realm as a `quoted-string` (RFC 9110 section 5.6.4), without the characters that need an escape. */
function realmOf(audience: string): string {
  return `realm="${audience.replace(/["\\]/g, '')}"`;
}
