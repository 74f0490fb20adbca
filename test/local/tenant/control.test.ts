import { expect, it } from 'vitest';
import { ask, postJson } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

it('the control endpoint adds and clears faults', async () => {
  const { tenant } = await open();
  expect(await postJson(tenant, '/__tenant/faults', { kind: 'status', status: 503 })).toMatchObject({ status: 201 });
  expect((await ask(tenant, '/.well-known/jwks.json')).status).toBe(503);
  expect(await ask(tenant, '/__tenant/faults', { method: 'DELETE' })).toMatchObject({ status: 204 });
  expect((await ask(tenant, '/.well-known/jwks.json')).status).toBe(200);
  expect(await postJson(tenant, '/__tenant/faults', { kind: 'earthquake' })).toMatchObject({ status: 400 });
  expect(await ask(tenant, '/__tenant/other')).toMatchObject({ status: 404 });
});

it('the control endpoint lists requests without secrets, and omits requests to itself', async () => {
  const { tenant } = await open();
  const secrets = { client_secret: 'hush-1', password: 'hush-2', token: 'hush-3', client_assertion: 'hush-4' };
  await postJson(tenant, '/oauth/token', { grant_type: 'password', ...secrets }, { authorization: 'Basic hush-5' });
  const { body } = await ask(tenant, '/__tenant/requests');
  expect(body).toMatchObject([{ method: 'POST', path: '/oauth/token', status: 400, body: { grant_type: 'password' } }]);
  expect(JSON.stringify(body)).not.toContain('hush');
});
