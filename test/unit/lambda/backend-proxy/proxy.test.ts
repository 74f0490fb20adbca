import { describe, expect, it } from 'vitest';
import { createProxy } from '../../../../lambda/backend-proxy/proxy.ts';
import type { BackendRequest, BackendResponse } from '../../../../lambda/backend-proxy/send.ts';
import { HttpFailure } from '../../../../src/core/http.ts';
import { type EventParts, proxyEvent } from './events.ts';

const RESPONSE: BackendResponse = {
  status: 200,
  fields: [['Content-Type', 'text/plain']],
  body: Buffer.from('well'),
};

interface World {
  readonly backendUrl?: string;
  readonly response?: BackendResponse | Error;
  readonly gatewaySecret?: () => Promise<string>;
}

/** Sends one event through the proxy. */
async function pass(parts: EventParts, world: World = {}) {
  const requests: BackendRequest[] = [];
  const lines: string[] = [];
  const { response = RESPONSE } = world;
  const proxy = createProxy({
    backendUrl: world.backendUrl ?? 'https://backend.example/base/',
    send: async (request) => {
      requests.push(request);
      if (response instanceof Error) throw response;
      return response;
    },
    gatewaySecret: world.gatewaySecret ?? (async () => 'known-to-two-only'),
    log: (line) => lines.push(line),
    clock: () => 0,
  });
  const result = await proxy(proxyEvent(parts));
  return { result, request: requests[0], line: JSON.parse(lines[0] ?? '{}') };
}

describe('a request to the backend', () => {
  it('has the path below that of the backendUrl and the unchanged query', async () => {
    const { request } = await pass({ path: '/a b/c', query: { q: ['1 & 2', 'ü'], r: [''] } });
    expect(request?.url.href).toBe('https://backend.example/base/a%20b/c?q=1%20%26%202&q=%C3%BC&r=');
  });

  it.each([
    ['text', { body: 'zoë', isBase64Encoded: false }, Buffer.from('zoë')],
    ['bytes', { body: Buffer.from([0, 255, 1]).toString('base64'), isBase64Encoded: true }, Buffer.from([0, 255, 1])],
  ])('has an unchanged body of %s', async (_what, parts, expected) => {
    const { request } = await pass({ httpMethod: 'POST', ...parts });
    expect(request).toMatchObject({ method: 'POST', body: expected });
  });

  it('is not sent for a path that could be read in two ways', async () => {
    const { result, request, line } = await pass({ path: '/a/%2e%2e/b' });
    expect(request).toBeUndefined();
    expect(result).toMatchObject({
      statusCode: 400,
      multiValueHeaders: { 'content-type': ['application/problem+json'] },
    });
    expect(JSON.parse(result.body)).toEqual({
      title: 'Bad Request',
      status: 400,
      detail: 'The path can be read in more than one way.',
    });
    expect(line).toMatchObject({ status: 400, failure: 'path_ambiguous' });
  });

  it.each([
    ['/v1/admin/users', 'admin/users', '/base/admin/users'],
    ['/v1/v1/x/', 'v1/x', '/base/v1/x/'],
    ['/v1/%61dmin', 'admin', '/base/%61dmin'],
  ])('has a path without the base path of the custom domain: %s', async (path, proxy, expected) => {
    const { request } = await pass({ path, pathParameters: { proxy } });
    expect(request?.url.pathname).toBe(expected);
  });

  it.each([
    ['/v1/public', { proxy: 'admin' }],
    ['/v1/admin', null],
    ['/v1/a%2Fb', { proxy: 'a/b' }],
    ['//admin', { proxy: 'admin' }],
    ['/public/../admin', { proxy: 'admin' }],
  ])('is not sent if the path and the parameters disagree: %s, %j', async (path, pathParameters) => {
    const { result, request, line } = await pass({ path, pathParameters });
    expect(request).toBeUndefined();
    expect(result.statusCode).toBe(400);
    expect(JSON.parse(result.body)).toMatchObject({ detail: 'The path can be read in more than one way.' });
    expect(line).toMatchObject({ failure: 'path_ambiguous' });
  });

  it.each([
    ['/v1/health', '/health', '/base/health'],
    ['/v1/health/', '/health', '/base/health/'],
    ['/v1', '/', '/base/'],
  ])('is sent for the public path %s of %s to %s', async (path, resource, expected) => {
    const { request } = await pass({ authorizer: null, path, resource });
    expect(request?.url.pathname).toBe(expected);
  });

  it('is sent without a principal only for a public path', async () => {
    const open = await pass({ authorizer: null, path: '/health', resource: '/health' });
    expect(open.request?.url.pathname).toBe('/base/health');
    for (const [parts, status] of [
      [{ path: '/health' }, 500],
      [{ path: '/x', resource: '/health' }, 400],
      [{ path: '/{proxy+}' }, 500],
    ] as const) {
      const { result, request } = await pass({ authorizer: null, ...parts });
      expect(request).toBeUndefined();
      expect(result.statusCode).toBe(status);
    }
  });

  it('is not sent while the secret for the backend cannot be read', async () => {
    const { result, request, line } = await pass({}, { gatewaySecret: () => Promise.reject(new Error('denied')) });
    expect(request).toBeUndefined();
    expect(result.statusCode).toBe(503);
    expect(line).toMatchObject({ failure: 'gateway_secret_unreadable' });
  });
});

