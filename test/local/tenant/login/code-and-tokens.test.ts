import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';
import { seed } from '../../../../local/tenant/seed.ts';
import {
  type Application,
  CALLBACK,
  exchange,
  logInAt,
  newAttempt,
  openApplication,
  PAGE_CLIENT,
  refresh,
  tokensOf,
  USER,
} from '../../../support/tenant/login.ts';
import { ask, postForm, postJson } from '../../../support/tenant/requests.ts';
import { DEMO_API } from '../../../support/tenant/tenant.ts';

const WEB_CLIENT = { client_id: 'local-web-client', client_secret: 'local-web-secret' };

/** The fields of the exchange of a fresh code. */
async function codeFields(application: Application, changes: Record<string, string | undefined> = {}) {
  const attempt = await newAttempt(application, changes);
  const code = (await logInAt(application, attempt)).searchParams.get('code') ?? '';
  return {
    grant_type: 'authorization_code',
    client_id: PAGE_CLIENT,
    code,
    redirect_uri: CALLBACK,
    code_verifier: attempt.verifier,
  };
}

it.each<[string, Record<string, string>, number, string]>([
  ['another verifier', { code_verifier: 'v'.repeat(43) }, 403, 'Failed to verify code verifier'],
  ['no verifier', { code_verifier: '' }, 403, 'Failed to verify code verifier'],
  ['another redirect URI', { redirect_uri: `${CALLBACK}/` }, 403, 'redirect URI'],
  ['another code', { code: 'c'.repeat(43) }, 403, 'Invalid authorization code'],
  ['no code', { code: '' }, 400, 'Missing required parameter: code'],
  ['another client', WEB_CLIENT, 403, 'Invalid authorization code'],
])('an exchange with %s is refused, and does not cost the owner the code', async (_name, changes, status, text) => {
  const application = await openApplication();
  const fields = await codeFields(application);
  const refused = await postForm(application.tenant, '/oauth/token', { ...fields, ...changes });
  expect(refused).toMatchObject({ status, body: { error_description: expect.stringContaining(text) } });
  expect(await postForm(application.tenant, '/oauth/token', fields)).toMatchObject({ status: 200 });
});

