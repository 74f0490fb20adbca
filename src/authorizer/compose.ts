/** Builds the authorizer from its configuration and its ports. This is the only file that knows every part. */
import { randomUUID } from 'node:crypto';
import type { AuthorizerConfiguration } from '../config/authorizer-configuration.ts';
import type { ClientCredentials, PasswordGrantClient } from '../core/client-credentials.ts';
import { credentialDigest, type DigestCredential } from '../core/credential-digest.ts';
import { ConfigurationError } from '../core/errors.ts';
import { RouteMap } from '../core/routes.ts';
import { firstToKnow } from '../issuer/introspector.ts';
import { IssuerEndpoint, type IssuerPorts } from '../issuer/issuer-endpoint.ts';
import { PasswordGrant } from '../issuer/password-grant.ts';
import type { PrincipalKey } from '../principal-token/principal-key.ts';
import { PrincipalTokens } from '../principal-token/principal-tokens.ts';
import { BoundTokens } from '../proof-of-possession/bound-tokens.ts';
import { ReplayGuard } from '../proof-of-possession/replay-guard.ts';
import { Expiries, type ExpirySource } from '../shared-state/expiries.ts';
import type { MarkTable, ProofTable } from '../shared-state/ports.ts';
import { Revocations } from '../shared-state/revocations.ts';
import { SharedCache, type SharedCacheSettings } from '../shared-state/shared-cache.ts';
import { type SigningKeyStore, sharedFirstRead } from '../signing-key/signing-key-ring.ts';
import { Authorizer } from './authorizer.ts';
import { BasicAuthenticator } from './basic-authenticator.ts';
import { type Authority, composeAuthority, type EndpointsFor } from './compose-authority.ts';
import { issuerEndpoints, mainIssuerEndpoints } from './issuer-endpoints.ts';
import { JwtAuthenticator, type JwtIssuer } from './jwt-authenticator.ts';
import { OpaqueTokenAuthenticator } from './opaque-token-authenticator.ts';
import { PrincipalCache } from './principal-cache.ts';
import { RevocationCheck } from './revocation-check.ts';

export interface AuthorizerPorts extends IssuerPorts {
  readonly signingKeys: SigningKeyStore;
  /** Reads the client for the password grant. Absent if Basic accepts app specific passwords only. */
  readonly passwordGrantClient?: (() => Promise<PasswordGrantClient>) | undefined;
  /** Reads the client of an issuer that requires a client secret, by the name of the secret that holds it. @default none */
  readonly issuerClient?: ((secretId: string) => Promise<ClientCredentials>) | undefined;
  /** The table that all containers share, and the pepper that seals its entries. @default results stay in this process */
  readonly sharedCache?: Pick<SharedCacheSettings, 'table' | 'readPepper'> | undefined;
  /** The table of revocation marks. Used if `revocation` is configured. @default no credential is revoked before its caches expire */
  readonly marks?: MarkTable | undefined;
  /** The expiries of app specific passwords, and the secret of their ids. Required if `expiries` is configured. */
  readonly expiries?: ExpirySource | undefined;
  /** The table of DPoP proofs. Required if `dpop` is not `off`. */
  readonly proofs?: ProofTable | undefined;
  /** Reads the key that signs the principal for the backend. Required if `principalToken` is configured. */
  readonly principalKey?: (() => Promise<PrincipalKey>) | undefined;
}

/** Increase it when the meaning of a shared entry changes. A new version then does not read the entries of an old one. */
const ENTRY_FORMAT = 2;
/** With `revokeJwts`, a mark that cannot be read means 503. So it is worth waiting longer for it. */
const REQUIRED_MARK_TIMEOUT_MS = 1000;

