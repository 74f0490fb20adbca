/** How servers differ in what RFC 7662 leaves open: how they are asked, and what an active answer may leave unsaid. */

export type IntrospectionProfileName = 'auth0' | 'rfc7662';

export interface IntrospectionProfile {
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  /**
   * Whether an active answer may lack `iss`, which is optional in RFC 7662: it is then the server that was asked. An
   * answer that has one must have the right one. `aud` and `token_type` are never left out: without the first the token
   * may be for another API, without the second it may be a refresh token.
   */
  readonly mayLackIssuer: boolean;
}

export const INTROSPECTION_PROFILES: Readonly<Record<IntrospectionProfileName, IntrospectionProfile>> = {
  auth0: { contentType: 'application/json', mayLackIssuer: false },
  rfc7662: { contentType: 'application/x-www-form-urlencoded', mayLackIssuer: true },
};

/** Writes the parameters of a request as the profile wants them. */
export function encodeParameters(profile: IntrospectionProfile, parameters: Readonly<Record<string, string>>): string {
  return profile.contentType === 'application/json'
    ? JSON.stringify(parameters)
    : new URLSearchParams(parameters).toString();
}