it('a code that is used again is refused, and the tokens that came from it are revoked', async () => {
  const application = await openApplication();
  const { tenant } = application;
  const fields = await codeFields(application);
  const { body } = await postJson(tenant, '/oauth/token', fields);
  const headers = { authorization: `Bearer ${body.access_token}` };
  expect(await ask(tenant, '/userinfo', { headers })).toMatchObject({ status: 200 });
  const replay = await postJson(tenant, '/oauth/token', fields);
  expect(replay).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  await expect(refresh(application, body.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  expect(await ask(tenant, '/userinfo', { headers })).toMatchObject({ status: 401 });
});

it('a replay also ends the tokens that came from a refresh', async () => {
  const application = await openApplication();
  const fields = await codeFields(application);
  const { body } = await postJson(application.tenant, '/oauth/token', fields);
  const second = await refresh(application, body.refresh_token);
  await postJson(application.tenant, '/oauth/token', fields);
  await expect(refresh(application, String(second.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' });
});

it('a code can be used for a minute', async () => {
  const application = await openApplication();
  const { tenant, clock } = application;
  const [early, late] = [await codeFields(application), await codeFields(application)];
  clock.ms += 59_999;
  expect(await postJson(tenant, '/oauth/token', early)).toMatchObject({ status: 200 });
  clock.ms += 1;
  expect(await postJson(tenant, '/oauth/token', late)).toMatchObject({ status: 403 });
});

it('a client with a secret must show it, and may leave out PKCE, but not the challenge alone', async () => {
  const application = await openApplication(WEB_CLIENT.client_id);
  const { tenant } = application;
  const without = { code_challenge: undefined, code_challenge_method: undefined };
  const { code_verifier, ...fields } = { ...(await codeFields(application, without)), ...WEB_CLIENT };
  const exchangeWith = (changes: Record<string, string>) => postForm(tenant, '/oauth/token', { ...fields, ...changes });
  expect(await exchangeWith({ client_secret: '' })).toMatchObject({ status: 401 });
  expect(await exchangeWith({ client_secret: 'wrong' })).toMatchObject({ status: 401 });
  expect(await exchangeWith({ code_verifier })).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  expect(await exchangeWith({})).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });
});

it('refresh tokens of a client without rotation are used many times', async () => {
  const application = await openApplication(WEB_CLIENT.client_id);
  const { tenant } = application;
  const { body } = await postForm(tenant, '/oauth/token', { ...(await codeFields(application)), ...WEB_CLIENT });
  const fields = { grant_type: 'refresh_token', refresh_token: body.refresh_token, ...WEB_CLIENT };
  for (const response of [
    await postForm(tenant, '/oauth/token', fields),
    await postForm(tenant, '/oauth/token', fields),
  ]) {
    expect(response).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
    expect(response.body).not.toHaveProperty('refresh_token');
  }
});

it('the refresh token of a password login can be used, too', async () => {
  const { tenant } = await openApplication();
  const client = { client_id: 'local-password-client', client_secret: 'local-password-secret' };
  const login = { grant_type: 'password', ...USER, audience: DEMO_API, scope: 'read:foo offline_access' };
  const { body } = await postForm(tenant, '/oauth/token', { ...login, ...client });
  const fields = { grant_type: 'refresh_token', refresh_token: body.refresh_token, ...client };
  expect(await postForm(tenant, '/oauth/token', fields)).toMatchObject({
    status: 200,
    body: { scope: 'read:foo offline_access' },
  });
});

it('a refresh token of another client is refused and stays valid', async () => {
  const application = await openApplication();
  const { refresh_token = '' } = await tokensOf(application);
  const fields = { grant_type: 'refresh_token', refresh_token, ...WEB_CLIENT };
  expect(await postForm(application.tenant, '/oauth/token', fields)).toMatchObject({ status: 403 });
  expect(await postForm(application.tenant, '/oauth/revoke', { token: refresh_token, ...WEB_CLIENT })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
  expect(await refresh(application, refresh_token)).toBeDefined();
});

it('a refresh may ask for less, but not for more', async () => {
  const application = await openApplication();
  const { refresh_token = '' } = await tokensOf(application);
  const fields = { grant_type: 'refresh_token', client_id: PAGE_CLIENT, refresh_token };
  const post = (scope: string) => postForm(application.tenant, '/oauth/token', { ...fields, scope });
  expect(await post('read:foo delete:foo')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  const { body } = await post('read:foo');
  expect(body).toMatchObject({ scope: 'read:foo' });
  expect(body).not.toHaveProperty('id_token');
});

it('a refresh token expires thirty days after the login, however often it is renewed', async () => {
  const application = await openApplication();
  const first = await tokensOf(application);
  application.clock.ms += 29 * 86_400_000;
  const second = await refresh(application, String(first.refresh_token));
  application.clock.ms += 86_400_000;
  await expect(refresh(application, String(second.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' });
});

it('the refresh tokens of a blocked user are worth nothing', async () => {
  const application = await openApplication();
  const { refresh_token = '' } = await tokensOf(application);
  const { users } = application.tenant.state;
  const user = users.get('auth0|1234');
  if (user) users.set(user.user_id, { ...user, blocked: true });
  await expect(refresh(application, refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
});

it('a user gets the scopes of the permissions, and no refresh token unless the client asks for one', async () => {
  const users = seed.users.map((user) => ({ ...user, permissions: ['read:foo', 'delete:foo'] }));
  const application = await openApplication(PAGE_CLIENT, { users });
  const tokens = await tokensOf(application, { scope: 'openid read:foo create:foo unknown' });
  expect(tokens.scope).toBe('openid read:foo');
  expect(tokens).not.toHaveProperty('refresh_token');
  const login = { grant_type: 'password', ...USER, audience: DEMO_API };
  const client = { client_id: 'local-password-client', client_secret: 'local-password-secret' };
  const { body } = await postForm(application.tenant, '/oauth/token', { ...login, ...client });
  expect(body.scope).toBe('read:foo delete:foo');
});

it('an Action can give the time of the login another name', async () => {
  const application = await openApplication(PAGE_CLIENT, {}, { authTimeClaim: 'https://demo.api/auth_time' });
  const { access_token } = await tokensOf(application);
  const claims = decodeJwt(access_token);
  expect(claims['https://demo.api/auth_time']).toBe(application.clock.ms / 1000);
  expect(claims).not.toHaveProperty('login_time');
});

it('an Action cannot set the claim auth_time, because its name is reserved', async () => {
  const application = await openApplication(PAGE_CLIENT, {}, { authTimeClaim: 'auth_time' });
  const { access_token } = await tokensOf(application);
  expect(decodeJwt(access_token)).not.toHaveProperty('auth_time');
});

it.each([
  ['no token', () => undefined],
  ['a token for the API alone', ({ tenant }: Application) => tenant.mintJwt({ scope: 'openid read:foo' })],
  [
    'a token without the scope openid',
    ({ tenant }: Application) => tenant.mintJwt({ audience: `${tenant.issuer}userinfo` }),
  ],
  [
    'a refresh token',
    ({ tenant }: Application) => tenant.mintRefresh({ audience: `${tenant.issuer}userinfo`, scope: 'openid' }),
  ],
  [
    'an expired token',
    ({ tenant }: Application) =>
      tenant.mintJwt({ audience: `${tenant.issuer}userinfo`, scope: 'openid', expiresInSeconds: -1 }),
  ],
  [
    'a token that is bound to a key',
    ({ tenant }: Application) =>
      tenant.mintJwt({ audience: `${tenant.issuer}userinfo`, scope: 'openid', cnf: { jkt: 'x' } }),
  ],
])('userinfo refuses %s', async (_name, tokenOf) => {
  const application = await openApplication();
  const token = tokenOf(application);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await ask(application.tenant, '/userinfo', { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('invalid_token');
});

it('userinfo accepts a token in a form', async () => {
  const application = await openApplication();
  const { access_token } = await tokensOf(application);
  expect(await postForm(application.tenant, '/userinfo', { access_token })).toMatchObject({ status: 200 });
});

it('the ID token cannot be used as an access token, nor the access token as an ID token', async () => {
  const application = await openApplication();
  const { id_token = '', access_token } = await tokensOf(application);
  const headers = { authorization: `Bearer ${id_token}` };
  expect(await ask(application.tenant, '/userinfo', { headers })).toMatchObject({ status: 401 });
  const query = new URLSearchParams({ id_token_hint: access_token, post_logout_redirect_uri: CALLBACK });
  expect(await application.browser.visit(`/oidc/logout?${query}`)).toMatchObject({ status: 400 });
});

it('a code of one login is not exchanged with the verifier of another', async () => {
  const application = await openApplication();
  const [mine, theirs] = [await newAttempt(application), await newAttempt(application)];
  const callback = await logInAt(application, theirs);
  callback.searchParams.set('state', mine.state);
  await expect(exchange(application, mine, callback)).rejects.toBeInstanceOf(oauth.ResponseBodyError);
});
