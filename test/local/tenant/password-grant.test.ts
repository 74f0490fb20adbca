import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { seed } from '../../../local/tenant/seed.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { postForm, postJson } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

const REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';
const NO_SECRET = { client_id: 'local-native-client', client_secret: '' };

function request(changes: Record<string, string> = {}): Record<string, string> {
  return {
    grant_type: 'password',
    client_id: 'local-password-client',
    client_secret: 'local-password-secret',
    username: 'user@gmail.com',
    password: 'correct horse: battery',
    audience: DEMO_API,
    scope: 'read:foo',
    ...changes,
  };
}

function logIn(tenant: Tenant, changes: Record<string, string> = {}, headers: Record<string, string> = {}) {
  return postJson(tenant, '/oauth/token', request(changes), headers);
}

it('the right password gets a JWT for the API', async () => {
  const { tenant } = await open();
  const { status, body } = await logIn(tenant);
  expect(status).toBe(200);
  expect(body).toStrictEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 3_600,
    scope: 'read:foo',
  });
  const iat = START_MS / 1000;
  expect(decodeJwt(body.access_token)).toStrictEqual({
    iss: tenant.issuer,
    sub: 'auth0|1234',
    aud: DEMO_API,
    iat,
    exp: iat + 3_600,
    scope: 'read:foo',
    azp: 'local-password-client',
    gty: 'password',
  });
});

it('a form, another case of the username and letters beyond ASCII are accepted', async () => {
  const { tenant } = await open();
  expect(await postForm(tenant, '/oauth/token', request({ username: 'USER@gmail.com' }))).toMatchObject({
    status: 200,
  });
  const unicode = { username: 'other@example.com', password: 'pässwörd:ünïcode-2' };
  expect(await postForm(tenant, '/oauth/token', request(unicode))).toMatchObject({ status: 200 });
});

it('an API of the RFC 9068 profile gets its own kind of JWT', async () => {
  const resourceServers = seed.resourceServers.map((api) => ({ ...api, token_dialect: 'rfc9068_profile' }));
  const { tenant } = await open({ resourceServers });
  const { body } = await logIn(tenant);
  expect(decodeJwt(body.access_token)).toMatchObject({ client_id: 'local-password-client', jti: expect.any(String) });
});

it('a login that requests no scope gets every scope of the API', async () => {
  const { tenant } = await open();
  expect((await logIn(tenant, { scope: '' })).body.scope).toBe('read:foo create:foo update:foo delete:foo');
});

it('a scope that the API does not have is left out', async () => {
  const { tenant } = await open();
  expect((await logIn(tenant, { scope: 'read:foo read:bar openid' })).body.scope).toBe('read:foo openid');
});

it('the scope offline_access gets a refresh token', async () => {
  const { tenant } = await open();
  expect((await logIn(tenant, { scope: 'read:foo offline_access' })).body).toHaveProperty('refresh_token');
});

it('a realm selects another connection', async () => {
  const { tenant } = await open();
  const staff = { username: 'staff@example.com', password: 'staff-password-1' };
  expect(await logIn(tenant, staff)).toMatchObject({ status: 403 });
  expect(await logIn(tenant, { ...staff, grant_type: REALM_GRANT, realm: 'Staff' })).toMatchObject({ status: 200 });
});

