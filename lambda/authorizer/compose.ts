/** Builds the authorizer from its configuration and its ports: the one place that knows every part. */
import { randomUUID } from 'node:crypto';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { Authorizer } from '../../src/core/authorizer.ts';
import { BasicAuthenticator } from '../../src/core/basic-authenticator.ts';
import type { Expectations } from '../../src/core/claims.ts';
import { credentialDigest } from '../../src/core/credential-digest.ts';
import { Introspection } from '../../src/core/introspection.ts';
import { Jwks } from '../../src/core/jwks.ts';
import { JwtVerifier } from '../../src/core/jwt.ts';
import { JwtAuthenticator } from '../../src/core/jwt-authenticator.ts';
import { OpaqueTokenAuthenticator } from '../../src/core/opaque-token-authenticator.ts';
import { PasswordGrant, type PasswordGrantClient } from '../../src/core/password-grant.ts';
import { PrincipalCache } from '../../src/core/principal-cache.ts';
import { RouteMap } from '../../src/core/routes.ts';
import { SigningKeyRing, type SigningKeyStore } from '../../src/core/signing-key-ring.ts';
import { Upstream, type UpstreamPorts } from '../../src/core/upstream.ts';

export interface AuthorizerPorts extends UpstreamPorts {
  readonly signingKeys: SigningKeyStore;
  /** Reads the client for the password grant. Absent if Basic takes app specific passwords only. */
  readonly passwordGrantClient?: (() => Promise<PasswordGrantClient>) | undefined;
}

/** For the difference between the server's clock and ours. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Composes an authorizer. Nothing is fetched or read before the first request that needs it. */
export function composeAuthorizer(configuration: AuthorizerConfiguration, ports: AuthorizerPorts): Authorizer {
  const { issuer, audience, basicOrder, introspectJwts, permissionsAsScopes } = configuration;
  const { clock, signingKeys, passwordGrantClient } = ports;
  const digest = credentialDigest();
  const routes = new RouteMap(configuration.routes);
  const expected: Expectations = { issuer, audience, clock, clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS };

  const jwks = new Jwks({ url: `${issuer}.well-known/jwks.json`, upstream: new Upstream('jwks', ports), clock });
  const introspection = new Introspection({
    url: `${issuer}oauth/introspect`,
    upstream: new Upstream('introspection', ports),
    keys: new SigningKeyRing(signingKeys, clock),
    expected,
    uniqueId: randomUUID,
  });
  const passwordGrant =
    passwordGrantClient &&
    new PasswordGrant({
      url: `${issuer}oauth/token`,
      upstream: new Upstream('token', ports),
      readClient: passwordGrantClient,
      audience,
      scopes: routes.scopes,
      clock,
      digest,
    });

  const verifier = new JwtVerifier({ jwks, expected, permissionsAsScopes });
  const bearerAuthenticators = [
    new JwtAuthenticator(verifier, introspectJwts ? introspection : undefined),
    new OpaqueTokenAuthenticator(introspection),
  ];
  const basic = new BasicAuthenticator({
    order: basicOrder,
    introspection,
    passwordGrant,
    bearerAuthenticators,
    digest,
  });
  return new Authorizer({
    authenticators: [...bearerAuthenticators, basic],
    cache: new PrincipalCache({ ...configuration, clock }),
    digest,
    routes,
    clock,
  });
}
