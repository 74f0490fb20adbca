/** Introspects tokens at an Auth0 tenant as the resource server, for code outside of the authorizer. */
import { SigningKeyRing, type SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import { PrivateKeyJwt } from './client-authentication.ts';
import { Introspection } from './introspection.ts';
import { INTROSPECTION_PROFILES } from './introspection-profile.ts';
import { IssuerEndpoint, type IssuerPorts } from './issuer-endpoint.ts';

export interface Auth0IntrospectionSettings {
  /** With its final slash. */
  readonly issuer: string;
  /** The resource server's identifier. */
  readonly audience: string;
  readonly keys: SigningKeyStore;
  /** Makes a new unique id of at most 64 characters. */
  readonly uniqueId: () => string;
}

/** Makes an introspection with its own circuit breaker, so earlier failures do not pause it. */
export function auth0Introspection(
  { issuer, audience, keys, uniqueId }: Auth0IntrospectionSettings,
  ports: IssuerPorts,
): Introspection {
  const { clock } = ports;
  return new Introspection({
    url: `${issuer}oauth/introspect`,
    endpoint: new IssuerEndpoint('introspection', ports),
    clientAuthentication: new PrivateKeyJwt({
      keys: new SigningKeyRing(keys, clock),
      clientId: audience,
      audience: issuer,
      clock,
      uniqueId,
    }),
    profile: INTROSPECTION_PROFILES.auth0,
    // Neither caller has the claims validated.
    expected: { issuer, audiences: [audience], clock, clockToleranceSeconds: 0 },
  });
}
