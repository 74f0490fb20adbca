import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseFault } from '../../../local/tenant/faults.ts';
import { ask, manage } from '../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../support/tenant/tenant.ts';

const JWKS = '/.well-known/jwks.json';

it('a status fault is returned as often as requested, with its headers', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3, times: 2 });
  const first = await ask(tenant, JWKS);
  expect(first.status).toBe(429);
  expect(first.headers.get('retry-after')).toBe('3');
  expect((await ask(tenant, JWKS)).status).toBe(429);
  expect((await ask(tenant, JWKS)).status).toBe(200);
});

it('only the matching requests fail, until the faults are cleared', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'status', status: 500, method: 'post', path: '/oauth/' });
  expect((await ask(tenant, JWKS)).status).toBe(200);
  expect((await ask(tenant, '/oauth/token', { method: 'POST' })).status).toBe(500);
  expect((await ask(tenant, '/oauth/token', { method: 'POST' })).status).toBe(500);
  tenant.faults.clear();
  expect((await ask(tenant, '/oauth/token', { method: 'POST' })).status).toBe(400);
});

it('a reset fault breaks the connection before the request is handled', async () => {
  const { tenant } = await open();
  const before = tenant.snapshot();
  tenant.faults.add({ kind: 'reset', method: 'PATCH' });
  await expect(
    manage(tenant, 'PATCH', `resource-servers/${encodeURIComponent(DEMO_API)}`, { name: 'x' }),
  ).rejects.toThrow();
  expect(tenant.snapshot()).toBe(before);
  expect(tenant.requests.at(-1)).toMatchObject({ method: 'PATCH', status: 0 });
});

it('a dieAfter fault breaks the connection after the request is handled', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'dieAfter', method: 'PATCH' });
  await expect(
    manage(tenant, 'PATCH', `resource-servers/${encodeURIComponent(DEMO_API)}`, { name: 'x' }),
  ).rejects.toThrow();
  expect(tenant.snapshot()).toContain('"name": "x"');
});

it('a hanging request lasts until its caller aborts it', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'hang' });
  const abort = new AbortController();
  const pending = ask(tenant, JWKS, { signal: abort.signal });
  await expect.poll(() => tenant.requests.length).toBe(1);
  abort.abort();
  await expect(pending).rejects.toThrow();
});

it('the tenant can close during a hanging or slow request', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'hang', times: 1 });
  tenant.faults.add({ kind: 'latency', ms: 1_000_000 });
  const pending = [ask(tenant, JWKS), ask(tenant, JWKS)].map((response) => expect(response).rejects.toThrow());
  await expect.poll(() => tenant.requests.length).toBe(2);
  await tenant.close();
  await Promise.all(pending);
});

it('a late response has the usual body', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'latency', ms: 5 });
  expect((await ask(tenant, JWKS)).body).toHaveProperty('keys');
});

it('a garbage response is not JSON, and a huge response has more than 10 MB', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'garbage', times: 1 });
  tenant.faults.add({ kind: 'huge', times: 1 });
  await expect(ask(tenant, JWKS)).rejects.toThrow(SyntaxError);
  expect(Number((await ask(tenant, JWKS)).headers.get('content-length'))).toBeGreaterThan(10_000_000);
});

it('a redirect fault leads to another host', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'redirect', location: 'http://127.0.0.1:9/' });
  const response = await ask(tenant, JWKS);
  expect([response.status, response.headers.get('location')]).toStrictEqual([302, 'http://127.0.0.1:9/']);
});

it('a fault can replace a response or edit single members of it', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'body', body: { active: 'true' }, times: 1 });
  expect((await ask(tenant, JWKS)).body).toStrictEqual({ active: 'true' });
  tenant.faults.add({ kind: 'edit', set: { extra: 1 }, remove: ['keys'] });
  expect((await ask(tenant, JWKS)).body).toStrictEqual({ extra: 1 });
});

it('an incomplete fault in a request is ignored', () => {
  expect(parseFault({ kind: 'status', status: 503, times: 2 })).toMatchObject({ kind: 'status' });
  const incomplete = [
    {},
    { kind: 'status' },
    { kind: 'status', status: 42 },
    { kind: 'redirect' },
    { kind: 'latency' },
  ];
  for (const fault of incomplete) expect(parseFault(fault)).toBeUndefined();
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fault) => void parseFault(fault)));
});
