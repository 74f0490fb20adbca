/** The metadata of the API, by which a client finds the issuer (RFC 9728). It is public, and the same for every caller. */

/** Whether tokens that are bound to their holder are refused, accepted, or required. */
type Binding = 'off' | 'accepted' | 'required';

/** The API as its clients need to know it. */
export interface ProtectedResource {
  /** The URL at which callers see the API. Clients request a token for it, so it must be an accepted audience. */
  readonly publicUrl: string;
  /** The main issuer first. Clients compare an issuer exactly, so each is written as in its tokens. */
  readonly issuers: readonly string[];
  /** What the routes require. */
  readonly scopes: readonly string[];
  readonly dpop: Binding;
  readonly mtls: Binding;
  /** A name for people. */
  readonly name?: string | undefined;
}

/** The members of RFC 9728 section 2 that this project knows. */
export interface ResourceMetadataDocument {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly string[];
  readonly dpop_signing_alg_values_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: boolean;
  readonly tls_client_certificate_bound_access_tokens?: boolean;
  readonly resource_name?: string;
}

/** How long a client may cache the metadata. */
const MAX_AGE_SECONDS = 300;

/** The headers of the response. Every page may read it. */
export const RESOURCE_METADATA_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
  'Access-Control-Allow-Origin': '*',
} as const;

/**
 * Writes the metadata. What is empty is left out, as section 3.2 requires.
 *
 * @param proofAlgorithms the algorithms of DPoP proofs that the authorizer accepts
 */
export function resourceMetadata(
  { publicUrl, issuers, scopes, dpop, mtls, name }: ProtectedResource,
  proofAlgorithms: readonly string[],
): ResourceMetadataDocument {
  return {
    resource: publicUrl,
    authorization_servers: issuers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(dpop !== 'off' && { dpop_signing_alg_values_supported: proofAlgorithms }),
    ...(dpop === 'required' && { dpop_bound_access_tokens_required: true }),
    ...(mtls !== 'off' && { tls_client_certificate_bound_access_tokens: true }),
    ...(name !== undefined && { resource_name: name }),
  };
}
