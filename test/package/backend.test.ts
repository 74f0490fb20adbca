/** A backend of the operator behind the deployed API: it receives the principal, and never the credential. */
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { extractResourceMetadataUrl } from '@modelcontextprotocol/sdk/client/auth.js';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { parsePrincipalKeys } from '../../src/principal-token/key-pairs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { inventoryOf, readSecret } from '../support/aws/inventory.ts';
import { rotate } from '../support/aws/rotation.ts';
import { servedJwks } from '../support/aws/served-jwks.ts';
import { call } from '../support/http/call.ts';

const ministack = inject('ministack');

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

describe.skipIf(ministack === '')('a backend behind the deployed API', () => {
  const seen: Seen[] = [];
  let aws: AwsForTest;
  let backend: Server;
  let apiUrl: string;
  let gatewaySecret: string;

  beforeAll(async () => {
    backend = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method, url, headers } = incoming;
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString('hex') });
        response.writeHead(201, { 'content-type': 'application/octet-stream', 'x-own': 'yes' }).end(BYTES);
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    aws = await AwsForTest.start(ministack);
    const port = portOf(backend);
    const routes = JSON.stringify({ 'ANY /{proxy+}': ['read:foo'], 'GET /health': 'public' });
    const contextClaims = JSON.stringify(['https://demo.api/roles', 'email']);
    const metadata = { publicUrl: 'https://demo.api', resourceMetadata: 'true' };
    const context = {
      backendUrl: `http://127.0.0.1:${port}/base`,
      routes,
      contextClaims,
      principalToken: 'true',
      ...metadata,
    };
    const assembly = await aws.synth(context);
    succeeded(await aws.deploy(assembly));
    const { ApiUrl = '', GatewaySecretArn = '' } = await aws.outputs();
    apiUrl = reachableApiUrl(aws.account, ApiUrl);
    gatewaySecret = await readSecret(aws.account, GatewaySecretArn);
  });

  beforeEach(() => {
    seen.length = 0;
  });

  afterAll(async () => {
    backend?.close();
    await aws?.close();
  });

  function send({ method = 'GET', path, headers = {}, body }: Sent): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      // Send the path unchanged: a URL object would normalize it.
      const options = {
        method,
        headers: { accept: '*/*', ...headers },
        path: `${new URL(apiUrl).pathname}${path}`,
        agent: false,
      };
      const outgoing = request(apiUrl, options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const authorization = (): string => `Bearer ${aws.tenant.mintApplicationPassword().value}`;

  it('receives the principal in place of the credential, and a secret that proves who sent the request', async () => {
    const headers = {
      authorization: authorization(),
      'x-auth-sub': 'forged',
      'x-auth-role': 'admin',
      'x-mine': 'kept',
    };
    const response = await send({ path: 'orders/7?a=1&a=2', headers });
    expect(response.status).toBe(201);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/base/orders/7?a=1&a=2' });
    expect(seen[0]?.headers).toMatchObject({
      'x-auth-sub': 'auth0%7C1234',
      'x-auth-scope': 'read%3Afoo',
      'x-auth-client-id': '',
      'x-mine': 'kept',
      'x-gateway-secret': gatewaySecret,
    });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    expect(seen[0]?.headers).not.toHaveProperty('x-auth-role');
    expect(gatewaySecret.length).toBeGreaterThan(20);
  });

  it('receives the claims that the configuration names, and the actor', async () => {
    const claims = {
      'https://demo.api/roles': ['zoë'],
      other: 'not named',
      act: { sub: 'agent', act: { sub: 'first' } },
    };
    const headers = { authorization: `Bearer ${aws.tenant.mintJwt({ claims })}`, 'x-auth-claim-email': 'forged' };
    expect((await send({ path: 'orders/7', headers })).status).toBe(201);
    const received = Object.entries(seen[0]?.headers ?? {}).filter(([name]) => /^x-auth-(?:claim|act)/.test(name));
    expect(Object.fromEntries(received)).toEqual({
      'x-auth-claim-https-demo-api-roles': encodeURIComponent('["zoë"]'),
      'x-auth-claim-email': '',
      'x-auth-act': encodeURIComponent(JSON.stringify(claims.act)),
    });
  });

  /** Verifies the token in the last request as a backend does, and returns its claims. */
  async function verified(): Promise<JWTPayload> {
    const { PrincipalTokenIssuer, PrincipalTokenJwksUrl = '' } = await aws.outputs();
    const jwks = createLocalJWKSet(await servedJwks(aws.account, PrincipalTokenJwksUrl));
    const token = String(seen.at(-1)?.headers['x-auth-token']);
    const audience = `http://127.0.0.1:${portOf(backend)}/base`;
    const expected = { issuer: PrincipalTokenIssuer ?? '', audience, typ: 'principal+jwt', algorithms: ['ES256'] };
    return (await jwtVerify(token, jwks, expected)).payload;
  }

  it('receives a signed principal, which proves who the caller is, and never the one that a caller sent', async () => {
    const headers = { authorization: authorization(), 'x-auth-token': 'forged', x_auth_token: 'forged' };
    expect((await send({ path: 'orders', headers })).status).toBe(201);
    expect(await verified()).toMatchObject({ sub: 'auth0|1234', issuer: aws.tenant.issuer, scope: 'read:foo' });
    expect(JSON.stringify(seen)).not.toContain('forged');
    expect((await send({ path: 'health', headers: { 'x-auth-token': 'forged' } })).status).toBe(201);
    expect(seen[1]?.headers).not.toHaveProperty('x-auth-token');
  });

  it('receives a signed principal whose key is not in the JWKS of the tenant, and that is no credential', async () => {
    expect((await send({ path: 'orders', headers: { authorization: authorization() } })).status).toBe(201);
    const { JwksUrl = '', PrincipalTokenJwksUrl = '' } = await aws.outputs();
    const [tenantFacing, own] = await Promise.all([
      servedJwks(aws.account, JwksUrl),
      servedJwks(aws.account, PrincipalTokenJwksUrl),
    ]);
    expect(own.keys.map(({ kty }) => kty)).toEqual(['EC', 'EC']);
    expect(tenantFacing.keys.map(({ kty }) => kty)).toEqual(['RSA']);
    for (const { x } of own.keys) expect(aws.tenant.snapshot()).not.toContain(x);
    const token = `Bearer ${seen[0]?.headers['x-auth-token']}`;
    expect((await send({ path: 'orders', headers: { authorization: token } })).status).toBe(401);
  });

  it('receives a signed principal that it can verify during and after a rotation', async () => {
    const { PrincipalTokenSecretArn: secretArn = '', PrincipalTokenFunctionArn: functionArn = '' } =
      await aws.outputs();
    const current = async () => parsePrincipalKeys(await readSecret(aws.account, secretArn))[0].kid;
    const before = await current();
    await rotate({ account: aws.account, secretArn, functionArn });
    expect(await current()).not.toBe(before);
    expect((await send({ path: 'orders', headers: { authorization: authorization() } })).status).toBe(201);
    expect(await verified()).toMatchObject({ sub: 'auth0|1234' });
    const { keys } = await servedJwks(aws.account, (await aws.outputs()).PrincipalTokenJwksUrl ?? '');
    expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([before, await current()]));
    expect(aws.transcript.join('\n')).not.toMatch(/"d":"/);
  });

  it('receives and returns bytes unchanged', async () => {
    const headers = { authorization: authorization(), 'content-type': 'application/octet-stream' };
    const response = await send({ method: 'POST', path: 'upload', headers, body: BYTES });
    expect(seen[0]?.body).toBe(BYTES.toString('hex'));
    expect(response.body).toEqual(BYTES);
  });

  it.each(['a/../admin', 'a//b', 'a/%2e%2e/admin', 'a%5cb'])(
    'never receives a request with the path %s',
    async (path) => {
      const response = await send({ path, headers: { authorization: authorization() } });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(seen).toEqual([]);
    },
  );

  it('receives a request without a credential only on a public route', async () => {
    expect((await send({ path: 'orders' })).status).toBe(401);
    expect(seen).toEqual([]);
    expect((await send({ path: 'health' })).status).toBe(201);
    expect(seen[0]?.headers).toMatchObject({ 'x-auth-sub': '' });
  });

  it('receives no request for the metadata, which the gateway serves itself and names in a 401', async () => {
    const metadata = await call(new URL('.well-known/oauth-protected-resource', apiUrl), 'GET');
    expect(metadata.status).toBe(200);
    expect(JSON.parse(metadata.body)).toEqual({
      resource: 'https://demo.api',
      authorization_servers: [aws.tenant.issuer],
      scopes_supported: ['read:foo'],
      bearer_methods_supported: ['header'],
    });
    expect(metadata.headers.get('cache-control')).toBe('public, max-age=300');
    const { headers } = await call(new URL('orders', apiUrl), 'GET');
    expect(extractResourceMetadataUrl(new Response(null, { headers }))?.href).toBe(
      'https://demo.api/.well-known/oauth-protected-resource',
    );
    expect(seen).toEqual([]);
  });

  it('has a gateway secret in the account that appears nowhere else', async () => {
    const { secrets } = await inventoryOf(aws.account);
    expect(secrets.some((name) => name.includes('GatewaySecret'))).toBe(true);
    expect(aws.transcript.join('\n')).not.toContain(gatewaySecret);
  });
});

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

/** All 256 bytes. */
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
