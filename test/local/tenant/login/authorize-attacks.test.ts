import { expect, it } from 'vitest';
import { CALLBACK, newAttempt, openApplication, PAGE_CLIENT, tokensOf } from '../../../support/tenant/login.ts';

it.each([
  ['a longer path', `${CALLBACK}/more`],
  ['a longer host', 'http://127.0.0.1:4567.attacker.example/callback'],
  ['another host', 'https://attacker.example/callback'],
  ['another port', 'http://127.0.0.1:4568/callback'],
  ['another scheme', 'https://127.0.0.1:4567/callback'],
  ['the host as a username', 'http://127.0.0.1:4567@attacker.example/callback'],
  ['an encoded letter', 'http://127.0.0.1:4567/%63allback'],
  ['an encoded slash', 'http://127.0.0.1:4567%2Fcallback'],
  ['a path that leads back', 'http://127.0.0.1:4567/x/../callback'],
  ['a slash at the end', `${CALLBACK}/`],
  ['capital letters', CALLBACK.toUpperCase()],
  ['a fragment', `${CALLBACK}#here`],
  ['a query', `${CALLBACK}?next=https://attacker.example`],
  ['a script', 'javascript:alert(1)'],
  ['no host', '//attacker.example/callback'],
  ['a line break', `${CALLBACK}\r\nset-cookie: a=b`],
  ['nothing', ''],
])('a redirect URI with %s gets a page and no redirect', async (_name, redirect_uri) => {
  const application = await openApplication();
  await tokensOf(application);
  for (const prompt of [undefined, 'none']) {
    const { url } = await newAttempt(application, { redirect_uri, prompt });
    const page = await application.browser.visit(url);
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('Callback URL mismatch') });
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).not.toContain('<form');
  }
});

it('an error of the request is not redirected either, while the redirect URI is wrong', async () => {
  const application = await openApplication();
  const wrong = { redirect_uri: 'https://attacker.example/', response_type: 'token' };
  const page = await application.browser.visit((await newAttempt(application, wrong)).url);
  expect(page.status).toBe(403);
});

it('a parameter that is sent twice gets a page, whichever value is right', async () => {
  const application = await openApplication();
  const { url } = await newAttempt(application);
  url.searchParams.append('redirect_uri', 'https://attacker.example/');
  const page = await application.browser.visit(url);
  expect(page.status).toBe(400);
  expect(page.headers.get('location')).toBeNull();
});

it('an unknown client and a client without callbacks get a page', async () => {
  const application = await openApplication();
  const status = async (client_id: string) =>
    (await application.browser.visit((await newAttempt(application, { client_id })).url)).status;
  expect(await status('nobody')).toBe(400);
  expect(await status('')).toBe(400);
  expect(await status('local-web-client')).toBe(403);
});

it.each<[string, Record<string, string | undefined>, string, string]>([
  ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request', 'code_challenge'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request', 'S256'],
  ['PKCE without a method, which means plain', { code_challenge_method: undefined }, 'invalid_request', 'S256'],
  ['a method without a challenge', { code_challenge: undefined }, 'invalid_request', 'code_challenge'],
  ['a challenge that is no digest', { code_challenge: 'short' }, 'invalid_request', 'malformed'],
  ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type', 'response type'],
  ['no response type', { response_type: undefined }, 'invalid_request', 'response_type'],
  ['another response mode', { response_mode: 'form_post' }, 'invalid_request', 'response_mode'],
  ['an unknown API', { audience: 'https://nowhere' }, 'access_denied', 'Service not found'],
  ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request', 'prompt'],
  ['the prompt none and another', { prompt: 'none login' }, 'invalid_request', 'prompt'],
  ['an age that is no number', { max_age: '-1' }, 'invalid_request', 'max_age'],
])('a request with %s goes back to the application with an error', async (_name, changes, error, description) => {
  const application = await openApplication();
  const attempt = await newAttempt(application, changes);
  const { url } = await application.browser.visit(attempt.url);
  const response = Object.fromEntries(new URL(url).searchParams);
  expect(url.startsWith(`${CALLBACK}?`)).toBe(true);
  expect(response).toStrictEqual({
    error,
    error_description: expect.stringContaining(description),
    state: attempt.state,
  });
});

it('a client without the grant type gets an error', async () => {
  const application = await openApplication('local-native-client');
  const { url } = await application.browser.visit((await newAttempt(application)).url);
  expect(new URL(url).searchParams.get('error')).toBe('unauthorized_client');
});

it('a silent login without a session gets login_required, as a redirect and as a message', async () => {
  const application = await openApplication();
  const { url } = await newAttempt(application, { prompt: 'none' });
  expect((await application.browser.visit(url)).url).toContain('error=login_required');
  url.searchParams.set('response_mode', 'web_message');
  const page = await application.browser.visit(url);
  expect(page.text).toContain('data-origin="http://127.0.0.1:4567"');
  expect(page.text).toContain('login_required');
  expect(page.headers.get('content-security-policy')).toContain('frame-ancestors http://127.0.0.1:4567;');
});

it('a message is sent to the web origins of the client only', async () => {
  const application = await openApplication();
  const { clients } = application.tenant.state;
  const client = clients.get(PAGE_CLIENT);
  if (client) clients.set(PAGE_CLIENT, { ...client, web_origins: ['http://127.0.0.1:9'] });
  const { url } = await newAttempt(application, { prompt: 'none', response_mode: 'web_message' });
  const page = await application.browser.visit(url);
  expect(page.status).toBe(403);
  expect(page.text).not.toContain('data-message');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
});

it('the user of a session who is blocked or deleted has to log in again', async () => {
  const application = await openApplication();
  await tokensOf(application);
  const { users } = application.tenant.state;
  const user = users.get('auth0|1234');
  if (user) users.set('auth0|1234', { ...user, blocked: true });
  const { url } = await newAttempt(application, { prompt: 'none' });
  expect((await application.browser.visit(url)).url).toContain('login_required');
  users.delete('auth0|1234');
  expect((await application.browser.visit(url)).url).toContain('login_required');
});
