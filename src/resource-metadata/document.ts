/** The metadata of the API, by which a client finds the issuer (RFC 9728). It is public, and the same for every caller. */
import type { BindingMode } from '../core/principal.ts';
import { RouteMap, type RouteSettings } from '../core/routes.ts';

/** The API, as its configuration describes it. */
export interface ProtectedResource {
  /** The URL at which callers see the API. Clients request a token for it, so it must be an accepted audience. */
  readonly publicUrl: string;
  readonly issuer: string;
  readonly issuers?: readonly { readonly issuer: string }[];
  readonly routes: RouteSettings;
  readonly dpop?: BindingMode;
  readonly mtls?: BindingMode;
}

/**
 * The metadata of an API, a JSON document.
 *
 * @see RFC 9728 section 2
 */
export interface ResourceMetadataDocument {
  /** The `publicUrl` of the API, for which a client requests its token. */
  readonly resource: string;
  /** The issuers whose tokens are accepted, the main one first. */
  readonly authorization_servers: readonly string[];
  /** The scopes that some route requires. @default - no route requires one */
  readonly scopes_supported?: readonly string[];
  /** Where a client may put its token: only in the `header`. */
  readonly bearer_methods_supported: readonly string[];
  /** The algorithms of DPoP proofs. @default - DPoP is off */
  readonly dpop_signing_alg_values_supported?: readonly string[];
  /** Whether every token must be bound to a key of its holder. @default false */
  readonly dpop_bound_access_tokens_required?: boolean;
  /** Whether tokens may be bound to a client certificate. @default false */
  readonly tls_client_certificate_bound_access_tokens?: boolean;
  /** The name of the API for people. @default - no name */
  readonly resource_name?: string;
}

/**
 * Writes the metadata. An issuer is written as in its tokens, because clients compare it exactly. What is empty is left out, as
 * section 3.2 requires.
 *
 * @param proofAlgorithms the algorithms of DPoP proofs that the authorizer accepts
 */
export function resourceMetadata(
  { publicUrl, issuer, issuers = [], routes, dpop = 'off', mtls = 'off' }: ProtectedResource,
  proofAlgorithms: readonly string[],
): ResourceMetadataDocument {
  const { scopes } = new RouteMap(routes);
  return {
    resource: publicUrl,
    authorization_servers: [issuer, ...issuers.map((other) => other.issuer)],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(dpop !== 'off' && { dpop_signing_alg_values_supported: proofAlgorithms }),
    ...(dpop === 'required' && { dpop_bound_access_tokens_required: true }),
    ...(mtls !== 'off' && { tls_client_certificate_bound_access_tokens: true }),
  };
}
