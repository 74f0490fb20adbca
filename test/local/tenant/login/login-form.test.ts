import { expect, it } from 'vitest';
import {
  type Application,
  Browser,
  CALLBACK,
  exchange,
  hiddenFields,
  logInAt,
  newAttempt,
  openApplication,
  type Page,
  USER,
} from '../../../support/tenant/login.ts';

async function formOf(application: Application, changes: Record<string, string> = {}): Promise<Page> {
  return application.browser.visit((await newAttempt(application, changes)).url);
}

it('the form is accessible without a script: a heading, labels, and what password managers look for', async () => {
  const { text } = await formOf(await openApplication());
  expect(text).toContain('<html lang="en">');
  expect(text).toContain('<h1>Log in to App passwords</h1>');
  expect(text).toMatch(/<label for="username">.*\n<input id="username"[^>]* autocomplete="username"/);
  expect(text).toMatch(/<label for="password">.*\n<input id="password"[^>]* autocomplete="current-password"/);
  expect(text).not.toMatch(/<script|style=| on\w+=/);
});

it('no page may show the form in a frame, and no script may run in it', async () => {
  const { headers } = await formOf(await openApplication());
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; img-src data:; script-src 'none'; " +
      "form-action 'self' http://127.0.0.1:4567; frame-ancestors 'none'; base-uri 'none'",
  );
  expect(headers.get('cache-control')).toBe('no-store');
});

it('the cookies are out of reach for scripts and for other sites', async () => {
  const application = await openApplication();
  const response = await fetch((await newAttempt(application)).url, { redirect: 'manual' });
  expect(response.headers.get('set-cookie')).toMatch(/^tenant_browser_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const page = await application.browser.submit(await formOf(application), USER);
  expect(page.headers.get('set-cookie')).toMatch(/^tenant_session_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
});

it.each([
  ['an unknown user', { username: 'nobody@example.com', password: 'x' }, 'Wrong email or password.'],
  ['a wrong password', { ...USER, password: 'wrong' }, 'Wrong email or password.'],
  ['no password', { ...USER, password: '' }, 'Wrong email or password.'],
  ['a leaked password', { username: 'leaked@example.com', password: 'leaked-password-1' }, 'leaked'],
  ['a second factor', { username: 'mfa@example.com', password: 'mfa-password-1' }, 'Multifactor'],
  ['a user of another connection', { username: 'staff@example.com', password: 'staff-password-1' }, 'Wrong email'],
])('a login with %s shows the form again', async (_name, user, message) => {
  const application = await openApplication();
  const page = await application.browser.submit(await formOf(application), user);
  expect(page.status).toBe(400);
  expect(page.text).toMatch(new RegExp(`<p role="alert" id="problem">.*${message}`));
  expect(page.text).toContain(`value="${user.username}"`);
  expect(page.text).not.toContain('password-1');
  const url = new URL((await application.browser.submit(page, USER)).url);
  expect(url.searchParams.has('code')).toBe(true);
});

it.each([
  ['blocked', 'blocked@example.com', 'blocked-password-1', 'unauthorized', 'user is blocked'],
  ['denied by an Action', 'denied@example.com', 'denied-password-1', 'access_denied', 'An Action denied this login.'],
])('a user who is %s is sent back to the application', async (_name, username, password, error, description) => {
  const application = await openApplication();
  const attempt = await newAttempt(application);
  const { searchParams } = await logInAt(application, attempt, { username, password });
  expect(Object.fromEntries(searchParams)).toStrictEqual({
    error,
    error_description: description,
    state: attempt.state,
  });
});

it('failed logins count as at the token endpoint, and block the user there and here', async () => {
  const application = await openApplication();
  const { tenant, browser } = application;
  let page = await formOf(application);
  for (let count = 0; count < 10; count += 1) page = await browser.submit(page, { ...USER, password: 'wrong' });
  expect(tenant.logins.failures(USER.username, '127.0.0.1')).toBe(10);
  page = await browser.submit(page, USER);
  expect(page).toMatchObject({ status: 429, text: expect.stringContaining('has been blocked') });
  tenant.logins.unblock(USER.username);
  expect((await browser.submit(page, USER)).url).toContain(CALLBACK);
});

it('a form that another browser opened is refused: nobody is logged in as somebody else', async () => {
  const application = await openApplication();
  const form = await formOf(application);
  for (const victim of [new Browser(application.tenant), await otherBrowser(application)]) {
    expect(await victim.visit(form.url)).toMatchObject({ status: 403, text: expect.not.stringContaining('csrf') });
    const page = await victim.submit(form, USER);
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('did not begin in this browser') });
    expect([...victim.cookies.keys()].join()).not.toContain('session');
  }
  expect(application.tenant.logins.totalFailures()).toBe(0);
});

