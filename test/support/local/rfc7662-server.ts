/** A certified third-party authorization server as the second issuer: `oidc-provider`, unchanged, on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type ResourceServer } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import type { ClientCredentials } from '../../../src/core/client-credentials.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { type PrivateSigningJwk, publicJwk } from '../../../src/signing-key/signing-key.ts';

export interface Rfc7662Server {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly introspectionUrl: string;
  /** The client id of the API that authenticates with a key. */
  readonly clientId: string;
  /** The client id of the API that authenticates with a secret. */
  readonly secretClient: ClientCredentials;
  /** Issues an access token of the user `alice`. */
  issue(format: 'opaque' | 'jwt', audience?: string): Promise<string>;
  /** Issues a refresh token. */
  issueRefreshToken(): Promise<string>;
  revoke(opaqueToken: string): Promise<void>;
}

const SCOPE = 'read:foo';
const USER = 'alice';
const APP = 'app';
/** Contains characters that the header must form-encode. */
const SECRET_CLIENT = { clientId: 'demo api', clientSecret: 's3cr:t +%/=' };

/** @param authenticatedBy the API's key, or the URL where its keys are, for `private_key_jwt` */
export async function startRfc7662Server(authenticatedBy: PrivateSigningJwk | URL): Promise<Rfc7662Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await createProvider(issuer, authenticatedBy);
  server.on('request', provider.callback());
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    introspectionUrl: `${issuer}/token/introspection`,
    clientId: 'demo-api',
    secretClient: SECRET_CLIENT,
    issue: (format, audience = 'https://demo.api') => issueAccessToken(provider, format, audience),
    issueRefreshToken: () => issueRefreshToken(provider),
    revoke: async (token) => (await provider.AccessToken.find(token))?.destroy(),
  };
}

async function createProvider(issuer: string, authenticatedBy: PrivateSigningJwk | URL): Promise<Provider> {
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
    ],
    jwks: { keys: [key] },
    // The provider's own fetch refuses loopback, where the keys of a test are.
    fetch: (url, { dispatcher: _guard, ...options } = {}) => fetch(url, options),
    findAccount: (_context, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    ttl: { AccessToken: 600, RefreshToken: 600, Grant: 600 },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo: async (_context, id) => described(id, 'opaque') },
    },
  });
}

async function issueAccessToken(provider: Provider, format: 'opaque' | 'jwt', audience: string): Promise<string> {
  const { client, grantId } = await grant(provider, audience);
  const token = new provider.AccessToken({ client, accountId: USER, grantId, scope: SCOPE, gty: 'password' });
  token.resourceServer = new provider.ResourceServer(audience, described(audience, format));
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

function described(audience: string, accessTokenFormat: 'opaque' | 'jwt'): ResourceServer {
  return {
    scope: SCOPE,
    audience,
    accessTokenTTL: 600,
    accessTokenFormat,
    jwt: { sign: { alg: 'RS256' } },
  } as ResourceServer;
}
