/** A certified third-party authorization server as the second issuer: `oidc-provider`, unchanged, on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type ClientMetadata, type ResourceServer } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import type { SecretClient } from '../../../src/core/client-credentials.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { type PrivateSigningJwk, publicJwk } from '../../../src/signing-key/signing-key.ts';

export interface Rfc7662Server {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly introspectionUrl: string;
  /** The client id of the API that authenticates with a key. */
  readonly clientId: string;
  /** The client id of the API that authenticates with a secret. */
  readonly secretClient: SecretClient;
  /** Issues an access token of the user `alice`. */
  issue(format: 'opaque' | 'jwt', audience?: string, algorithm?: string): Promise<string>;
  /** What the token endpoint issues from now on. Two clients may use it: `MACHINE`, and `MUTUAL_TLS_MACHINE`. */
  useFormat(format: 'opaque' | 'jwt', algorithm?: string): void;
  /** Issues a refresh token. */
  issueRefreshToken(): Promise<string>;
  revoke(opaqueToken: string): Promise<void>;
}

const SCOPE = 'read:foo';
const USER = 'alice';
const APP = 'app';
/** Contains characters that the header must form-encode. */
const SECRET_CLIENT = { clientId: 'demo api', clientSecret: 's3cr:t +%/=' };

/** What the access tokens of the user say besides the usual claims. */
export const MORE_CLAIMS = {
  'https://demo.api/roles': ['admin'],
  act: { sub: 'agent', act: { sub: 'first' } },
  org_id: 'org_1',
};

/** A client of the token endpoint, which may bind its tokens with DPoP. */
export const MACHINE = { client_id: 'machine', client_secret: 'machine-secret' };
/** A client whose tokens are bound to its certificate. */
export const MUTUAL_TLS_MACHINE = { client_id: 'mtls-machine', client_secret: 'mtls-machine-secret' };
/** Where this server finds the client certificate: in front of it, a proxy ends the TLS connection. URL-encoded PEM. */
export const CERTIFICATE_HEADER = 'client-certificate';
const PSS_ALGORITHMS = ['PS256', 'PS384', 'PS512'];

interface TokenFormat {
  format: 'opaque' | 'jwt';
  algorithm: string;
}

/** @param authenticatedBy the API's key, or the URL where its keys are, for `private_key_jwt` */
export async function startRfc7662Server(authenticatedBy: PrivateSigningJwk | URL): Promise<Rfc7662Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issued: TokenFormat = { format: 'opaque', algorithm: 'RS256' };
  const provider = await createProvider(issuer, authenticatedBy, issued);
  server.on('request', provider.callback());
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    introspectionUrl: `${issuer}/token/introspection`,
    clientId: 'demo-api',
    secretClient: SECRET_CLIENT,
    issue: (format, audience = 'https://demo.api', algorithm = 'RS256') =>
      issueAccessToken(provider, described(audience, { format, algorithm })),
    useFormat: (format, algorithm = 'RS256') => Object.assign(issued, { format, algorithm }),
    issueRefreshToken: () => issueRefreshToken(provider),
    revoke: async (token) => (await provider.AccessToken.find(token))?.destroy(),
  };
}

async function createProvider(
  issuer: string,
  authenticatedBy: PrivateSigningJwk | URL,
  issued: TokenFormat,
): Promise<Provider> {
  const { x5c: _certificate, ...key } = await generateSigningKey(Date.now());
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'demo-api',
        token_endpoint_auth_method: 'private_key_jwt',
        ...(authenticatedBy instanceof URL
          ? { jwks_uri: authenticatedBy.href }
          : { jwks: { keys: [{ ...publicJwk(authenticatedBy) }] } }),
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: SECRET_CLIENT.clientId,
        client_secret: SECRET_CLIENT.clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: APP,
        client_secret: 'app-secret',
        grant_types: ['refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
      ...machines(),
    ],
    // A JWK names one algorithm, so there is one for each.
    jwks: { keys: [key, ...PSS_ALGORITHMS.map((alg) => ({ ...key, alg, kid: `${key.kid}-${alg}` }))] },
    // The tokens of a machine have no account, and so no `sub` in an introspection response.
    extraTokenClaims: (_context, { kind, clientId }) =>
      kind === 'ClientCredentials' ? { sub: clientId } : MORE_CLAIMS,
    // The provider's own fetch refuses loopback, where the keys of a test are.
    fetch: (url, { dispatcher: _guard, ...options } = {}) => fetch(url, options),
    findAccount: (_context, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    ttl: { AccessToken: 600, ClientCredentials: 600, RefreshToken: 600, Grant: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (context) => decodeURIComponent(context.get(CERTIFICATE_HEADER)),
      },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo: async (_context, id) => described(id, issued) },
    },
  });
}

function machines(): readonly ClientMetadata[] {
  const common = {
    token_endpoint_auth_method: 'client_secret_post' as const,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
  return [
    { ...common, ...MACHINE },
    { ...common, ...MUTUAL_TLS_MACHINE, tls_client_certificate_bound_access_tokens: true },
  ];
}

async function issueAccessToken(provider: Provider, resourceServer: ResourceServer): Promise<string> {
  const audience = String(resourceServer.audience);
  const { client, grantId } = await grant(provider, audience);
  const token = new provider.AccessToken({ client, accountId: USER, grantId, scope: SCOPE, gty: 'password' });
  token.resourceServer = new provider.ResourceServer(audience, resourceServer);
  return token.save();
}

async function issueRefreshToken(provider: Provider): Promise<string> {
  const audience = 'https://demo.api';
  const { client, grantId } = await grant(provider, audience);
  const common = { client, accountId: USER, grantId, scope: SCOPE, gty: 'password', rotations: 0, iiat: 0 };
  return new provider.RefreshToken({ ...common, resource: audience }).save();
}

async function grant(provider: Provider, audience: string) {
  const client = await provider.Client.find(APP);
  if (!client) throw new Error(`The provider has no client ${APP}.`);
  const granted = new provider.Grant({ accountId: USER, clientId: APP });
  granted.addResourceScope(audience, SCOPE);
  return { client, grantId: await granted.save() };
}

function described(audience: string, { format, algorithm }: TokenFormat): ResourceServer {
  return {
    scope: SCOPE,
    audience,
    accessTokenTTL: 600,
    accessTokenFormat: format,
    jwt: { sign: { alg: algorithm } },
  } as ResourceServer;
}
