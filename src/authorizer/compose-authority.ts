/** Composes the parts that ask one authorization server. */
import { randomUUID } from 'node:crypto';
import type { AuthorizerConfiguration } from '../config/authorizer-configuration.ts';
import type { ClientCredentials } from '../core/client-credentials.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { Expectations } from '../issuer/claims.ts';
import { PrivateKeyJwt, StoredClient } from '../issuer/client-authentication.ts';
import { ClientCredentialsCache } from '../issuer/client-credentials-cache.ts';
import { Introspection } from '../issuer/introspection.ts';
import { INTROSPECTION_PROFILES } from '../issuer/introspection-profile.ts';
import { asEachAudience, type Introspector } from '../issuer/introspector.ts';
import { IssuerEndpoint, type IssuerPorts } from '../issuer/issuer-endpoint.ts';
import { Jwks } from '../issuer/jwks.ts';
import { JwtVerifier } from '../issuer/jwt.ts';
import type { Expiries } from '../shared-state/expiries.ts';
import { SigningKeyRing, type SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import { ExpiringIntrospector } from './expiring-introspector.ts';
import type { IssuerEndpoints } from './issuer-endpoints.ts';
import type { JwtIssuer } from './jwt-authenticator.ts';

export interface AuthorityPorts extends IssuerPorts {
  readonly signingKeys: SigningKeyStore;
  /** The first read, which all keys share. */
  readonly readFirstKeys: SigningKeyStore['read'];
  /** Reads the client of an issuer that requires a client secret, by the name of the secret that holds it. @default none */
  readonly issuerClient?: ((secretId: string) => Promise<ClientCredentials>) | undefined;
  /** The expiries of app specific passwords. @default they never expire */
  readonly expiries?: Expiries | undefined;
}

/** An authorization server that may issue tokens. */
export type Authority = JwtIssuer & { readonly introspector: Introspector; readonly jwks: Jwks };

/** How far the server's clock may be from ours. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** The endpoints of an issuer that knows this API by one of its audiences. */
export type EndpointsFor = (audience: string) => IssuerEndpoints;

/** Composes what verifies and introspects the tokens of one authorization server. */
export function composeAuthority(
  endpointsFor: EndpointsFor,
  { audience, audiences: others, permissionsAsScopes, contextClaims }: AuthorizerConfiguration,
  ports: AuthorityPorts,
): Authority {
  const endpoints = endpointsFor(audience);
  const { issuer, jwksUrl } = endpoints;
  const { clock } = ports;
  const audiences = [audience, ...others];
  const expected = {
    issuer,
    audiences,
    apiAudiences: others.length === 0 ? undefined : audiences,
    clock,
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    mayUseScp: INTROSPECTION_PROFILES[endpoints.profile].mayUseScp,
    contextClaims,
  };
  const jwks = new Jwks({ url: jwksUrl, endpoint: new IssuerEndpoint('jwks', ports), clock });
  const introspect = composeIntrospection(ports);
  const introspectAs = (name: string) => ({
    audience: name,
    introspector: introspect(endpointsFor(name), { ...expected, audiences: [name] }),
  });
  // A client with an id or a secret of its own sees the tokens for every audience. Otherwise its id is the audience.
  const { clientId, clientSecret } = endpoints;
  const isOneClient = clientSecret !== undefined || others.every((name) => endpointsFor(name).clientId === clientId);
  const introspector = isOneClient
    ? introspect(endpoints, expected)
    : asEachAudience([introspectAs(audience), ...others.map(introspectAs)]);
  const { expiries } = ports;
  return {
    issuer,
    verifier: new JwtVerifier({ jwks, expected, permissionsAsScopes }),
    introspector: expiries ? new ExpiringIntrospector(introspector, expiries) : introspector,
    jwks,
  };
}

/** Introspections of one issuer share a circuit breaker. Each has keys of its own: a rotation changes the resource servers one after the other. */
function composeIntrospection(ports: AuthorityPorts) {
  const { clock, signingKeys, readFirstKeys, issuerClient = noIssuerClient } = ports;
  const endpoint = new IssuerEndpoint('introspection', ports);
  return (
    { issuer, profile, introspectionUrl, clientId, clientSecret }: IssuerEndpoints,
    expected: Expectations,
  ): Introspection => {
    const assertion = { audience: issuer, clock, uniqueId: randomUUID };
    return new Introspection({
      url: introspectionUrl,
      endpoint,
      clientAuthentication:
        clientSecret === undefined
          ? new PrivateKeyJwt({ ...assertion, keys: new SigningKeyRing(signingKeys, clock, readFirstKeys), clientId })
          : new StoredClient(new ClientCredentialsCache(() => issuerClient(clientSecret), clock), assertion),
      profile: INTROSPECTION_PROFILES[profile],
      expected,
    });
  };
}

async function noIssuerClient(secretId: string): Promise<never> {
  throw new ConfigurationError(
    'configuration_invalid',
    `The secret ${JSON.stringify(secretId)} cannot be read, because secrets of issuers are not available here.`,
  );
}
