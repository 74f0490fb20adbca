/** Builds the value of `WWW-Authenticate` (RFC 9110 section 11.6.1). The realm is the audience. */
import type { BindingMode } from '../core/principal.ts';

/** The algorithms of DPoP proofs that are accepted (RFC 9449 section 7.1), the usual one first. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES', 'PS', 'RS']
  .flatMap((family) => ['256', '384', '512'].map((size) => `${family}${size}`))
  .concat('EdDSA', 'Ed25519');

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

/** What the challenges of an API say. */
export interface ChallengeSettings {
  /** The realm. */
  readonly audience: string;
  /** Offer Basic beside Bearer; `first`: before it. @default false */
  readonly basicChallenge?: BasicOffer | undefined;
  /** Offer DPoP beside Bearer; `required`: instead of it. @default 'off' */
  readonly dpop?: BindingMode | undefined;
  /** Where a client finds the issuer. @default the API serves no metadata */
  readonly resourceMetadataUrl?: string | undefined;
}

/**
 * The challenge of a 401, the same whatever the reason.
 *
 * @see RFC 6750 section 3, RFC 7617 section 2, RFC 9449 section 7.1, RFC 9728 section 5.1
 */
export function unauthorizedChallenge(settings: ChallengeSettings): string {
  const { basicChallenge: basic = false, dpop = 'off' } = settings;
  const realm = realmOf(settings);
  const parameters = `${realm}${metadataOf(settings)}`;
  const tokens = [
    ...(dpop === 'required' ? [] : [`Bearer ${parameters}`]),
    ...(dpop === 'off' ? [] : [`DPoP ${parameters}, algs="${PROOF_ALGORITHMS.join(' ')}"`]),
  ];
  const offers = basic === false ? [] : [`Basic ${realm}, charset="UTF-8"`];
  return (basic === 'first' ? [...offers, ...tokens] : [...tokens, ...offers]).join(', ');
}

/**
 * The challenge of a 403 to a principal that lacks scope.
 *
 * @param requiredScopes empty for a route that no scope allows
 * @see RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1
 */
export function insufficientScopeChallenge(settings: ChallengeSettings, requiredScopes: readonly string[]): string {
  const scheme = settings.dpop === 'required' ? 'DPoP' : 'Bearer';
  const scope = requiredScopes.length === 0 ? '' : `, scope="${requiredScopes.join(' ')}"`;
  return `${scheme} ${realmOf(settings)}, error="insufficient_scope"${scope}${metadataOf(settings)}`;
}

function metadataOf({ resourceMetadataUrl: url }: ChallengeSettings): string {
  return url === undefined ? '' : `, resource_metadata="${url}"`;
}

/** The realm as a `quoted-string` (RFC 9110 section 5.6.4), without the characters that need an escape. */
function realmOf({ audience }: ChallengeSettings): string {
  return `realm="${audience.replace(/["\\]/g, '')}"`;
}
