/** Where an issuer serves its keys and its introspection, and as which client the API asks it. */
import type { MainIssuer, OtherIssuer } from '../config/issuers.ts';

/** One authorization server, with its endpoints. */
export interface IssuerEndpoints {
  readonly issuer: string;
  readonly profile: OtherIssuer['profile'];
  readonly jwksUrl: string;
  readonly introspectionUrl: string;
  readonly clientId: string;
  /** The name of the client's secret; `undefined` if the signing key authenticates the client. */
  readonly clientSecret: string | undefined;
}

/** Fills in the defaults of an entry. */
export function issuerEndpoints(
  {
    issuer,
    profile = 'auth0',
    jwksUrl,
    introspectionUrl,
    clientId,
    clientSecret,
  }: Partial<OtherIssuer> & { issuer: string },
  audience: string,
): IssuerEndpoints {
  return {
    issuer,
    profile,
    jwksUrl: jwksUrl ?? `${issuer}.well-known/jwks.json`,
    introspectionUrl: introspectionUrl ?? `${issuer}oauth/introspect`,
    clientId: clientId ?? audience,
    clientSecret,
  };
}

/** The endpoints of the main issuer. */
export function mainIssuerEndpoints({ issuer, authorizationServer: server }: MainIssuer, audience: string) {
  return issuerEndpoints({ issuer, ...(server && { profile: 'rfc7662', ...server }) }, audience);
}
