/** The inspector in a real browser: what each kind of credential shows, its buttons, the keyboard, small screens, light and dark. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  browserForTests,
  expectAccessible,
  HAS_NO_BROWSER,
  saveScreenshot,
} from '../support/browser/browser-for-test.ts';
import { startLocal } from '../support/local/start.ts';

const OPTIONS = { viewport: { width: 1280, height: 900 } };

/** A credential, the verdict, and how far the request came. */
const WAYS = [
  ['jwt', '200 Allowed allowed', 'gateway passed, authorizer passed, caches passed, tenant passed, backend passed'],
  ['asp', '200 Allowed allowed', 'gateway passed, authorizer passed, caches passed, tenant passed, backend passed'],
  [
    'basic-password',
    '200 Allowed allowed',
    'gateway passed, authorizer passed, caches passed, tenant passed, backend passed',
  ],
  ['client', '200 Allowed allowed', 'gateway passed, authorizer passed, caches passed, tenant idle, backend passed'],
  ['asp', '200 Allowed', 'gateway cached, authorizer idle, caches idle, tenant idle, backend passed'],
  [
    'expired',
    '401 Refused token_expired',
    'gateway passed, authorizer stopped, caches passed, tenant idle, backend idle',
  ],
  [
    'forged',
    '401 Refused signature_invalid',
    'gateway passed, authorizer stopped, caches passed, tenant idle, backend idle',
  ],
  [
    'wrong-password',
    '401 Refused token_inactive',
    'gateway passed, authorizer stopped, caches passed, tenant passed, backend idle',
  ],
  [
    'unscoped',
    '403 Refused scope_missing',
    'gateway passed, authorizer stopped, caches passed, tenant idle, backend idle',
  ],
  [
    'malformed',
    '401 Refused credential_malformed',
    'gateway passed, authorizer stopped, caches idle, tenant idle, backend idle',
  ],
  [
    'none',
    '401 Refused credential_missing',
    'gateway stopped, authorizer idle, caches idle, tenant idle, backend idle',
  ],
] as const;

/** The name of the button that revokes an app password. Its label is isolated, so that it cannot turn the words around it. */
const revoke = (label: string) => `Revoke \u2068${label}\u2069`;

