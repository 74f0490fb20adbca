import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { seedOffering } from '../../../../local/tenant-seed.ts';
import { newDpopKey, proofOf } from '../../../support/local/dpop-client.ts';
import {
  CALLBACK,
  logInAt,
  newAttempt,
  openApplication,
  PAGE_CLIENT,
  tokensOf,
} from '../../../support/tenant/login.ts';
import { ask, manage, postForm } from '../../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../../support/tenant/tenant.ts';

const API_CLIENT = { client_id: 'app-passwords', client_secret: 'app-passwords-secret' };

it('the client of the self-service API may manage app specific passwords, and nothing else', async () => {
  const { tenant } = await open();
  const audience = `${tenant.issuer}api/v2/`;
  const { body } = await postForm(tenant, '/oauth/token', {
    grant_type: 'client_credentials',
    ...API_CLIENT,
    audience,
  });
  expect(body.scope.split(' ')).toStrictEqual(
    ['read', 'create', 'delete'].map((verb) => `${verb}:user_application_passwords`),
  );
  const headers = { authorization: `Bearer ${body.access_token}` };
  const passwords = '/api/v2/users/auth0%7C1234/application-passwords';
  expect(await ask(tenant, passwords, { headers })).toMatchObject({ status: 200 });
  expect(await ask(tenant, '/api/v2/users', { headers })).toMatchObject({ status: 403 });
  const demo = { grant_type: 'client_credentials', ...API_CLIENT, audience: DEMO_API };
  expect(await postForm(tenant, '/oauth/token', demo)).toMatchObject({ status: 403 });
});

it('the client of the page has no secret, no callback until one is allowed, and only the grants of a page', async () => {
  const { tenant } = await open();
  const path = `clients/${PAGE_CLIENT}`;
  const { body } = await manage(tenant, 'GET', path);
  expect(body).toMatchObject({
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    refresh_token: { rotation_type: 'rotating' },
  });
  expect(body).not.toHaveProperty('callbacks');
  tenant.allowCallback(PAGE_CLIENT, CALLBACK);
  tenant.allowCallback(PAGE_CLIENT, CALLBACK);
  expect((await manage(tenant, 'GET', path)).body).toMatchObject({
    callbacks: [CALLBACK],
    allowed_logout_urls: [CALLBACK, 'http://127.0.0.1:4567'],
    web_origins: ['http://127.0.0.1:4567'],
  });
});

it('a callback must be a whole URL of a known client', async () => {
  const { tenant } = await open();
  expect(() => tenant.allowCallback('nobody', CALLBACK)).toThrow('The tenant has no client "nobody".');
  for (const url of ['/callback', `${CALLBACK}#x`, '']) {
    expect(() => tenant.allowCallback(PAGE_CLIENT, url)).toThrow('absolute URL without a fragment');
  }
});

it('an API can offer scopes that no route requires', async () => {
  const routes = { 'GET /foo': ['read:foo'], 'GET /bar': ['read:bar'] };
  const application = await openApplication(
    PAGE_CLIENT,
    seedOffering([DEMO_API, 'https://other.api'], routes, ['manage:app_passwords']),
  );
  const scope = 'openid read:bar manage:app_passwords';
  expect((await tokensOf(application, { scope })).scope).toBe(scope);
  expect((await tokensOf(application, { scope, audience: 'https://other.api' })).scope).toBe(scope);
});

it('the requests that anybody may list hold neither codes, verifiers, cookies nor the form’s token', async () => {
  const application = await openApplication();
  const attempt = await newAttempt(application);
  const callback = await logInAt(application, attempt);
  const code = callback.searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', client_id: PAGE_CLIENT, redirect_uri: CALLBACK };
  const { tenant, browser } = application;
  const { body } = await postForm(tenant, '/oauth/token', { ...fields, code, code_verifier: attempt.verifier });
  await postForm(tenant, '/userinfo', { access_token: body.access_token });
  await browser.visit(`/oidc/logout?${new URLSearchParams({ id_token_hint: body.id_token })}`);
  const listed = JSON.stringify((await ask(tenant, '/__tenant/requests')).body);
  const forms = tenant.requests.map((request) => request.body?.csrf).filter((csrf) => csrf !== undefined);
  expect(forms).toHaveLength(1);
  for (const secret of [
    code,
    attempt.verifier,
    body.access_token,
    body.id_token,
    ...forms,
    ...browser.cookies.values(),
  ])
    expect(listed).not.toContain(secret);
  expect(listed).toContain('/u/login');
});

it('with a proof, the tokens are bound to the key of the page, the refresh token included', async () => {
  const application = await openApplication();
  const { tenant, clock } = application;
  const demo = `resource-servers/${encodeURIComponent(DEMO_API)}`;
  await manage(tenant, 'PATCH', demo, { proof_of_possession: { mechanism: 'dpop', required: true } });
  const [own, other] = [await newDpopKey(), await newDpopKey()];
  const nonce = async () => {
    const response = await send({ grant_type: 'refresh_token', refresh_token: tenant.mintRefresh(mine) }, own, '');
    return response.headers.get('dpop-nonce') ?? '';
  };
  const mine = { clientId: PAGE_CLIENT };
  const send = async (fields: Record<string, string>, key = own, proofNonce?: string) => {
    const claims = { nonce: proofNonce ?? (await nonce()) };
    const dpop = await proofOf(key, { method: 'POST', url: `${tenant.issuer}oauth/token`, nowMs: clock.ms, claims });
    return postForm(tenant, '/oauth/token', { client_id: PAGE_CLIENT, ...fields }, { dpop });
  };
  const attempt = await newAttempt(application);
  const code = (await logInAt(application, attempt)).searchParams.get('code') ?? '';
  const { body } = await send({
    ...{ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: attempt.verifier },
  });
  expect(decodeJwt(body.access_token)).toMatchObject({ cnf: { jkt: own.thumbprint } });
  const renewal = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
  expect(await send(renewal, other)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  expect(await send(renewal)).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
});

it('the metadata names every endpoint that the certified client needs', async () => {
  const { server, tenant } = await openApplication();
  expect(server).toMatchObject({
    authorization_endpoint: `${tenant.issuer}authorize`,
    userinfo_endpoint: `${tenant.issuer}userinfo`,
    revocation_endpoint: `${tenant.issuer}oauth/revoke`,
    end_session_endpoint: `${tenant.issuer}oidc/logout`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  });
  expect(server.token_endpoint_auth_methods_supported).toContain('none');
});
