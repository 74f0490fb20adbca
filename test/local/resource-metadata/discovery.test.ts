/** Clients of other makers find the issuer of the local API. They know nothing but its URL. */
import {
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from '@modelcontextprotocol/sdk/client/auth.js';
import {
  allowInsecureRequests,
  discoveryRequest,
  processDiscoveryResponse,
  processResourceDiscoveryResponse,
  resourceDiscoveryRequest,
} from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { startLocal } from '../../support/local/start.ts';

const INSECURE = { [allowInsecureRequests]: true };

/** Without the final slash of a gateway's URL. */
async function startWithMetadata(configuration: Readonly<Record<string, unknown>> = {}) {
  const local = await startLocal({ resourceMetadata: true, ...configuration });
  return { local, publicUrl: local.ready.gateway.replace(/\/$/, ''), issuer: local.ready.issuer };
}

describe('the metadata of the local API', () => {
  it('leads an MCP client from a 401 to the issuer', async () => {
    const { publicUrl, issuer } = await startWithMetadata();
    const { resourceMetadataUrl } = extractWWWAuthenticateParams(await fetch(`${publicUrl}/foo`));
    if (!resourceMetadataUrl) throw new Error('The challenge names no metadata.');
    const metadata = await discoverOAuthProtectedResourceMetadata(`${publicUrl}/foo`, { resourceMetadataUrl });
    expect(metadata).toEqual({
      resource: publicUrl,
      authorization_servers: [issuer],
      scopes_supported: ['create:foo', 'delete:foo', 'read:foo', 'update:foo'],
      bearer_methods_supported: ['header'],
    });
    const [server = ''] = metadata.authorization_servers ?? [];
    expect(await discoverAuthorizationServerMetadata(server)).toMatchObject({ issuer });
  });

  it('leads an MCP client that reads no challenges there too', async () => {
    const { publicUrl, issuer } = await startWithMetadata();
    const metadata = await discoverOAuthProtectedResourceMetadata(`${publicUrl}/foo`);
    expect(metadata.authorization_servers).toEqual([issuer]);
  });

  it('is accepted by a strict OAuth client, which then accepts the issuer', async () => {
    const { publicUrl, issuer } = await startWithMetadata();
    const resource = new URL(publicUrl);
    const response = await resourceDiscoveryRequest(resource, INSECURE);
    const { authorization_servers: [server = ''] = [] } = await processResourceDiscoveryResponse(resource, response);
    expect(server).toBe(issuer);
    const found = await discoveryRequest(new URL(server), { algorithm: 'oauth2', ...INSECURE });
    expect(await processDiscoveryResponse(new URL(server), found)).toMatchObject({ issuer });
  });

  it('is named in a 403, with the scopes that are missing', async () => {
    const { local, publicUrl } = await startWithMetadata();
    const headers = { authorization: bearer(local.ready.tokens.jwt) };
    const response = await fetch(`${publicUrl}/foo`, { method: 'DELETE', headers });
    expect(response.status).toBe(403);
    expect(extractWWWAuthenticateParams(response)).toEqual({
      resourceMetadataUrl: new URL(`${publicUrl}/.well-known/oauth-protected-resource`),
      scope: 'delete:foo',
      error: 'insufficient_scope',
    });
  });

  it('is at the path of the public URL, which is an audience', async () => {
    const { local } = await startWithMetadata({ publicUrl: 'https://mcp.example/mcp' });
    const response = await local.call('GET', '/.well-known/oauth-protected-resource/mcp');
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ resource: 'https://mcp.example/mcp' });
    expect((await local.call('GET', '/.well-known/oauth-protected-resource')).status).toBe(404);
  });

  it('can be read by every page, even with headers of its own', async () => {
    const { publicUrl } = await startWithMetadata();
    const url = `${publicUrl}/.well-known/oauth-protected-resource`;
    const preflight = await fetch(url, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('*');
    const { headers } = await fetch(url);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
  });

  it('is served before a route for every path, and reaches no backend', async () => {
    const { local } = await startWithMetadata({
      routes: { 'ANY /{proxy+}': [] },
      backendUrl: 'http://127.0.0.1:9',
    });
    const response = await local.call('GET', '/.well-known/oauth-protected-resource');
    expect(response.status).toBe(200);
    expect((await local.call('GET', '/.well-known/other')).status).toBe(401);
  });

  it('is not there without the key, and no challenge names it', async () => {
    const local = await startLocal();
    expect((await local.call('GET', '/.well-known/oauth-protected-resource')).status).toBe(404);
    const { headers } = await local.call('GET', '/foo');
    expect(headers.get('www-authenticate')).toBe('Bearer realm="https://demo.api"');
  });
});
