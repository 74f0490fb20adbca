/** The backend behind the local API, with requests over HTTP. */
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../support/local/demonstration.ts';
import { startLocal } from '../../support/local/start.ts';

describe('a backend behind the local API', () => {
  it('receives path, query and method, and its bytes and repeated headers reach the caller', async () => {
    const backend = await startBackend();
    const routes = { 'ANY /{proxy+}': ['read:foo'] };
    const { ready } = await startLocal({ backendUrl: backend.url, routes });
    const headers = { authorization: `Bearer ${ready.tokens.asp}` };
    const response = await fetch(`${ready.gateway}orders/7?a=1&a=2%203`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('ff00');
    expect(backend.seen.map(({ url }) => url)).toEqual(['/base/orders/7?a=1&a=2%203']);
  });

  it('receives a request without a credential only on a public route', async () => {
    const backend = await startBackend();
    const routes = { 'ANY /{proxy+}': ['read:foo'], 'GET /health': 'public' };
    const local = await startLocal({ backendUrl: backend.url, routes });
    expect((await local.call('GET', '/orders')).status).toBe(401);
    expect((await local.call('POST', '/health')).status).toBe(401);
    expect(backend.seen).toEqual([]);
    expect((await local.call('GET', '/health')).status).toBe(404);
    expect(backend.seen).toHaveLength(1);
  });
});
