/** The local tenant's login form, and Auth0's own library for pages against the tenant, in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Tenant } from '../../local/tenant/server.ts';
import {
  browserForTests,
  expectAccessible,
  HAS_NO_BROWSER,
  saveScreenshot,
} from '../support/browser/browser-for-test.ts';
import { PAGE_CLIENT, USER } from '../support/tenant/login.ts';
import { startSpa } from '../support/tenant/spa-server.ts';
import { DEMO_API, open } from '../support/tenant/tenant.ts';

const LOOKS = [
  { name: 'narrow-light', viewport: { width: 320, height: 640 }, colorScheme: 'light' },
  { name: 'wide-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'narrow-dark', viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
  { name: 'wide-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
] as const;

interface Spa {
  readonly tenant: Tenant;
  readonly origin: string;
}

/** The browser has the system's clock, and so must the tenant. */
async function startApplication(): Promise<Spa> {
  const { tenant } = await open({}, { now: Date.now });
  const origin = await startSpa();
  tenant.allowCallback(PAGE_CLIENT, `${origin}/callback`);
  return { tenant, origin };
}

interface ClientOptions {
  readonly useRefreshTokens: boolean;
}

/** Opens the application and makes its client: `window.client`. */
async function openClient(page: Page, { tenant, origin }: Spa, options: ClientOptions, path = '/'): Promise<void> {
  if (path !== '') await page.goto(`${origin}${path}`);
  const settings = {
    domain: tenant.issuer.slice(0, -1),
    clientId: PAGE_CLIENT,
    ...options,
    authorizationParams: {
      redirect_uri: `${origin}/callback`,
      audience: DEMO_API,
      scope: 'openid profile email read:foo',
    },
  };
  await page.evaluate(`window.client = new auth0.Auth0Client(${JSON.stringify(settings)})`);
}

const run = (page: Page, expression: string): Promise<unknown> => page.evaluate(expression);

/** Logs in by redirect and returns to the application with a client that has the user's tokens. */
async function logIn(page: Page, spa: Spa, options: ClientOptions): Promise<void> {
  await openClient(page, spa, options);
  await run(page, 'void window.client.loginWithRedirect()');
  await fillIn(page);
  await page.waitForURL(`${spa.origin}/callback?**`);
  await openClient(page, spa, options, '');
  await run(page, 'window.client.handleRedirectCallback().then(() => true)');
}

async function fillIn(page: Page, user = USER): Promise<void> {
  await page.getByLabel('Email address').fill(user.username);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function expectEveryLook(page: Page, screenshot: string): Promise<void> {
  for (const { name, viewport, colorScheme } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    await saveScreenshot(page, `${screenshot}-${name}`);
  }
}

describe.skipIf(HAS_NO_BROWSER)('the login of the local tenant', () => {
  const browser = browserForTests();

  it('is accessible and fits, also with an error: narrow and wide, light and dark', async () => {
    const spa = await startApplication();
    const { page, faults } = await browser.newPage();
    await openClient(page, spa, { useRefreshTokens: true });
    await run(page, 'void window.client.loginWithRedirect()');
    await page.getByRole('heading', { name: 'Log in to App passwords' }).waitFor();
    await expectEveryLook(page, 'tenant-login');
    faults.allow(/400/);
    await fillIn(page, { ...USER, password: 'wrong' });
    await page.getByRole('alert').waitFor();
    await expectEveryLook(page, 'tenant-login-error');
  });

  it('shows an accessible page for a request that it must not redirect', async () => {
    const { tenant } = await startApplication();
    const { page, faults } = await browser.newPage();
    faults.allow(/400/);
    await page.goto(`${tenant.issuer}authorize?client_id=nobody`);
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
  });

  it('is done with the keyboard alone', async () => {
    const spa = await startApplication();
    const { page } = await browser.newPage();
    await openClient(page, spa, { useRefreshTokens: true });
    await run(page, 'void window.client.loginWithRedirect()');
    await page.getByLabel('Email address').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(USER.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(USER.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${spa.origin}/callback?**`);
  });

  it('works for Auth0’s library with refresh tokens: log in, renew, revoke, log out', async () => {
    const spa = await startApplication();
    const { page } = await browser.newPage();
    await logIn(page, spa, { useRefreshTokens: true });
    expect(await run(page, 'window.client.getUser()')).toMatchObject({ sub: 'auth0|1234', email: USER.username });
    const first = await run(page, 'window.client.getTokenSilently()');
    const renewed = await run(page, 'window.client.getTokenSilently({ cacheMode: "off" })');
    expect([typeof first, typeof renewed]).toStrictEqual(['string', 'string']);
    expect(spa.tenant.requestLog.find('POST', '/oauth/token')).toMatchObject([
      { status: 200, body: { grant_type: 'authorization_code' } },
      { status: 200, body: { grant_type: 'refresh_token' } },
    ]);
    await run(page, 'window.client.revokeRefreshToken()');
    expect(spa.tenant.requestLog.find('POST', '/oauth/revoke')).toMatchObject([{ status: 200 }]);
    await run(page, `void window.client.logout({ logoutParams: { returnTo: ${JSON.stringify(spa.origin)} } })`);
    await page.waitForURL(`${spa.origin}/`);
    await openClient(page, spa, { useRefreshTokens: false });
    expect(await run(page, 'window.client.getTokenSilently().catch(({ error }) => error)')).toBe('login_required');
  });

  it('works for Auth0’s library without refresh tokens: a frame renews the token from the session', async () => {
    const spa = await startApplication();
    const { page } = await browser.newPage();
    await logIn(page, spa, { useRefreshTokens: false });
    await openClient(page, spa, { useRefreshTokens: false });
    expect(await run(page, 'window.client.getTokenSilently().then((token) => token.split(".").length)')).toBe(3);
  });

  it('works for Auth0’s library in a popup', async () => {
    const spa = await startApplication();
    const { page } = await browser.newPage();
    await openClient(page, spa, { useRefreshTokens: true });
    await run(
      page,
      `document.querySelector('h1').addEventListener('click', () => {
        window.done = window.client.loginWithPopup().then(() => window.client.getUser());
      })`,
    );
    const opened = page.waitForEvent('popup');
    await page.locator('h1').click();
    await fillIn(await opened);
    expect(await run(page, 'window.done')).toMatchObject({ sub: 'auth0|1234' });
  });

  it('does not appear in a frame of another page', async () => {
    const spa = await startApplication();
    const { page, faults } = await browser.newPage();
    faults.allow(/frame|Refused|CSP|ERR_BLOCKED/i);
    await openClient(page, spa, { useRefreshTokens: true });
    const url = new URL(`${spa.tenant.issuer}authorize`);
    url.search = String(
      new URLSearchParams({
        ...{ client_id: PAGE_CLIENT, redirect_uri: `${spa.origin}/callback`, response_type: 'code' },
        ...{ code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' },
      }),
    );
    await run(
      page,
      `new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.title = 'login';
        frame.onload = () => resolve(true);
        frame.src = ${JSON.stringify(url.href)};
        document.body.append(frame);
      })`,
    );
    expect(await page.frameLocator('iframe').getByLabel('Password').count()).toBe(0);
  });
});