it.each<[string, Record<string, string>, number, string, string]>([
  ['a wrong password', { password: 'wrong' }, 403, 'invalid_grant', 'Wrong email or password.'],
  ['an unknown user', { username: 'nobody@example.com' }, 403, 'invalid_grant', 'Wrong email or password.'],
  [
    'a blocked user',
    { username: 'blocked@example.com', password: 'blocked-password-1' },
    403,
    'unauthorized',
    'user is blocked',
  ],
  [
    'a user with a second factor',
    { username: 'mfa@example.com', password: 'mfa-password-1' },
    403,
    'mfa_required',
    'Multifactor authentication required',
  ],
  [
    'a leaked password',
    { username: 'leaked@example.com', password: 'leaked-password-1' },
    401,
    'password_leaked',
    'leaked',
  ],
  [
    'a suspicious login',
    { username: 'unverified@example.com', password: 'unverified-password-1' },
    401,
    'requires_verification',
    'requires verification',
  ],
  [
    'a user whose logins an Action denies',
    { username: 'denied@example.com', password: 'denied-password-1' },
    500,
    'access_denied',
    'An Action denied this login.',
  ],
  ['a wrong client secret', { client_secret: 'wrong' }, 401, 'access_denied', 'Unauthorized'],
  ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client', 'Client authentication failed.'],
  [
    'a client without the password grant',
    { client_id: 'local-web-client', client_secret: 'local-web-secret' },
    403,
    'unauthorized_client',
    "Grant type 'password' not allowed for the client.",
  ],
  ['an unknown API', { audience: 'https://nowhere' }, 403, 'access_denied', 'Service not found'],
  ['no password', { password: '' }, 400, 'invalid_request', 'Missing required parameter: password'],
  [
    'an unknown realm',
    { grant_type: REALM_GRANT, realm: 'Nowhere' },
    400,
    'invalid_request',
    'the connection was not found',
  ],
  [
    'a realm that is closed to the client',
    { grant_type: REALM_GRANT, realm: 'Disabled' },
    400,
    'invalid_request',
    'the connection was disabled',
  ],
])('a login with %s is refused', async (_name, changes, status, error, description) => {
  const { tenant } = await open();
  const response = await logIn(tenant, changes);
  expect(response).toMatchObject({ status, body: { error, error_description: expect.stringContaining(description) } });
});

it('only a wrong password counts as a failed login', async () => {
  const { tenant } = await open();
  await logIn(tenant, { username: 'mfa@example.com', password: 'mfa-password-1' });
  await logIn(tenant, { client_secret: 'wrong' });
  expect(tenant.logins.totalFailures()).toBe(0);
  await logIn(tenant, { password: 'wrong' });
  expect(tenant.logins.totalFailures('user@gmail.com')).toBe(1);
});

it('a tenant without a default connection reports that', async () => {
  const { tenant } = await open({ settings: { ...seed.settings, default_directory: '' } });
  expect(await logIn(tenant)).toMatchObject({
    status: 500,
    body: { error: 'server_error', error_description: 'Authorization server not configured with default connection.' },
  });
});

it('after ten wrong passwords even the right one is refused, until the user is unblocked', async () => {
  const { tenant } = await open();
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(await logIn(tenant, { password: 'wrong' })).toMatchObject({ status: 403 });
  }
  expect(await logIn(tenant)).toMatchObject({ status: 429, body: { error: 'too_many_attempts' } });
  tenant.logins.unblock('user@gmail.com');
  expect(await logIn(tenant)).toMatchObject({ status: 200 });
});

it('the caller’s address counts only if a trusted client sends it', async () => {
  const { tenant } = await open();
  const from = (ip: string) => ({ 'auth0-forwarded-for': ip });
  await logIn(tenant, { password: 'wrong' }, from('192.0.2.1'));
  expect(tenant.logins.failures('user@gmail.com', '192.0.2.1')).toBe(1);
  await logIn(tenant, { password: 'wrong', ...NO_SECRET }, from('192.0.2.2'));
  await logIn(tenant, { password: 'wrong' }, from('not an address'));
  expect(tenant.logins.failures('user@gmail.com', '192.0.2.2')).toBe(0);
  expect(tenant.logins.failures('user@gmail.com', '127.0.0.1')).toBe(2);
});

it('the twenty-first login within a minute is refused, even with the right password', async () => {
  const { tenant, clock } = await open();
  for (let attempt = 0; attempt < 20; attempt += 1) expect(await logIn(tenant)).toMatchObject({ status: 200 });
  expect(await logIn(tenant)).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
  clock.ms += 6_000;
  expect(await logIn(tenant)).toMatchObject({ status: 200 });
});
