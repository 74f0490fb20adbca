/** An authorization server written by others as the only issuer: no Auth0 tenant, no set-up, no management client. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { composeAuthorizer } from '../../../src/authorizer/compose.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { importSigningKey } from '../../../src/signing-key/signing-key.ts';
import { requestWith } from '../../support/core/composed.ts';
import { basic, bearer } from '../../support/http/call.ts';
import { type Rfc7662Server, startRfc7662Server } from '../../support/local/rfc7662-server.ts';
import { keys, UNCACHED } from '../../support/local/start.ts';

const ROUTES = { 'GET /foo': ['read:foo'], 'GET /admin': ['admin'] };

/** Composes the authorizer as its function does. The server is the only one that it can reach. */
async function start(client: (server: Rfc7662Server) => object = ({ clientId }) => ({ clientId })) {
  const { signingJwk } = await keys();
  const server = await startRfc7662Server(signingJwk);
  const { issuer, jwksUrl, introspectionUrl } = server;
  const { gatewayTtlSeconds: _, ...caches } = UNCACHED;
  const configuration = {
    ...{ issuer, audience: 'https://demo.api', signingKeySecret: 'key', routes: ROUTES, ...caches },
    authorizationServer: { jwksUrl, introspectionUrl, ...client(server) },
  };
  const http = createHttpsClient();
  onTestFinished(() => http.close());
  const authorizer = composeAuthorizer(parseAuthorizerConfiguration(JSON.stringify(configuration)), {
    http: http.send,
    clock: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    signingKeys: { read: async () => [importSigningKey(signingJwk)] },
    issuerClient: async () => server.secretClient,
  });
  const calls: string[] = [];
  const decide = (authorization: string, path = '/foo') =>
    authorizer.decide(requestWith(authorization, { path, resourcePath: path }), (event) => {
      if (event.kind === 'attempt') calls.push(event.endpoint);
    });
  return { server, decide, calls };
}

describe('an authorization server that is not Auth0, as the only issuer', () => {
  it.each(['opaque', 'jwt'] as const)('decides about its tokens: %s', async (format) => {
    const { server, decide } = await start();
    const token = bearer(await server.issue(format));
    expect(await decide(token)).toMatchObject({
      outcome: 'allow',
      principal: { subject: 'alice', issuer: server.issuer },
    });
    expect(await decide(token, '/admin')).toMatchObject({ outcome: 'deny', reason: 'scope_missing' });
  });

  it('is called with a client secret if that is how it knows the API', async () => {
    const { server, decide } = await start(() => ({ clientSecret: 'keycloak/client' }));
    expect(await decide(bearer(await server.issue('opaque')))).toMatchObject({ outcome: 'allow' });
  });

  it.each(['opaque', 'jwt'] as const)('does not let in tokens for another API: %s', async (format) => {
    const { server, decide } = await start();
    const token = bearer(await server.issue(format, 'https://other.api'));
    expect(await decide(token)).toMatchObject({ outcome: 'unauthenticated', reason: 'audience_mismatch' });
  });

  it('does not let in revoked tokens and refresh tokens', async () => {
    const { server, decide } = await start();
    const token = await server.issue('opaque');
    await server.revoke(token);
    expect(await decide(bearer(token))).toMatchObject({ outcome: 'unauthenticated', reason: 'token_inactive' });
    const refreshToken = bearer(await server.issueRefreshToken());
    expect(await decide(refreshToken)).toMatchObject({ outcome: 'unauthenticated', reason: 'token_type_refused' });
  });

  it('never sees the secret of a Basic credential, which is refused without a call', async () => {
    const { server, decide, calls } = await start();
    for (const secret of ['AbCdEfGhIjKlMnOp', 'a password', await server.issue('opaque')]) {
      const decision = await decide(basic('alice', secret));
      expect(decision).toMatchObject({ outcome: 'unauthenticated', reason: 'scheme_unsupported' });
    }
    expect(calls).toEqual([]);
  });
});
