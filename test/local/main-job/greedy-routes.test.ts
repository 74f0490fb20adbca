/** Greedy routes through gateway and authorizer: `/admin` requires the scopes that `/admin/…` requires. */
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { startLocal } from '../../support/local/start.ts';

const ROUTES = {
  'ANY /{proxy+}': [],
  'ANY /admin/{proxy+}': ['admin'],
  'ANY /reports/{proxy+}': ['read:foo'],
  'GET /open/{proxy+}': ['admin'],
  'GET /open': 'public',
};

describe('an API with a greedy route for everything and one below /admin', () => {
  it.each([
    ['GET', '/admin', 403],
    ['GET', '/admin/', 403],
    ['GET', '/admin/7', 403],
    ['POST', '/admin', 403],
    ['GET', '/reports', 200],
    ['GET', '/reports/7', 200],
    ['GET', '/administrator', 200],
    ['GET', '/', 200],
    ['GET', '/open/7', 403],
  ])('responds to a caller with only read:foo: %s %s gets %i', async (method, path, status) => {
    const local = await startLocal({ routes: ROUTES });
    expect((await local.call(method, path, bearer(local.ready.tokens.jwt))).status).toBe(status);
  });

  it.each([
    ['/admin', 401],
    ['/admin/', 401],
    ['/reports', 401],
    ['/open', 200],
    ['/open/7', 401],
  ])('responds to a caller without a credential: GET %s gets %i', async (path, status) => {
    const local = await startLocal({ routes: ROUTES });
    expect((await local.call('GET', path)).status).toBe(status);
  });
});
