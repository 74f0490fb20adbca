/** The props that describe the issuers of tokens. */
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** An issuer beside the main one. */
export interface AdditionalIssuer {
  /** The issuer, compared exactly with the `iss` of tokens. For Auth0, `https://…/` with its final slash. */
  readonly issuer: string;
  /**
   * What kind of server the issuer is.
   *
   * @default 'auth0'
   */
  readonly profile?: 'auth0' | 'rfc7662' | undefined;
  /**
   * URL of the issuer's JWKS. Required for the profile `rfc7662`.
   *
   * @default - Auth0's, below the issuer
   */
  readonly jwksUrl?: string | undefined;
  /**
   * URL of the issuer's introspection endpoint. Required for the profile `rfc7662`.
   *
   * @default - Auth0's, below the issuer
   */
  readonly introspectionUrl?: string | undefined;
  /**
   * `iss` and `sub` of the client assertion that authenticates introspection.
   *
   * @default - the audience
   */
  readonly clientId?: string | undefined;
  /**
   * Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that introspects, with
   * `client_secret_basic` or `private_key_jwt`. For the profile `rfc7662` only, and instead of `clientId`.
   *
   * @default - introspection is authenticated by an assertion that the signing key signs
   */
  readonly clientSecret?: ISecret | undefined;
}

/** The endpoints of an authorization server that is not Auth0, and how the API authenticates to it. */
export interface AuthorizationServer {
  /** URL of the server's JWKS. */
  readonly jwksUrl: string;
  /** URL of the server's introspection endpoint (RFC 7662). */
  readonly introspectionUrl: string;
  /**
   * `iss` and `sub` of the client assertion that authenticates introspection.
   *
   * @default - the audience
   */
  readonly clientId?: string | undefined;
  /**
   * Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that introspects, with
   * `client_secret_basic` or `private_key_jwt`, instead of `clientId`.
   *
   * @default - introspection is authenticated by an assertion that the signing key signs
   */
  readonly clientSecret?: ISecret | undefined;
}
