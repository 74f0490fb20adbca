/** A second authorization server beside the tenant, written by others, with its own keys and introspection. */
import { describe, expect, it } from 'vitest';
import type { SecretClient } from '../../../src/core/client-credentials.ts';
import { basic, bearer } from '../../support/http/call.ts';
import { type Rfc7662Server, startRfc7662Server } from '../../support/local/rfc7662-server.ts';
import { keys, type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

async function startBoth(): Promise<{ readonly local: LocalForTest; readonly server: Rfc7662Server }> {
  const server = await startRfc7662Server((await keys()).signingJwk);
  const { issuer, jwksUrl, introspectionUrl, clientId } = server;
  const issuers = [{ issuer, profile: 'rfc7662', jwksUrl, introspectionUrl, clientId }];
  return { local: await startLocal({ ...UNCACHED, issuers }, Date.now()), server };
}

describe('tokens of any RFC 7662 server', () => {
  it.each(['opaque', 'jwt'] as const)('are accepted beside the tenant’s own: %s', async (format) => {
    const { local, server } = await startBoth();
    const response = await local.call('GET', '/whoami', bearer(await server.issue(format)));
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({
      sub: 'alice',
      scope: 'read:foo',
      token_type: 'access_token',
      client_id: 'app',
      iss: server.issuer,
    });
    for (const kind of ['jwt', 'opaque', 'asp'] as const) {
      expect((await local.call('GET', '/foo', bearer(local.ready.tokens[kind]))).status).toBe(200);
    }
  });

  it('are refused once they are revoked', async () => {
    const { local, server } = await startBoth();
    const token = await server.issue('opaque');
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(200);
    await server.revoke(token);
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'token_inactive' });
  });

  it.each(['opaque', 'jwt'] as const)('are refused if they are for another API: %s', async (format) => {
    const { local, server } = await startBoth();
    const token = await server.issue(format, 'https://other.api');
    expect((await local.call('GET', '/foo', bearer(token))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'audience_mismatch' });
  });

  it('are refused if they are refresh tokens', async () => {
    const { local, server } = await startBoth();
    expect((await local.call('GET', '/foo', bearer(await server.issueRefreshToken()))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'token_type_refused' });
  });

  it('are refused without a call if their issuer is unknown', async () => {
    const { local } = await startBoth();
    const stranger = await startRfc7662Server((await keys()).signingJwk);
    expect((await local.call('GET', '/foo', bearer(await stranger.issue('jwt')))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'issuer_mismatch', issuerCalls: 0 });
  });
});

describe('an RFC 7662 server that requires a secret', () => {
  async function startWithSecret(readSecret: (secretId: string, server: Rfc7662Server) => SecretClient) {
    const server = await startRfc7662Server((await keys()).signingJwk);
    const { issuer, jwksUrl, introspectionUrl } = server;
    const issuers = [{ issuer, profile: 'rfc7662', jwksUrl, introspectionUrl, clientSecret: 'other/client' }];
    const local = await startLocal({ ...UNCACHED, issuers }, Date.now(), {
      issuerClient: async (id) => readSecret(id, server),
    });
    return { local, server };
  }

  it('is called with the client credentials of its secret, which is read once', async () => {
    const read: string[] = [];
    const { local, server } = await startWithSecret((secretId, { secretClient }) => {
      read.push(secretId);
      return secretClient;
    });
    for (let time = 0; time < 3; time += 1) {
      expect((await local.call('GET', '/foo', bearer(await server.issue('opaque')))).status).toBe(200);
    }
    expect(read).toEqual(['other/client']);
  });

  it('is called again in the same decision if its secret has changed, so that the caller does not notice', async () => {
    let reads = 0;
    const { local, server } = await startWithSecret((_, { secretClient }) => {
      reads += 1;
      return reads === 1 ? { ...secretClient, clientSecret: 'before the change' } : secretClient;
    });
    for (let time = 0; time < 2; time += 1) {
      expect((await local.call('GET', '/foo', bearer(await server.issue('opaque')))).status).toBe(200);
    }
    expect(reads).toBe(2);
  });

  it('causes a 503 with a wrong secret, and is called with the corrected secret 30 s later', async () => {
    let secret: string | undefined = 'wrong';
    const { local, server } = await startWithSecret((_, { secretClient }) => {
      return { ...secretClient, clientSecret: secret ?? secretClient.clientSecret };
    });
    const token = bearer(await server.issue('opaque'));
    expect((await local.call('GET', '/foo', token)).status).toBe(503);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_client_refused' });
    secret = undefined;
    local.clock.advanceSeconds(30);
    expect((await local.call('GET', '/foo', token)).status).toBe(200);
  });
});

describe('a Basic secret that may be a password', () => {
  it('is sent to the first issuer only', async () => {
    const { local, server } = await startBoth();
    const secret = await server.issue('opaque');
    expect((await local.call('GET', '/foo', basic('alice', secret))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'token_inactive', issuerCalls: 2 });
    expect(local.calls('/oauth/token') + local.calls('/oauth/introspect')).toBe(2);
  });
});