describe.skipIf(HAS_NO_BROWSER)('the inspector', () => {
  const browser = browserForTests();

  async function open(options: Parameters<typeof browser.newPage>[0] = OPTIONS) {
    const local = await startLocal();
    const { page, faults } = await browser.newPage(options);
    await page.goto(local.ready.gateway);
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await page.locator('#credential option').first().waitFor({ state: 'attached' });
    return { local, page, faults };
  }

  async function send(page: Page, credential: string): Promise<void> {
    await page.selectOption('#credential', credential);
    await sendAgain(page);
  }

  /** Waits for the new story. */
  async function sendAgain(page: Page): Promise<void> {
    await page.evaluate(`document.querySelector('.verdict')?.remove()`);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('.verdict').waitFor();
  }

  const textOf = async (page: Page, selector: string) =>
    (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
  const statesOf = (page: Page) =>
    page.locator('.way > .place').evaluateAll((places) => places.map((place) => place.className.replace('place ', '')));

  it('draws the way of each kind of credential', async () => {
    const { page } = await open();
    const drawn: unknown[] = [];
    for (const [credential] of WAYS) {
      await send(page, credential);
      const words = (await textOf(page, '.verdict h2')).trim();
      drawn.push([credential, words, (await statesOf(page)).slice(1, -1).join(', ')]);
      await expectAccessible(page);
    }
    expect(drawn).toEqual(WAYS);
  });

  it('shows that a cache responds, and what is different when it is empty', async () => {
    const { page } = await open();
    await send(page, 'opaque');
    await sendAgain(page);
    expect(await textOf(page, '.place.gateway')).toContain('cache hit');
    expect(await statesOf(page)).toContain('gateway cached');
    await page.getByRole('button', { name: 'All of them' }).click();
    await page.getByText('All caches are empty.').waitFor();
    await sendAgain(page);
    expect(await textOf(page, '.place.tenant')).toContain('1 call');
  });

  it('shows a pasted credential as text, and decodes it', async () => {
    const { page } = await open();
    const parts = [{ alg: 'RS256' }, { sub: '<img src=x onerror=alert(1)>' }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    await page.fill('#header', `Bearer ${parts.join('.')}.AAAA`);
    expect(await page.locator('#credential').inputValue()).toBe('own');
    await page.getByText('What it contains').click();
    expect(await textOf(page, '.field details pre')).toContain('<img src=x onerror=alert(1)>');
    await sendAgain(page);
    expect(await textOf(page, '.verdict')).toContain('401 Refused');
    expect(await page.locator('img').count()).toBe(0);
  });

  it('creates an app password, sends it, and revokes it', async () => {
    const { page, local } = await open();
    await page.fill('#label', '<script>alert(1)</script>');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: revoke('<script>alert(1)</script>') }).waitFor();
    await sendAgain(page);
    expect(await textOf(page, '.verdict')).toContain('200 Allowed');
    await page.getByRole('button', { name: revoke('<script>alert(1)</script>') }).click();
    await page.getByText('was deleted, and its user revoked').waitFor();
    await page.getByRole('button', { name: '+1 minute' }).click();
    await page.getByText('1 min ahead').waitFor();
    await sendAgain(page);
    expect(await textOf(page, '.verdict')).toContain('401 Refused token_inactive');
    expect([...local.tenant.state.applicationPasswords.values()].map(({ label }) => label)).not.toContain(
      '<script>alert(1)</script>',
    );
  });

  it('stops the tenant and starts it again, and rotates the key', async () => {
    const { page, faults } = await open();
    await page.getByRole('radio', { name: 'Stopped' }).click();
    await page.getByText('The tenant closes every connection.').waitFor();
    await send(page, 'opaque');
    expect(await textOf(page, '.verdict')).toContain('503 Could not be checked issuer_unavailable');
    await expectAccessible(page);
    faults.allow(/502 \(Bad Gateway\)/);
    await page.getByRole('button', { name: "Rotate the API's key" }).click();
    await page.getByText('This did not work').waitFor();
    await page.getByRole('radio', { name: 'Works' }).click();
    await page.getByText('The tenant works as usual.').waitFor();
    await page.getByRole('button', { name: "Rotate the API's key" }).click();
    await page.getByText('in four steps').waitFor();
    await sendAgain(page);
    expect(await textOf(page, '.verdict')).toContain('200 Allowed');
  });

  it('leads from a step to its rule', async () => {
    const { page } = await open();
    await send(page, 'expired');
    const [docs] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Reason code token_expired' }).first().click(),
    ]);
    await docs.locator('#token_expired').waitFor();
    expect(docs.url()).toMatch(/\/\.local\/docs\/reason-codes\.md#token_expired$/);
    expect(await docs.locator(':target').count()).toBe(1);
    await expectAccessible(docs);
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await open();
    const focused = () => page.evaluate<string>(`document.activeElement.id || document.activeElement.textContent`);
    const tabTo = async (wanted: string) => {
      for (let presses = 0; presses < 40; presses += 1) {
        if ((await focused()) === wanted) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`The focus never reached ${wanted}.`);
    };
    await tabTo('credential');
    await page.keyboard.type('Expired');
    expect(await page.locator('#credential').inputValue()).toBe('expired');
    await tabTo('Send');
    await page.keyboard.press('Enter');
    await page.locator('.verdict').waitFor();
    expect(await focused()).toBe('Send');
    await tabTo('Shared');
    await page.keyboard.press('Space');
    await page.getByText('The shared cache is empty.').waitFor();
    expect(await focused()).toBe('Shared');
  });

  it('keeps the focus when the state of the tenant changes', async () => {
    const { page, local } = await open();
    const button = page.getByRole('button', { name: revoke('npm start') });
    await button.focus();
    local.tenant.mintApplicationPassword({ label: 'another' });
    await page.getByRole('button', { name: revoke('another') }).waitFor();
    expect(await button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  it('says so if local mode has ended', async () => {
    const { page, local, faults } = await open();
    faults.allow(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
    await local.close();
    await page.getByText('Local mode does not respond.').waitFor();
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('fits a screen of %i pixels in %s', async (width, colorScheme) => {
    const { page } = await open({ viewport: { width, height: 900 }, colorScheme });
    await expectAccessible(page);
    for (const credential of ['opaque', 'wrong-password']) {
      await send(page, credential);
      await expectAccessible(page);
      await saveScreenshot(page, `inspector-${credential}-${width}-${colorScheme}`);
    }
  });

  it('cannot be framed, and stores nothing', async () => {
    const { page, local } = await open();
    await send(page, 'jwt');
    expect(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
    const other = await browser.newPage();
    other.faults.allow(/frame-ancestors|X-Frame-Options|refused to connect/i);
    await other.page.setContent(`<iframe src="${local.ready.gateway}"></iframe>`);
    await other.page.waitForTimeout(300);
    expect(await other.page.frames()[1]?.locator('main').count()).toBe(0);
  });
});
