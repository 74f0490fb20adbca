/** Deploys a user's own stack, in which the authorizer guards an HTTP API and a WebSocket API. */
import { request } from 'node:http';
import * as dpop from 'dpop';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PROOF_ALGORITHMS } from '../../src/config/challenges.ts';
import { AwsForTest, MANAGEMENT_SECRET, succeeded } from '../support/aws/aws-for-test.ts';
import { servedJwks } from '../support/aws/served-jwks.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const APP = 'node --import tsx test/support/aws/api-kinds-app.ts';

describe.skipIf(ministack === '')('a user’s own stack', () => {
  let aws: AwsForTest;
  let context: readonly string[];
  let httpApi: string;
  let webSocketApiId: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    context = ['-c', `issuer=${aws.tenant.issuer}`, '-c', `managementSecret=${MANAGEMENT_SECRET}`];
    succeeded(await aws.deployApp(APP, ...context));
    const { HttpApiId, WebSocketApiId = '' } = await aws.outputs();
    httpApi = `${aws.account.url}/_aws/execute-api/${HttpApiId}/$default/`;
    webSocketApiId = WebSocketApiId;
  });

  afterAll(() => aws?.close());

  describe('the authorizer of an HTTP API', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)(
      'lets in a %s for a method that its scope allows, and passes the principal to the backend',
      async (kind) => {
        const credential = bearer(tokenOf(kind));
        const response = await callFoo('GET', credential);
        expect(response.status).toBe(200);
        expect(JSON.parse(response.body)).toMatchObject({
          sub: 'auth0|1234',
          scope: 'read:foo',
          iss: aws.tenant.issuer,
        });
        expect((await callFoo('POST', credential)).status).toBe(403);
        expect((await callFoo('GET', credential)).status).toBe(200);
      },
    );

    it('lets in a token as the password of a configured user name, and no other user name', async () => {
      const token = aws.tenant.mintApplicationPassword().value;
      expect((await callFoo('GET', basic('token', token))).status).toBe(200);
      expect((await callFoo('GET', basic('nobody', token))).status).toBeGreaterThanOrEqual(401);
    });

    it('passes the signed principal to the backend, which verifies it', async () => {
      const { PrincipalTokenIssuer = '', PrincipalTokenJwksUrl = '' } = await aws.outputs();
      const { token } = JSON.parse((await callFoo('GET', bearer(tokenOf('asp')))).body);
      const expected = { issuer: PrincipalTokenIssuer, audience: 'orders', typ: 'principal+jwt' };
      const jwks = createLocalJWKSet(await servedJwks(aws.account, PrincipalTokenJwksUrl));
      expect((await jwtVerify(token, jwks, expected)).payload).toMatchObject({ sub: 'auth0|1234', scope: 'read:foo' });
    });

    it('refuses a request with no credential, with garbage and with an unsigned JWT', async () => {
      for (const credential of [[], bearer('garbage'), bearer(aws.tenant.mintJwt({ alg: 'none' }))]) {
        expect((await callFoo('GET', credential)).status).toBeGreaterThanOrEqual(401);
      }
    });
  });

  it('serves its metadata from an HTTP API, without a credential', async () => {
    const { status, headers, body } = await call(new URL('.well-known/oauth-protected-resource', httpApi), 'GET');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      resource: 'https://demo.api',
      authorization_servers: [aws.tenant.issuer],
      scopes_supported: ['create:foo', 'read:foo'],
      bearer_methods_supported: ['header'],
      tls_client_certificate_bound_access_tokens: true,
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    });
  });

  describe('a token that is bound to a key', () => {
    it('is let in once with a proof of this key, and never without', async () => {
      const pair = await dpop.generateKeyPair('ES256');
      const jkt = await dpop.calculateThumbprint(pair.publicKey);
      const token = aws.tenant.mintJwt({ cnf: { jkt } });
      const proof = await dpop.generateProof(pair, 'https://demo.api/foo', 'GET', undefined, token);
      const withProof = (DPoP: string) => call(new URL('foo', httpApi), 'GET', `DPoP ${token}`, { headers: { DPoP } });
      expect((await withProof(proof)).status).toBe(200);
      expect((await withProof(proof)).status).toBeGreaterThanOrEqual(401);
      expect((await callFoo('GET', bearer(token))).status).toBeGreaterThanOrEqual(401);
      const thief = await dpop.generateKeyPair('ES256');
      const stolen = await dpop.generateProof(thief, 'https://demo.api/foo', 'GET', undefined, token);
      expect((await withProof(stolen)).status).toBeGreaterThanOrEqual(401);
      const next = await dpop.generateProof(pair, 'https://demo.api/foo', 'GET', undefined, token);
      expect((await withProof(next)).status).toBe(200);
    });
  });

  describe('the authorizer of a WebSocket API', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)('lets a %s connect', async (kind) => {
      expect(await connect(bearer(tokenOf(kind)))).toBe(101);
    });

    it.each(['jwt', 'opaque', 'asp'] as const)('lets a browser connect, with a %s in a subprotocol', async (kind) => {
      const subprotocols = { 'Sec-WebSocket-Protocol': `bearer, ${carrierOf(tokenOf(kind))}` };
      expect(await connect(undefined, subprotocols)).toBe(101);
    });

    it('refuses a browser with an invalid token, or with a second credential', async () => {
      const header = 'Sec-WebSocket-Protocol';
      for (const token of ['garbage', aws.tenant.mintJwt({ expiresInSeconds: -60 })]) {
        expect([401, 500]).toContain(await connect(undefined, { [header]: `bearer, ${carrierOf(token)}` }));
      }
      const jwt = tokenOf('jwt');
      expect([401, 500]).toContain(await connect(bearer(jwt), { [header]: `bearer, ${carrierOf(jwt)}` }));
    });

    it('refuses a caller without the scope', async () => {
      expect(await connect(bearer(aws.tenant.mintJwt({ scope: 'create:foo' })))).toBe(403);
    });

    it('refuses a caller without a credential or with an invalid one', async () => {
      // If the authorizer throws `Unauthorized`, AWS responds with 401, the emulator with 500.
      expect([401, 500]).toContain(await connect());
      expect([401, 500]).toContain(await connect(bearer('garbage')));
    });
  });

  it('restores the tenant when it is destroyed', async () => {
    succeeded(await aws.destroyApp(APP, ...context));
    const server = [...aws.tenant.state.resourceServers.values()].find(
      ({ identifier }) => identifier === 'https://demo.api',
    );
    expect(server).not.toHaveProperty('verificationKey');
  });

  function callFoo(method: string, credential: string | readonly string[]) {
    return call(new URL('foo', httpApi), method, credential);
  }

  function tokenOf(kind: 'jwt' | 'opaque' | 'asp'): string {
    const { tenant } = aws;
    return {
      jwt: () => tenant.mintJwt(),
      opaque: () => tenant.mintOpaque(),
      asp: () => tenant.mintApplicationPassword().value,
    }[kind]();
  }

  /** Requests a WebSocket. Returns the status: 101 if the WebSocket was opened. */
  function connect(authorization?: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
    const { port } = new URL(aws.account.url);
    const headers = {
      Host: `${webSocketApiId}.execute-api.localhost:${port}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...more,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path: '/prod', headers, agent: false });
      outgoing.on('upgrade', (incoming, socket) => {
        socket.destroy();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('response', (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }
});

function carrierOf(token: string): string {
  return `bearer.${Buffer.from(token).toString('base64url')}`;
}
