import { expect, it } from 'vitest';
import { startTenant } from '../../../local/tenant/server.ts';
import { ask, managementToken, postJson } from '../../support/tenant/requests.ts';
import { open, START_MS, signingKey } from '../../support/tenant/tenant.ts';

it('the issuer is the loopback address of the tenant with a trailing slash', async () => {
  const { tenant } = await open();
  expect(tenant.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

it('the tenant does not start on a port that is in use', async () => {
  const { tenant } = await open();
  const port = Number(new URL(tenant.issuer).port);
  await expect(startTenant({ port, signingKey })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('an unknown path gets 404 in JSON', async () => {
  const { tenant } = await open();
  for (const path of ['/', '/oauth/unknown', '/api/v2/unknown', '/%', '/.well-known/jwks.json/']) {
    expect(await ask(tenant, path)).toMatchObject({ status: 404, body: { error: 'Not Found' } });
  }
});

it('a body that is too long is refused', async () => {
  const { tenant } = await open();
  expect(await postJson(tenant, '/oauth/token', { padding: 'x'.repeat(200_000) })).toMatchObject({ status: 413 });
});

it('the request log contains the requests as they arrived', async () => {
  const { tenant } = await open();
  await postJson(tenant, '/oauth/token', { grant_type: 'magic' }, { 'x-mark': '1' });
  expect(tenant.requests).toMatchObject([
    {
      method: 'POST',
      path: '/oauth/token',
      body: { grant_type: 'magic' },
      headers: { 'x-mark': '1' },
      status: 403,
      at: START_MS,
    },
  ]);
  tenant.requestLog.clear();
  expect(tenant.requests).toStrictEqual([]);
});

it('a snapshot does not depend on the order of writing', async () => {
  const { tenant } = await open();
  const before = tenant.snapshot();
  const [[id, api] = ['', undefined]] = tenant.state.resourceServers;
  tenant.state.resourceServers.delete(id);
  expect(tenant.snapshot()).not.toBe(before);
  if (api) tenant.state.resourceServers.set(id, Object.fromEntries(Object.entries(api).reverse()) as typeof api);
  expect(tenant.snapshot()).toBe(before);
});

it('reading does not change the snapshot', async () => {
  const { tenant } = await open();
  const before = tenant.snapshot();
  tenant.mintApplicationPassword();
  await managementToken(tenant);
  expect(tenant.snapshot()).toBe(before);
});