describe("the backend's response", () => {
  it('is returned unchanged, redirects and repeated fields included', async () => {
    const fields = [
      ['Location', 'https://elsewhere.example/'],
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ] as const;
    const { result } = await pass({}, { response: { status: 302, fields, body: Buffer.alloc(0) } });
    expect(result).toEqual({
      statusCode: 302,
      multiValueHeaders: { location: ['https://elsewhere.example/'], 'set-cookie': ['a=1', 'b=2'] },
      body: '',
      isBase64Encoded: false,
    });
  });

  it('is returned without connection headers and without the secret', async () => {
    const fields = [
      ['Connection', 'close, X-Hop'],
      ['X-Hop', '1'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '3'],
      ['X-Gateway-Secret', 'known-to-two-only'],
      ['X.Gateway.Secret', 'known-to-two-only'],
      ['__proto__', 'odd'],
      ['X-Kept', 'yes'],
    ] as const;
    const { result } = await pass({}, { response: { ...RESPONSE, fields } });
    expect(Object.entries(result.multiValueHeaders ?? {})).toEqual([
      ['__proto__', ['odd']],
      ['x-kept', ['yes']],
    ]);
  });

  it.each([
    ['text as text', Buffer.from('\ufeffzoë'), '\ufeffzoë', false],
    ['other bytes in base64', Buffer.from([0x89, 0x50, 0xff]), 'iVD/', true],
  ])('is returned with %s', async (_what, body, expected, isBase64Encoded) => {
    const { result } = await pass({}, { response: { ...RESPONSE, body } });
    expect(result).toMatchObject({ body: expected, isBase64Encoded });
  });

  it.each([
    ['timeout', 504, 'Gateway Timeout'],
    ['connection', 502, 'Bad Gateway'],
    ['too_large', 502, 'Bad Gateway'],
    ['protocol', 502, 'Bad Gateway'],
  ] as const)('is replaced, if it does not arrive (%s), by a %i', async (reason, status, title) => {
    const { result, line } = await pass({}, { response: new HttpFailure(reason, 'of backend.example') });
    expect(result.statusCode).toBe(status);
    expect(JSON.parse(result.body)).toMatchObject({ title, status });
    expect(result.body).not.toContain('backend.example');
    expect(line).toMatchObject({ status, failure: reason });
  });
});

describe('the log line of the proxy', () => {
  it('contains the resource, but never path, query, header or body', async () => {
    const { line } = await pass({
      path: '/canary',
      query: { canary: ['canary'] },
      headers: { a: ['canary'] },
      body: 'canary',
    });
    expect(line).toEqual({
      event: 'backend_request',
      method: 'GET',
      resource: '/{proxy+}',
      status: 200,
      durationMs: 0,
    });
  });
});
