import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import type { Tenant } from '../../../local/tenant/server.ts';
import { postForm, postJson } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

function request(tenant: Tenant, changes: Record<string, string> = {}) {
  return {
    grant_type: 'client_credentials',
    client_id: 'local-management-client',
    client_secret: 'local-management-secret',
    audience: `${tenant.issuer}api/v2/`,
    ...changes,
  };
}

it('a machine gets a JWT with the scopes of its own grant, not those of the users’ grant', async () => {
  const { tenant } = await open();
  const { status, body } = await postJson(tenant, '/oauth/token', request(tenant));
  expect({ status, ...body }).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 86_400 });
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', tenant.issuer));
  const { payload } = await jwtVerify(body.access_token, keys, {
    issuer: tenant.issuer,
    currentDate: new Date(START_MS),
  });
  expect(payload).toMatchObject({
    aud: `${tenant.issuer}api/v2/`,
    sub: 'local-management-client@clients',
    gty: 'client-credentials',
  });
  expect(payload.scope).toContain('update:resource_servers');
  expect(payload.scope).not.toContain('user_application_passwords');
});

it('a form and Basic authentication are accepted too', async () => {
  const { tenant } = await open();
  const { client_id, client_secret, ...fields } = request(tenant);
  const authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`;
  expect(await postForm(tenant, '/oauth/token', fields, { authorization })).toMatchObject({ status: 200 });
});

it('requested scopes narrow the token', async () => {
  const { tenant } = await open();
  const response = await postJson(tenant, '/oauth/token', request(tenant, { scope: 'read:clients' }));
  expect(response.body.scope).toBe('read:clients');
});

it.each<[string, Record<string, string>, number, string, string]>([
  ['a wrong secret', { client_secret: 'wrong' }, 401, 'access_denied', 'Unauthorized'],
  ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client', 'Client authentication failed.'],
  ['an unknown API', { audience: 'https://nowhere' }, 403, 'access_denied', 'Service not found: https://nowhere'],
  ['an API without a grant', { audience: DEMO_API }, 403, 'access_denied', 'is not authorized to access'],
  [
    'a scope that was not granted',
    { scope: 'read:user_application_passwords' },
    403,
    'access_denied',
    'has not been granted scopes',
  ],
  ['no audience', { audience: '' }, 403, 'access_denied', 'No audience parameter was provided'],
  [
    'a grant that the client may not use',
    { grant_type: 'password' },
    403,
    'unauthorized_client',
    "Grant type 'password' not allowed for the client.",
  ],
  ['an unknown grant', { grant_type: 'magic' }, 403, 'unsupported_grant_type', 'Unsupported grant type: magic'],
  ['no grant', { grant_type: '' }, 400, 'invalid_request', 'Missing required parameter: grant_type'],
])('a request with %s is refused', async (_name, changes, status, error, description) => {
  const { tenant } = await open();
  const response = await postJson(tenant, '/oauth/token', request(tenant, changes));
  expect(response).toMatchObject({ status, body: { error, error_description: expect.stringContaining(description) } });
});

it('a client that authenticates in two ways at once is refused', async () => {
  const { tenant } = await open();
  const headers = { authorization: `Basic ${btoa('local-management-client:local-management-secret')}` };
  expect(await postJson(tenant, '/oauth/token', request(tenant), headers)).toMatchObject({ status: 400 });
});

it('a parameter that is repeated in a form, or is not text in JSON, is refused', async () => {
  const { tenant } = await open();
  const init = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  const twice = await fetch(`${tenant.issuer}oauth/token`, {
    ...init,
    body: 'grant_type=password&grant_type=password',
  });
  expect(twice.status).toBe(400);
  expect(await postJson(tenant, '/oauth/token', { grant_type: ['password'] })).toMatchObject({ status: 400 });
});
