/** The certified client library `oauth4webapi`, unchanged, against the login of the local tenant. */
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';
import {
  CALLBACK,
  exchange,
  logInAt,
  newAttempt,
  openApplication,
  refresh,
  tokensOf,
} from '../../../support/tenant/login.ts';
import { DEMO_API, START_MS } from '../../../support/tenant/tenant.ts';

const INSECURE = { [oauth.allowInsecureRequests]: true } as const;
const NOW = START_MS / 1000;
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

it('a user logs in, and the application gets tokens that name the user and the time of the login', async () => {
  const application = await openApplication();
  const tokens = await tokensOf(application);
  expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
    sub: 'auth0|1234',
    aud: 'app-passwords-page',
    name: 'user@gmail.com',
    email: 'user@gmail.com',
    auth_time: NOW,
  });
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'openid profile email offline_access read:foo' });
  expect(decodeJwt(tokens.access_token)).toStrictEqual({
    iss: application.tenant.issuer,
    sub: 'auth0|1234',
    aud: [DEMO_API, `${application.tenant.issuer}userinfo`],
    azp: 'app-passwords-page',
    iat: NOW,
    exp: NOW + 3_600,
    scope: 'openid profile email offline_access read:foo',
    login_time: NOW,
  });
});

it('a refresh token is used once: each use returns a new one, and the time of the login stays', async () => {
  const application = await openApplication();
  const first = await tokensOf(application);
  application.clock.ms += 1_800_000;
  const second = await refresh(application, String(first.refresh_token));
  expect(second.refresh_token).toMatch(/./);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect(decodeJwt(second.access_token)).toMatchObject({ iat: NOW + 1_800, login_time: NOW, scope: first.scope });
  expect(await refresh(application, String(second.refresh_token))).toHaveProperty('refresh_token');
});

it('a refresh token that is used again ends the login of its thief and of its owner', async () => {
  const application = await openApplication();
  const first = await tokensOf(application);
  const second = await refresh(application, String(first.refresh_token));
  await expect(refresh(application, String(first.refresh_token))).rejects.toMatchObject(INVALID_GRANT);
  await expect(refresh(application, String(second.refresh_token))).rejects.toMatchObject(INVALID_GRANT);
});

it('a refresh token that was revoked is refused, and revoking it again is no error', async () => {
  const application = await openApplication();
  const { server, client } = application;
  const token = String((await tokensOf(application)).refresh_token);
  for (const value of [token, token, 'unknown']) {
    const response = await oauth.revocationRequest(server, client, oauth.None(), value, INSECURE);
    expect(response.status).toBe(200);
    await oauth.processRevocationResponse(response);
  }
  await expect(refresh(application, token)).rejects.toMatchObject(INVALID_GRANT);
});

it('the access token tells who the user is, as far as the scopes go', async () => {
  const application = await openApplication();
  const userinfo = async (changes: Record<string, string | undefined>) => {
    const { access_token } = await tokensOf(application, changes);
    const response = await oauth.userInfoRequest(application.server, application.client, access_token, INSECURE);
    return oauth.processUserInfoResponse(application.server, application.client, 'auth0|1234', response);
  };
  const email = { email: 'user@gmail.com', email_verified: true };
  expect(await userinfo({})).toStrictEqual({ sub: 'auth0|1234', name: 'user@gmail.com', nickname: 'user', ...email });
  expect(await userinfo({ scope: 'openid' })).toStrictEqual({ sub: 'auth0|1234' });
  expect(await userinfo({ scope: 'openid email', audience: undefined })).toStrictEqual({ sub: 'auth0|1234', ...email });
});

it('a response with another state is noticed by the client', async () => {
  const application = await openApplication();
  const attempt = await newAttempt(application);
  const callback = await logInAt(application, attempt);
  await expect(exchange(application, { ...attempt, state: 'another' }, callback)).rejects.toThrow('state');
});

it('an ID token with another nonce is noticed by the client', async () => {
  const application = await openApplication();
  const attempt = await newAttempt(application);
  const callback = await logInAt(application, attempt);
  await expect(exchange(application, { ...attempt, nonce: 'another' }, callback)).rejects.toThrow('nonce');
});

it('after a logout the user has to log in again', async () => {
  const application = await openApplication();
  const { browser, server } = application;
  const { id_token = '' } = await tokensOf(application);
  const silent = async () => (await browser.visit((await newAttempt(application, { prompt: 'none' })).url)).url;
  expect(await silent()).toContain('code=');
  const logout = new URL(server.end_session_endpoint ?? '');
  logout.search = String(
    new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: CALLBACK, state: 's' }),
  );
  expect((await browser.visit(logout)).url).toBe(`${CALLBACK}?state=s`);
  expect(await silent()).toContain('error=login_required');
});

it('an old login is repeated if the client asks for a newer one', async () => {
  const application = await openApplication();
  await tokensOf(application);
  application.clock.ms += 600_000;
  const page = await application.browser.visit((await newAttempt(application, { max_age: '599' })).url);
  expect(page.text).toContain('<form');
  const tokens = await tokensOf(application, { max_age: '599' });
  expect(oauth.getValidatedIdTokenClaims(tokens)?.auth_time).toBe(NOW + 600);
  const again = await application.browser.visit((await newAttempt(application, { prompt: 'login' })).url);
  expect(again.text).toContain('<form');
});
