import { expect, it } from 'vitest';
import { openApplication, PAGE_CLIENT } from '../../../support/tenant/login.ts';
import { ask, postJson } from '../../../support/tenant/requests.ts';

const ORIGIN = 'http://127.0.0.1:4567';
const ALLOWED = 'access-control-allow-origin';

const fields = { grant_type: 'refresh_token', client_id: PAGE_CLIENT, refresh_token: 'unknown' };

it('a page of the client may read responses, errors included', async () => {
  const { tenant } = await openApplication();
  const { status, headers } = await postJson(tenant, '/oauth/token', fields, { origin: ORIGIN });
  expect(status).toBe(403);
  expect(headers.get(ALLOWED)).toBe(ORIGIN);
  expect(headers.get('vary')).toBe('Origin');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});

it('a preflight request allows what applications send', async () => {
  const { tenant } = await openApplication();
  const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
  for (const path of ['/oauth/token', '/oauth/revoke', '/userinfo']) {
    const response = await ask(tenant, path, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get(ALLOWED)).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-headers')).toContain('Auth0-Client');
  }
});

it.each(['https://attacker.example', 'null', 'http://127.0.0.1:45670', 'http://127.0.0.1'])(
  'a page of the origin %s may read nothing',
  async (origin) => {
    const { tenant } = await openApplication();
    const options = await ask(tenant, '/oauth/token', { method: 'OPTIONS', headers: { origin } });
    const token = await postJson(tenant, '/oauth/token', fields, { origin });
    for (const { headers } of [options, token]) expect(headers.get(ALLOWED)).toBeNull();
  },
);

it('a page of one client may not read the responses of another', async () => {
  const { tenant } = await openApplication();
  const other = { ...fields, client_id: 'local-native-client' };
  const { headers } = await postJson(tenant, '/oauth/token', other, { origin: ORIGIN });
  expect(headers.get(ALLOWED)).toBeNull();
});

it('no page may read the Management API or the login form', async () => {
  const { tenant } = await openApplication();
  for (const path of ['/api/v2/clients', '/oauth/introspect']) {
    expect((await ask(tenant, path, { headers: { origin: ORIGIN } })).headers.get(ALLOWED)).toBeNull();
  }
});

it('a page of a client may read the metadata and the keys', async () => {
  const { tenant } = await openApplication();
  const { headers } = await ask(tenant, '/.well-known/openid-configuration', { headers: { origin: ORIGIN } });
  expect(headers.get(ALLOWED)).toBe(ORIGIN);
});
