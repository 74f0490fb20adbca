/** Builds the value of `WWW-Authenticate` (RFC 9110 section 11.6.1). The realm is the audience. */

/** The algorithms of DPoP proofs that are accepted (RFC 9449 section 7.1), the usual one first. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES', 'PS', 'RS']
  .flatMap((family) => ['256', '384', '512'].map((size) => `${family}${size}`))
  .concat('EdDSA');

/** Whether a 401 offers Basic. Git sends a token as the secret of a Basic credential only after such a challenge. */
export function offersBasic(settings: {
  readonly basicChallenge: boolean;
  readonly basicTokenUsers: readonly string[];
}) {
  return settings.basicChallenge || settings.basicTokenUsers.length > 0;
}

/**
 * The challenge of a 401, the same whatever the reason.
 *
 * @param offersBasic offer Basic beside Bearer
 * @param metadataUrl where a client finds the issuer, if the API serves that
 * @see RFC 6750 section 3, RFC 7617 section 2, RFC 9728 section 5.1
 */
export function unauthorizedChallenge(audience: string, offersBasic: boolean, metadataUrl?: string): string {
  const realm = realmOf(audience);
  const basic = offersBasic ? `, Basic ${realm}, charset="UTF-8"` : '';
  return `Bearer ${realm}${metadataOf(metadataUrl)}${basic}`;
}

/**
 * The challenge of a 403 to a principal that lacks scope.
 *
 * @param requiredScopes empty for a route that no scope allows
 * @param metadataUrl where a client finds the issuer, if the API serves that
 * @see RFC 6750 section 3, RFC 9728 section 5.1
 */
export function insufficientScopeChallenge(
  audience: string,
  requiredScopes: readonly string[],
  metadataUrl?: string,
): string {
  const scope = requiredScopes.length === 0 ? '' : `, scope="${requiredScopes.join(' ')}"`;
  return `Bearer ${realmOf(audience)}, error="insufficient_scope"${scope}${metadataOf(metadataUrl)}`;
}

function metadataOf(url: string | undefined): string {
  return url === undefined ? '' : `, resource_metadata="${url}"`;
}

/** The realm as a `quoted-string` (RFC 9110 section 5.6.4), without the characters that need an escape. */
function realmOf(audience: string): string {
  return `realm="${audience.replace(/["\\]/g, '')}"`;
}
