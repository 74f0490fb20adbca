import { expect, it } from 'vitest';
import { ask, manage, postJson } from '../../support/tenant/requests.ts';
import { open, START_MS } from '../../support/tenant/tenant.ts';

it('every response of both APIs shows how many requests remain', async () => {
  const { tenant } = await open();
  const refused = await postJson(tenant, '/oauth/introspect', {});
  expect(refused.headers.get('x-ratelimit-limit')).toBe('100000');
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('99999');
  expect(refused.headers.get('x-ratelimit-reset')).toBe(String(START_MS / 1000 + 60));
  expect((await manage(tenant, 'GET', 'clients')).headers.get('x-ratelimit-limit')).toBe('10000');
  expect((await ask(tenant, '/.well-known/jwks.json')).headers.has('x-ratelimit-limit')).toBe(false);
});

it('the Authentication API refuses requests above its limit until the window ends', async () => {
  const { tenant, clock } = await open();
  tenant.rateLimits.set('authentication', { limit: 1, windowSeconds: 10 });
  expect(await postJson(tenant, '/oauth/token', {})).toMatchObject({ status: 400 });
  clock.ms += 3_000;
  const refused = await postJson(tenant, '/oauth/token', {});
  expect(refused).toMatchObject({
    status: 429,
    body: { error: 'too_many_requests', error_description: 'Global limit has been reached' },
  });
  expect(refused.headers.get('retry-after')).toBe('7');
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  clock.ms += 7_000;
  expect(await postJson(tenant, '/oauth/token', {})).toMatchObject({ status: 400 });
});

it('the Management API reports its limit in its own format', async () => {
  const { tenant } = await open();
  tenant.rateLimits.set('management', { limit: 0, windowSeconds: 1 });
  expect(await manage(tenant, 'GET', 'clients')).toMatchObject({
    status: 429,
    body: {
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'Global limit has been reached',
      errorCode: 'too_many_requests',
    },
  });
});