/** Composes an authorizer. Nothing is fetched or read before `prefetch`, or the first request that needs it. */
export function composeAuthorizer(configuration: AuthorizerConfiguration, ports: AuthorizerPorts): Authorizer {
  const { issuers, audience, audiences, basicOrder, introspectJwts, allowedOrganizations } = configuration;
  const digest = credentialDigest();
  const routes = new RouteMap(configuration.routes);
  const readFirstKeys = sharedFirstRead(ports.signingKeys);
  const expiries = composeExpiries(configuration, ports);
  const authorityOf = (endpointsFor: EndpointsFor) =>
    composeAuthority(endpointsFor, configuration, { ...ports, readFirstKeys, expiries });
  const first = authorityOf((name) => mainIssuerEndpoints(configuration, name));
  const others = issuers.map((entry) => authorityOf((name) => issuerEndpoints(entry, name)));
  const asJwtIssuer = (authority: Authority): JwtIssuer =>
    introspectJwts ? authority : { ...authority, introspector: undefined };
  const introspector = firstToKnow([first.introspector, ...others.map((authority) => authority.introspector)]);
  const bearerAuthenticators = [
    new JwtAuthenticator([asJwtIssuer(first), ...others.map(asJwtIssuer)]),
    new OpaqueTokenAuthenticator(introspector),
  ];
  const basic = new BasicAuthenticator({
    order: basicOrder,
    // A Basic secret may be a password, so only the main issuer may see it, and the token that the password yields.
    introspector: first.introspector,
    bearerAuthenticators: [
      new JwtAuthenticator([asJwtIssuer(first)]),
      new OpaqueTokenAuthenticator(first.introspector),
    ],
    passwordGrant: composePasswordGrant(configuration, ports, routes, digest),
    digest,
    allowedOrganizations,
  });
  const revocation = composeRevocation(configuration, ports);
  return new Authorizer({
    // Another server has no app specific passwords, so it has no use for the secret of a Basic credential.
    authenticators: configuration.authorizationServer ? bearerAuthenticators : [...bearerAuthenticators, basic],
    cache: new PrincipalCache({
      ...configuration,
      clock: ports.clock,
      random: ports.random,
      shared: composeSharedCache(configuration, ports),
      revocation,
    }),
    revocation,
    tokens: composeTokens(configuration, ports),
    digest,
    routes,
    appPasswordsApi: composeAppPasswordsApi(configuration),
    boundTokens: composeBoundTokens(configuration, ports),
    onlyAudience: audiences.length === 0 ? audience : undefined,
    clock: ports.clock,
    allowedOrganizations,
    tokenUsers: configuration.basicTokenUsers,
    prefetch: () => first.jwks.prefetch(),
  });
}

function composeSharedCache(
  { issuer, authorizationServer, issuers, audience, audiences, contextClaims, expiries }: AuthorizerConfiguration,
  { sharedCache, clock, sleep }: AuthorizerPorts,
): SharedCache | undefined {
  if (!sharedCache) return undefined;
  const known = { issuer, authorizationServer, issuers, audience, audiences, contextClaims, expiries };
  const fingerprint = JSON.stringify({ format: ENTRY_FORMAT, ...known });
  return new SharedCache({ ...sharedCache, fingerprint, clock, sleep });
}

function composeRevocation(
  { revocation, introspectJwts, issuer, issuers }: AuthorizerConfiguration,
  { marks: table, clock }: AuthorizerPorts,
): RevocationCheck | undefined {
  if (!revocation) return undefined;
  if (!table) throw unavailableHere('Revocation is configured, but its table');
  const { seconds, revokeJwts } = revocation;
  const timeoutMs = revokeJwts ? REQUIRED_MARK_TIMEOUT_MS : undefined;
  const revocations = new Revocations({ table, clock, seconds, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  // Auth0 gives its users the same ids under each of a tenant's domains.
  const domains = new Set(issuers.filter(({ profile }) => profile === 'auth0').map((entry) => entry.issuer));
  const markIssuerOf = (from: string) => (domains.has(from) ? issuer : from);
  return new RevocationCheck({ revocations, revokeJwts, introspectJwts, markIssuerOf, clock });
}

function composeExpiries(
  { expiries: configured }: AuthorizerConfiguration,
  { expiries: source, clock }: AuthorizerPorts,
): Expiries | undefined {
  if (!configured) return undefined;
  if (!source) throw unavailableHere('The expiry of app specific passwords is configured, but its table');
  return new Expiries({ ...source, clock });
}

/** Its tokens are for the main audience, to which the passwords belong. */
function composeAppPasswordsApi({ appPasswordsApi: api, audience }: AuthorizerConfiguration) {
  return api && { id: api.id, requirement: { allOf: [api.scope], audience } };
}

function composeBoundTokens(
  { dpop, mtls, publicUrl }: AuthorizerConfiguration,
  { proofs, clock }: AuthorizerPorts,
): BoundTokens {
  if (dpop !== 'off' && !proofs) throw unavailableHere('"dpop" is configured, but its table');
  return new BoundTokens({ dpop, mtls, publicUrl, replayGuard: proofs && new ReplayGuard(proofs, clock), clock });
}

function composeTokens(
  { principalToken }: AuthorizerConfiguration,
  { principalKey: readKey, clock }: AuthorizerPorts,
): PrincipalTokens | undefined {
  if (!principalToken) return undefined;
  if (!readKey) throw unavailableHere('The signed principal is configured, but its key');
  return new PrincipalTokens({ ...principalToken, readKey, clock });
}

function unavailableHere(what: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `${what} is not available here.`);
}

function composePasswordGrant(
  { issuer, audience }: AuthorizerConfiguration,
  ports: AuthorizerPorts,
  routes: RouteMap,
  digest: DigestCredential,
): PasswordGrant | undefined {
  const { passwordGrantClient: readClient, clock } = ports;
  return (
    readClient &&
    new PasswordGrant({
      issuer,
      uniqueId: randomUUID,
      endpoint: new IssuerEndpoint('token', ports),
      readClient,
      audience,
      // A login is for the main audience, so it can never call the routes for another one.
      scopes: routes.scopesFor(audience),
      clock,
      digest,
    })
  );
}