async function otherBrowser(application: Application): Promise<Browser> {
  const browser = new Browser(application.tenant);
  await browser.visit((await newAttempt(application)).url);
  return browser;
}

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['without its hidden token', { csrf: '' }, {}],
  ['with another token', { csrf: 'A'.repeat(43) }, {}],
  ['from another origin', {}, { origin: 'https://attacker.example' }],
  ['from an origin that is hidden', {}, { origin: 'null' }],
])('a form %s is refused', async (_name, fields, headers) => {
  const application = await openApplication();
  const page = await application.browser.submit(await formOf(application), { ...USER, ...fields }, headers);
  expect(page.status).toBe(403);
  expect([...application.browser.cookies.keys()].join()).not.toContain('session');
});

it('a form is used once, and for an hour', async () => {
  const application = await openApplication();
  const form = await formOf(application);
  await application.browser.submit(form, USER);
  expect(await application.browser.submit(form, USER)).toMatchObject({ status: 400 });
  application.browser.cookies.clear();
  const late = await formOf(application);
  application.clock.ms += 3_600_000;
  expect(await application.browser.submit(late, USER)).toMatchObject({ status: 400 });
});

it('a login gets a new session: the value of an earlier cookie is worth nothing', async () => {
  const application = await openApplication();
  const { browser, tenant } = application;
  await browser.submit(await formOf(application), USER);
  const [name = '', earlier = ''] = [...browser.cookies].find(([key]) => key.includes('session')) ?? [];
  await browser.submit(await formOf(application, { prompt: 'login' }), USER);
  expect(browser.cookies.get(name)).not.toBe(earlier);
  const thief = new Browser(tenant);
  thief.cookies.set(name, earlier);
  expect((await thief.visit((await newAttempt(application, { prompt: 'none' })).url)).url).toContain('login_required');
});

it('a session ends after three days', async () => {
  const application = await openApplication();
  await application.browser.submit(await formOf(application), USER);
  application.clock.ms += 3 * 86_400_000;
  expect((await formOf(application)).text).toContain('<form');
});

const SCRIPT = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

it('no parameter becomes HTML on any page', async () => {
  const application = await openApplication();
  const { browser } = application;
  const changes = { state: SCRIPT, nonce: SCRIPT, login_hint: SCRIPT, screen_hint: SCRIPT, scope: SCRIPT };
  const form = await formOf(application, changes);
  const pages = [
    form,
    await browser.submit(form, { username: SCRIPT, password: SCRIPT }),
    await browser.visit((await newAttempt(application, { client_id: SCRIPT })).url),
    await browser.visit((await newAttempt(application, { redirect_uri: SCRIPT })).url),
    await browser.visit(
      (await newAttempt(application, { ...changes, prompt: 'none', response_mode: 'web_message' })).url,
    ),
    await browser.visit(`/u/login?${new URLSearchParams({ state: SCRIPT })}`),
    await browser.visit(`/v2/logout?${new URLSearchParams({ returnTo: SCRIPT, client_id: SCRIPT })}`),
    await browser.visit(`/oidc/logout?${new URLSearchParams({ id_token_hint: SCRIPT, state: SCRIPT })}`),
  ];
  for (const { text, headers } of pages) {
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).not.toMatch(/<script>|<img/);
  }
});

it('a client whose name is HTML is shown as text', async () => {
  const application = await openApplication();
  const { clients } = application.tenant.state;
  const client = clients.get(application.client.client_id);
  if (client) clients.set(client.client_id, { ...client, name: SCRIPT });
  expect((await formOf(application)).text).toContain('<h1>Log in to &quot;&#39;&gt;&lt;script&gt;');
});

it('a strange state comes back to the application as it was', async () => {
  const application = await openApplication();
  const attempt = await newAttempt(application, { state: SCRIPT });
  const callback = await logInAt(application, attempt);
  expect(callback.searchParams.get('state')).toBe(SCRIPT);
  await expect(exchange(application, { ...attempt, state: SCRIPT }, callback)).resolves.toBeDefined();
});

it('the form’s own token is in no URL and changes with every form', async () => {
  const application = await openApplication();
  const [first, second] = [await formOf(application), await formOf(application)];
  const tokens = [first, second].map(({ text }) => hiddenFields(text).csrf);
  expect(new Set(tokens).size).toBe(2);
  expect(application.tenant.requests.map(({ query }) => query).join()).not.toContain(tokens[0]);
});
