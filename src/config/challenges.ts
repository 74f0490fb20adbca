/** Builds the value of `WWW-Authenticate` (RFC 9110 section 11.6.1). The realm is the audience. */

/** The algorithms of DPoP proofs that are accepted (RFC 9449 section 7.1), the usual one first. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES', 'PS', 'RS']
  .flatMap((family) => ['256', '384', '512'].map((size) => `${family}${size}`))
  .concat('EdDSA');

/** Whether a 401 offers Basic, after Bearer or before it. */
export type BasicOffer = boolean | 'first';

/**
 * Git sends a token as the secret of a Basic credential only if Basic is offered. Docker reads only the first challenge, and would send
 * the credential to the realm of Bearer.
 */
export function basicOffer(settings: {
  readonly basicChallenge: boolean;
  readonly basicTokenUsers: readonly string[];
}): BasicOffer {
  return settings.basicTokenUsers.length > 0 ? 'first' : settings.basicChallenge;
}

/**
 * The challenge of a 401, the same whatever the reason.
 *
 * @param offersBasic offer Basic beside Bearer; `first`: before it
 * @param metadataUrl where a client finds the issuer, if the API serves that
 * @see RFC 6750 section 3, RFC 7617 section 2, RFC 9728 section 5.1
 */
export function unauthorizedChallenge(audience: string, offersBasic: BasicOffer, metadataUrl?: string): string {
  const realm = realmOf(audience);
  const [bearer, basic] = [`Bearer ${realm}${metadataOf(metadataUrl)}`, `Basic ${realm}, charset="UTF-8"`];
  if (!offersBasic) return bearer;
  return (offersBasic === 'first' ? [basic, bearer] : [bearer, basic]).join(', ');
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
