/**
 * An MCP client that knows only the URL of an API gets in by itself. It, the authorization server and the API are written by three
 * parties; only the last one is ours.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js';
import Provider, { type ResourceServer } from 'oidc-provider';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHandler, type HandlerPorts } from '../../../lambda/authorizer/create-handler.ts';
import { handler as backend } from '../../../lambda/demo-api/handler.ts';
import { freePort } from '../../../local/deployment/free-port.ts';
import { gatewayRoutes } from '../../../local/gateway/routes.ts';
import { startGateway } from '../../../local/gateway/server.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { resourceMetadata } from '../../../src/resource-metadata/document.ts';
import { resourceMetadataPath, resourceMetadataUrl } from '../../../src/resource-metadata/location.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { importSigningKey } from '../../../src/signing-key/signing-key.ts';
import { keys } from '../../support/local/start.ts';

const CLIENT = { clientId: 'mcp-client', clientSecret: 'mcp-client-secret' };
const SCOPES = 'read:foo';
const ROUTES = { 'GET /whoami': ['read:foo'] };

/** An authorization server that issues JWTs for the `resource` that a client names (RFC 8707), for one API only. */
async function startServer(resource: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { x5c: _certificate, ...key } = await generateSigningKey(Date.now());
  const description: ResourceServer = {
    scope: SCOPES,
    audience: resource,
    accessTokenTTL: 600,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: SCOPES,
      },
    ],
    scopes: [SCOPES],
    jwks: { keys: [key] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, asked) => {
          if (asked !== resource) throw new Error(`This server issues no token for ${asked}.`);
          return description;
        },
      },
    },
  });
  server.on('request', provider.callback());
  return issuer;
}

/** The API. Its audience is its URL. */
async function startApi() {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const issuer = await startServer(publicUrl);
  const resource = { publicUrl, issuer, routes: ROUTES };
  const http = createHttpsClient();
  const { signingJwk } = await keys();
  const configuration = {
    ...{ issuer, audience: publicUrl, routes: ROUTES, signingKeySecret: 'key' },
    authorizationServer: { jwksUrl: `${issuer}/jwks`, introspectionUrl: `${issuer}/token/introspection` },
    resourceMetadataUrl: resourceMetadataUrl(publicUrl),
  };
  const ports: HandlerPorts = {
    http: http.send,
    clock: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    signingKeys: { read: async () => [importSigningKey(signingJwk)] },
  };
  const gateway = await startGateway({
    port,
    authorizer: createHandler(parseAuthorizerConfiguration(JSON.stringify(configuration)), ports, () => undefined),
    backend,
    audience: publicUrl,
    basicChallenge: false,
    ...gatewayRoutes(ROUTES, false),
    resourceMetadata: {
      url: resourceMetadataUrl(publicUrl),
      path: resourceMetadataPath(publicUrl),
      document: resourceMetadata(resource, []),
    },
    ttlSeconds: 0,
    clock: Date.now,
  });
  onTestFinished(async () => {
    await gateway.close();
    http.close();
  });
  return { publicUrl, issuer };
}

describe('an MCP client that knows only the URL of the API', () => {
  it('finds the issuer, gets a token for the API there, and is let in', async () => {
    const { publicUrl, issuer } = await startApi();
    const url = `${publicUrl}/whoami`;
    expect((await fetch(url)).status).toBe(401);
    const provider = new ClientCredentialsProvider({ ...CLIENT, scope: SCOPES, expectedIssuer: issuer });
    const response = await withOAuth(provider, url)(fetch)(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ sub: CLIENT.clientId, iss: issuer, scope: SCOPES });
  });
});
