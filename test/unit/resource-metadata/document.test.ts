import { OAuthProtectedResourceMetadataSchema } from '@modelcontextprotocol/sdk/shared/auth.js';
import fc from 'fast-check';
import { processResourceDiscoveryResponse } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { type ProtectedResource, resourceMetadata } from '../../../src/resource-metadata/document.ts';

const RESOURCE: ProtectedResource = {
  publicUrl: 'https://api.example/mcp',
  issuer: 'https://tenant.auth0.com/',
  issuers: [{ issuer: 'https://login.example' }],
  routes: { 'GET /foo': ['read:foo'], 'PUT /foo': { anyOf: ['read:foo', 'write:foo'] }, 'GET /health': 'public' },
};
const ALGORITHMS = ['ES256'];

describe('the metadata', () => {
  it('names the API, its issuers exactly as they are written, and the scopes', () => {
    expect(resourceMetadata(RESOURCE, ALGORITHMS)).toEqual({
      resource: 'https://api.example/mcp',
      authorization_servers: ['https://tenant.auth0.com/', 'https://login.example'],
      scopes_supported: ['read:foo', 'write:foo'],
      bearer_methods_supported: ['header'],
    });
  });

  it('leaves out the scopes if no route requires one', () => {
    expect(resourceMetadata({ ...RESOURCE, routes: { 'GET /foo': [] } }, ALGORITHMS)).not.toHaveProperty(
      'scopes_supported',
    );
  });

  it.each([
    ['dpop', 'accepted', { dpop_signing_alg_values_supported: ['ES256'] }],
    ['dpop', 'required', { dpop_signing_alg_values_supported: ['ES256'], dpop_bound_access_tokens_required: true }],
    ['mtls', 'accepted', { tls_client_certificate_bound_access_tokens: true }],
    ['mtls', 'required', { tls_client_certificate_bound_access_tokens: true }],
  ])('says what %s %s means for tokens', (key, value, expected) => {
    const plain = resourceMetadata(RESOURCE, ALGORITHMS);
    expect(resourceMetadata({ ...RESOURCE, [key]: value }, ALGORITHMS)).toEqual({ ...plain, ...expected });
  });

  it('is accepted by two clients of other makers, for every API', async () => {
    const binding = fc.constantFrom('off' as const, 'accepted' as const, 'required' as const);
    const url = fc.webUrl({ validSchemes: ['https'] }).map((text) => new URL(text).href);
    const resource = fc.record({
      publicUrl: url,
      issuer: url,
      issuers: fc.array(fc.record({ issuer: url }), { maxLength: 3 }),
      routes: fc.record({ 'GET /foo': fc.array(fc.stringMatching(/^[\x21\x23-\x5B\x5D-\x7E]{1,10}$/)) }),
      dpop: binding,
      mtls: binding,
    });
    await fc.assert(
      fc.asyncProperty(resource, async (given) => {
        const document = resourceMetadata(given, ALGORITHMS);
        const response = Response.json(document);
        const read = await processResourceDiscoveryResponse(new URL(given.publicUrl), response);
        expect(read.authorization_servers).toEqual([given.issuer, ...given.issuers.map(({ issuer }) => issuer)]);
        expect(OAuthProtectedResourceMetadataSchema.parse(document)).toEqual(read);
      }),
    );
  });
});
