/** The options of an authorizer that say which kinds of tokens it accepts, and what of them the backend receives. */
import type { Duration } from 'aws-cdk-lib';
import type { BindingMode } from '../src/core/principal.ts';

/** Which kinds of tokens an authorizer accepts, and what of them the backend receives. */
export interface TokenOptions {
  /**
   * More identifiers of the same API whose tokens are accepted, for example during a migration. Each is a resource server of its own at
   * the tenant, with the same signing key. At most 9, and `audience` is not one of them.
   *
   * @default - only `audience` is accepted
   */
  readonly audiences?: readonly string[];

  /**
   * User names with which the secret of a Basic credential is a token: a JWT, an opaque token or an app specific password. For git and
   * other clients that can send only Basic. At most 20, compared exactly. Such a secret is never tried as a password. A 401 then offers
   * Basic first.
   *
   * @default - a Basic secret is a password or an app specific password
   */
  readonly basicTokenUsers?: readonly string[];

  /**
   * Whether tokens that are bound to a key of the caller are accepted, with a proof for each request (DPoP). `required` accepts nothing
   * else. Other than `off` requires a `resultsCacheTtl` of 0.
   *
   * @see RFC 9449
   * @default 'off' - such tokens are refused
   */
  readonly dpop?: BindingMode;

  /**
   * Whether tokens that are bound to a client certificate are accepted, if the caller presents this certificate to API Gateway (mutual
   * TLS). `required` accepts nothing else. Other than `off` requires a `resultsCacheTtl` of 0.
   *
   * @see RFC 8705 section 3
   * @default 'off' - such tokens are refused
   */
  readonly mtls?: BindingMode;

  /**
   * The URL at which callers see the API, such as `https://api.example.com`, if API Gateway sees another one, for example behind
   * CloudFront. A DPoP proof names it.
   *
   * @default - the URL that API Gateway sees
   */
  readonly publicUrl?: string | undefined;

  /**
   * Tell clients where the API's metadata is, by which they find the issuer: in the challenges of 401 and 403. Serve it with
   * `ResourceMetadata`. Requires `publicUrl`, which must be the audience or one of the audiences.
   *
   * @see RFC 9728
   * @default false
   */
  readonly resourceMetadata?: boolean;

  /**
   * The ids of the organizations whose tokens are accepted, such as `['org_9ybsU1dN2dKfDkBi']`: at most 100, compared exactly with `org_id`.
   * A credential without an organization is then refused, whatever its kind. App specific passwords and logins have none at Auth0.
   *
   * @default - the organization does not matter
   */
  readonly allowedOrganizations?: readonly string[];

  /**
   * Claims that the backend receives too, such as `['https://demo.api/roles', 'email']`: at most 20. In the context they are
   * `claim_https_demo_api_roles` and `claim_email`, in the headers `x-auth-claim-https-demo-api-roles` and `x-auth-claim-email`. A string is
   * passed on as it is, anything else as JSON, and `""` if the token has no such claim. A token whose claims have more than 2,048 bytes
   * together, or contain control characters, is refused.
   *
   * @default - the backend receives the principal only
   */
  readonly contextClaims?: readonly string[];

  /**
   * Accept a token in the subprotocols that a WebSocket client offers. Browsers need this, because they cannot send `Authorization` there.
   * The client offers `bearer`, and `bearer.` with the token as base64url. The integration of `$connect` must select `bearer`. API Gateway
   * then calls the function for connections without a credential too.
   *
   * @see RFC 6455 section 1.9
   * @default false - a WebSocket needs `Authorization`
   */
  readonly webSocketSubprotocols?: boolean;

  /**
   * Send the principal to the backend as a signed JWT too, with a key and a JWKS of its own: as `token` in the authorizer's context, and
   * as `x-auth-token` from a `BackendProxy`. A token lives a minute longer than `resultsCacheTtl`.
   *
   * @default false
   */
  readonly principalToken?: boolean;

  /**
   * The `aud` of this JWT: a name or URL of the backend. Requires `principalToken`.
   *
   * @default - the `audience` of the API
   */
  readonly principalTokenAudience?: string | undefined;

  /**
   * How often the key of this JWT is rotated, in whole days: at most 1000. `Duration.days(0)` turns the schedule off. Requires
   * `principalToken`.
   *
   * @default Duration.days(90)
   */
  readonly principalTokenRotation?: Duration | undefined;
}
