/** Describes how servers differ: in the format of the request, and in what a response may omit. */
import type { BodyFormat } from './body-formats.ts';

export type IntrospectionProfileName = 'auth0' | 'rfc7662';

export interface IntrospectionProfile {
  /** The formats of the request that the server may understand, the likeliest first. RFC 7662 has only forms. */
  readonly bodyFormats: readonly [BodyFormat, ...BodyFormat[]];
  /**
   * Whether an active response may lack `iss`, which is optional in RFC 7662. The issuer is then the server that
   * responded. If `iss` is present, it must be the expected one. `aud` and `token_type` are always required: without
   * `aud` the token may be for another API, and without `token_type` it may be a refresh token.
   */
  readonly mayLackIssuer: boolean;
  /**
   * Whether the claim `scp` holds the scopes of a token that has no `scope`: a list at Okta, a text at Microsoft Entra ID. At an
   * Auth0 tenant it is a claim like any other, and whoever sets it must not gain scopes that way.
   */
  readonly mayUseScp: boolean;
}

export const INTROSPECTION_PROFILES: Readonly<Record<IntrospectionProfileName, IntrospectionProfile>> = {
  auth0: { bodyFormats: ['json', 'form'], mayLackIssuer: false, mayUseScp: false },
  rfc7662: { bodyFormats: ['form'], mayLackIssuer: true, mayUseScp: true },
};
