/** An operator's own backend behind the deployed API: what reaches it, and what does not. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { readSecret } from '../support/aws/inventory.ts';

const ministack = inject('ministack');
const ROUTES = { 'GET /health': 'public', 'GET /orders/{id}': ['read:foo'], 'POST /echo': ['read:foo'], 'GET /': [] };
const BYTES = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10]);

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe.skipIf(ministack === '')('a backend behind the API', () => {
  let aws: AwsForTest;
  let backend: Server;
  let apiUrl: string;
  let backendSecret: string;
  let seen: Seen[] = [];

  const answer: RequestListener = (incoming, response) => {
    void incoming.toArray().then((chunks) => {
      const { method, url, headers } = incoming;
      const body = Buffer.concat(chunks);
      seen.push({ method, url, headers, body });
      if (url?.startsWith('/base/orders/moved')) response.writeHead(302, { location: '/base/orders/1' }).end();
      else
        response.writeHead(200, { 'content-type': 'image/png', 'x-kept': 'yes' }).end(body.length > 0 ? body : 'well');
    });
  };

  beforeAll(async () => {
    backend = createServer(answer);
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    aws = await AwsForTest.start(ministack);
    const upstream = `http://127.0.0.1:${port}/base`;
    succeeded(await aws.deploy(await aws.synth({ upstream, routes: JSON.stringify(ROUTES) })));
    const { ApiUrl = '', GatewaySecretArn = '' } = await aws.outputs();
    apiUrl = reachableApiUrl(aws.account, ApiUrl);
    backendSecret = await readSecret(aws.account, GatewaySecretArn);
  });

  beforeEach(() => {
    seen = [];
  });

  afterAll(async () => {
    backend?.close();
    await aws?.close();
  });

  const call = (path: string, options: RequestInit = {}) =>
    fetch(`${apiUrl}${path}`, { redirect: 'manual', ...options });
  const token = () => ({ authorization: `Bearer ${aws.tenant.mintJwt()}` });

  it('gets the principal and the secret in place of the credential', async () => {
    const headers = { ...token(), 'x-auth-sub': 'forged', 'x-auth-role': 'forged', 'x-custom': '1' };
    const response = await call('orders/1?q=a%20b&q=c', { headers });
    expect([response.status, response.headers.get('x-kept'), await response.text()]).toEqual([200, 'yes', 'well']);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/base/orders/1?q=a%20b&q=c' });
    expect(seen[0]?.headers).toMatchObject({
      'x-auth-sub': 'auth0%7C1234',
      'x-auth-scope': expect.stringContaining('read%3Afoo'),
      'x-auth-token-type': 'access_token',
      'x-auth-org-id': '',
      'x-auth-iss': encodeURIComponent(aws.tenant.issuer),
      'x-custom': '1',
      'x-gateway-secret': backendSecret,
    });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    expect(seen[0]?.headers).not.toHaveProperty('x-auth-role');
  });

  it('gets bytes as bytes, and its own go back so', async () => {
    const headers = { ...token(), 'content-type': 'image/png' };
    const response = await call('echo', { method: 'POST', headers, body: BYTES });
    expect(seen[0]?.body).toEqual(BYTES);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES);
  });

  it('may redirect, and the caller is told', async () => {
    const response = await call('orders/moved', { headers: token() });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/base/orders/1']);
  });

  it('gets a public request without a principal, and without what the caller says to be one', async () => {
    const response = await call('health', { headers: { 'x-auth-sub': 'forged', authorization: 'Basic Zm9yZ2Vk' } });
    expect(response.status).toBe(200);
    expect(seen[0]?.headers).toMatchObject({ 'x-auth-sub': '', 'x-gateway-secret': backendSecret });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['no credential', 'orders/1', 401, () => ({})],
    ['a route that nobody named', 'else', 403, token],
    ['another method of a public path', 'health', 401, () => ({})],
    ['a path with an encoded slash', 'orders/a%2fb', 403, token],
  ])('is not reached with %s', async (_what, path, status, headers) => {
    const method = path === 'health' ? 'POST' : 'GET';
    expect((await call(path, { method, headers: headers() })).status).toBe(status);
    expect(seen).toEqual([]);
  });

  it('is not asked about a preflight', async () => {
    const response = await call('orders/1', { method: 'OPTIONS' });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(seen).toEqual([]);
  });
});
