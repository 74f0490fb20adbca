/**
 * Describes how servers differ where RFC 7662 leaves a choice: in the format of the request, and in what a response may
 * omit.
 */

export type IntrospectionProfileName = 'auth0' | 'rfc7662';

export interface IntrospectionProfile {
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  /**
   * Whether an active response may lack `iss`, which is optional in RFC 7662. The issuer is then the server that
   * responded. If `iss` is present, it must be the expected one. `aud` and `token_type` are always required: without
   * `aud` the token may be for another API, and without `token_type` it may be a refresh token.
   */
  readonly mayLackIssuer: boolean;
}

export const INTROSPECTION_PROFILES: Readonly<Record<IntrospectionProfileName, IntrospectionProfile>> = {
  auth0: { contentType: 'application/json', mayLackIssuer: false },
  rfc7662: { contentType: 'application/x-www-form-urlencoded', mayLackIssuer: true },
};

/** Encodes the parameters of a request in the profile's format. */
export function encodeParameters(profile: IntrospectionProfile, parameters: Readonly<Record<string, string>>): string {
  return profile.contentType === 'application/json'
    ? JSON.stringify(parameters)
    : new URLSearchParams(parameters).toString();
}
