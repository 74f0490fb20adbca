/** The page for app passwords in a real browser, against the real functions, the real authorizer and the local tenant. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PROBLEMS, TEXTS } from '../../web/app-passwords/texts.ts';
import {
  type AppPasswordsSite,
  createPassword,
  logIn,
  openPage,
  removeAll,
  signIn,
  siteForTest,
  USER,
} from '../support/browser/app-passwords.ts';
import {
  browserForTests,
  expectAccessible,
  HAS_NO_BROWSER,
  saveScreenshot,
} from '../support/browser/browser-for-test.ts';

const LOOKS = [
  { name: 'narrow-light', viewport: { width: 320, height: 640 }, colorScheme: 'light' },
  { name: 'wide-light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'narrow-dark', viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
  { name: 'wide-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
] as const;

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
const LIST = '**/app-passwords';

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
const pressed = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function statusOf({ local }: AppPasswordsSite, authorization: string): Promise<number> {
  return (await fetch(`${local.ready.gateway}foo`, { headers: { authorization } })).status;
}

async function answerListWith(page: Page, status: number, body: object, headers = {}): Promise<void> {
  await page.route(LIST, (route) =>
    route.fulfill({ status, headers, contentType: 'application/problem+json', body: JSON.stringify(body) }),
  );
}

describe.skipIf(HAS_NO_BROWSER)('the page for app passwords', () => {
  const browser = browserForTests();

  it.each(LOOKS)('is accessible in every state, $name', async ({ name, ...look }) => {
    const site = await siteForTest();
    removeAll(site);
    const { page } = await openPage(browser, site, { ...look, ...CLIPBOARD });
    const check = async (state: string) => {
      await expectAccessible(page);
      await saveScreenshot(page, `app-passwords-${state}-${name}`);
    };
    await check('signed-out');
    await signIn(page);
    await page.getByText(TEXTS.emptyTitle).waitFor();
    await check('empty');
    await pressed(page, TEXTS.newPassword);
    await check('create');
    await pressed(page, TEXTS.create);
    await page.getByText(TEXTS.labelMissing).waitFor();
    await check('create-errors');
    await page.getByLabel('Name').fill('Backup script on the NAS');
    await page.getByLabel('Read foos').check();
    await pressed(page, TEXTS.create);
    await dialog(page, TEXTS.valueTitle).waitFor();
    await check('value');
    await page.keyboard.press('Escape');
    await page.getByText(TEXTS.notCopiedTitle).waitFor();
    await check('not-copied');
    await pressed(page, TEXTS.back);
    await pressed(page, TEXTS.copy);
    await page.getByText(TEXTS.copied).first().waitFor();
    await pressed(page, TEXTS.done);
    await check('list');
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('alertdialog').waitFor();
    await check('delete');
    await pressed(page, TEXTS.delete);
    await page.getByText(TEXTS.stopping).waitFor();
    await check('stopping');
    await site.advance(1);
    await page.waitForResponse(/app-passwords\/asp_/);
    await site.advance(60);
    await page.getByText(TEXTS.stopped, { exact: true }).waitFor();
    await check('stopped');
  });

  it('is readable in forced colours', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site, { forcedColors: 'active' });
    await signIn(page);
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
    await saveScreenshot(page, 'app-passwords-forced-colors');
    await expectAccessible(page);
  });

  it('creates, copies and deletes with the keyboard alone', async () => {
    const site = await siteForTest();
    removeAll(site);
    const { page } = await openPage(browser, site, CLIPBOARD);
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const expectFocusOn = (text: string) =>
      expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(text);
    await press('Tab');
    await expectFocusOn(TEXTS.skip);
    await press('Tab');
    await expectFocusOn(TEXTS.signIn);
    await press('Enter');
    await page.getByRole('button', { name: 'Continue' }).waitFor();
    await page.locator('input[name=username]').focus();
    await page.keyboard.type(USER.name);
    await page.locator('input[name=password]').focus();
    await page.keyboard.type(USER.password);
    await press('Enter');
    await page.getByText(TEXTS.emptyTitle).waitFor();
    await expectFocusOn(TEXTS.title);
    await press('Tab', 'Enter');
    await page.keyboard.type('My script');
    await press('Tab', 'Space', 'Enter');
    await dialog(page, TEXTS.valueTitle).waitFor();
    await expectFocusOn(TEXTS.copy);
    await press('Enter');
    await page.getByText(TEXTS.copied).first().waitFor();
    await press('Escape');
    await dialog(page, TEXTS.valueTitle).waitFor({ state: 'detached' });
    await expectFocusOn('My script');
    await press('Tab', 'Enter');
    await page.getByRole('alertdialog').waitFor();
    await expectFocusOn(TEXTS.cancel);
    await press('Tab', 'Enter');
    await page.getByText(TEXTS.stopping).waitFor();
    await expectFocusOn('My script');
    expect([...site.local.tenant.state.applicationPasswords.values()]).toEqual([]);
    await page.getByRole('button', { name: TEXTS.newPassword }).focus();
    await press('Enter', 'Control+V');
    expect(await page.getByLabel('Name').inputValue()).toMatch(/^[A-Za-z]{16}$/);
  });

  it('returns the focus to the button after a dialog is cancelled', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    await signIn(page);
    await pressed(page, TEXTS.newPassword);
    await page.keyboard.press('Escape');
    await dialog(page, TEXTS.createTitle).waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('new');
  });

  it('creates a password that works as Bearer and as Basic, shows its use, and says when it has stopped working', async () => {
    const site = await siteForTest({ gatewayTtlSeconds: 0 });
    removeAll(site);
    const { page } = await openPage(browser, site, CLIPBOARD);
    await signIn(page);
    await createPassword(page, 'Everywhere');
    const value = await page.getByLabel(/App password for/).inputValue();
    const curl = await page.locator('.command').innerText();
    expect(curl).toBe(`curl -H 'Authorization: Bearer ${value}' '${site.local.ready.gateway}foo'`);
    await pressed(page, TEXTS.copy);
    await page.getByRole('button', { name: TEXTS.copied }).waitFor();
    await pressed(page, TEXTS.done);
    await page.locator('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => page.content()).not.toContain(value);
    const bearer = `Bearer ${value}`;
    expect(await statusOf(site, bearer)).toBe(200);
    expect(await statusOf(site, `Basic ${btoa(`${USER.name}:${value}`)}`)).toBe(200);

    await page.goto(site.local.ready.appPasswords);
    await pressed(page, TEXTS.signIn);
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Everywhere' }) });
    await row.waitFor();
    expect(await row.locator('dd').allInnerTexts()).toEqual([
      expect.stringMatching(/^just now/i),
      expect.stringMatching(/^just now/i),
      expect.stringMatching(/^in 90 days/i),
    ]);
    expect(await row.locator('time').last().getAttribute('datetime')).toBe('2027-02-14T10:30:00.000Z');

    await page.getByRole('button', { name: /^Delete/ }).click();
    await pressed(page, TEXTS.delete);
    await page.getByText(TEXTS.stopping).waitFor();
    await site.advance(2);
    expect(await page.getByText(TEXTS.stopped, { exact: true }).count()).toBe(0);
    await page.waitForResponse(/app-passwords\/asp_/);
    await site.advance(60);
    await page.getByText(TEXTS.stopped, { exact: true }).waitFor();
    await expect.poll(() => page.locator('#announcer').textContent()).toContain(TEXTS.stopped);
    expect(await statusOf(site, bearer)).toBe(401);
    await pressed(page, TEXTS.dismiss);
    await page.getByText(TEXTS.emptyTitle).waitFor();
  });

  it('creates a password that is refused and deleted when it expires', async () => {
    const site = await siteForTest({ gatewayTtlSeconds: 0, cacheTtlSeconds: 0 });
    removeAll(site);
    const { page } = await openPage(browser, site);
    await signIn(page);
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('For a week');
    await page.getByLabel('Read foos').check();
    await page.getByLabel('Expires').selectOption('7');
    await pressed(page, TEXTS.create);
    const bearer = `Bearer ${await page.getByLabel(/App password for/).inputValue()}`;
    expect(await statusOf(site, bearer)).toBe(200);
    await site.advance(7 * 86_400 + 1);
    expect(await statusOf(site, bearer)).toBe(401);
    expect(site.local.tenant.state.applicationPasswords.size).toBe(0);
  });

  it('asks before a value is lost, also when the whole page is closed', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    await signIn(page);
    await createPassword(page, 'Not copied', 'Change foos');
    // The example needs another scope, so it would not work.
    expect(await page.locator('.command').count()).toBe(0);
    expect(await page.getByText('For “Not copied”').isVisible()).toBe(true);
    const value = page.getByLabel(/App password for/);
    await value.focus();
    await page.evaluate('document.activeElement.setSelectionRange(0, 3)');
    await page.keyboard.press('Control+C');
    await pressed(page, TEXTS.done);
    await page.getByText(TEXTS.notCopiedTitle).waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog(page, TEXTS.valueTitle).isVisible()).toBe(true);
    const questions: string[] = [];
    page.on('dialog', (question) => {
      questions.push(question.type());
      void question.accept();
    });
    await page.reload();
    expect(questions).toEqual(['beforeunload']);
  });

  it('closes without copying only if the user insists', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    await signIn(page);
    await createPassword(page, 'Not needed');
    await page.keyboard.press('Escape');
    await pressed(page, TEXTS.closeAnyway);
    await dialog(page, TEXTS.valueTitle).waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Not needed' }).waitFor();
  });

  it('says that it is loading', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(LIST, async (route) => {
      await isReleased;
      await route.continue();
    });
    await signIn(page);
    await page.getByText(TEXTS.loading).waitFor();
    expect(await page.locator('[aria-busy=true]').count()).toBe(1);
    await expectAccessible(page);
    release();
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
  });

  it('explains every problem that the API can report', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of [45]\d\d/);
    await answerListWith(page, 400, { code: 'body_malformed' });
    await signIn(page);
    for (const [code, { title, help }] of Object.entries(PROBLEMS)) {
      await page.unroute(LIST);
      await answerListWith(page, code === 'login_too_old' ? 401 : 400, { code });
      const again = page.getByRole('button', { name: TEXTS.retry });
      if ((await again.count()) > 0) await again.click();
      else break;
      await page.locator(`[data-code=${code}]`).waitFor();
      const alert = await page.getByRole('alert').innerText();
      expect(alert).toContain(title);
      expect(alert).toContain(help);
      if (['login_too_old', 'session_ended'].includes(code)) {
        expect(await page.getByRole('alert').getByRole('button').innerText()).toMatch(/^Sign in/);
        await page.unroute(LIST);
        await page.goto(site.local.ready.appPasswords);
        await answerListWith(page, 400, { code: 'body_malformed' });
        await pressed(page, TEXTS.signIn);
        await page.getByRole('alert').waitFor();
      }
    }
    expect(Object.keys(PROBLEMS).length).toBeGreaterThan(15);
  });

  it('says when to try again, and does so', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 503/);
    await answerListWith(page, 503, { code: 'tenant_throttled' }, { 'retry-after': '30' });
    await signIn(page);
    await page.getByText('Try again in 30 seconds.').waitFor();
    await page.unroute(LIST);
    await pressed(page, TEXTS.retry);
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
  });

  it('shows an outage of the tenant as an outage', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 50\d/);
    await signIn(page);
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
    let end = () => {};
    const hasEnded = new Promise<void>((resolve) => {
      end = resolve;
    });
    await page.route('**/app-passwords/*', async (route) => {
      await hasEnded;
      await route.fulfill({ status: 504, body: '<html>' });
    });
    await page.getByRole('button', { name: /^Delete/ }).click();
    await pressed(page, TEXTS.delete);
    await page.getByText(TEXTS.deleting).waitFor();
    await page.getByRole('button', { name: TEXTS.cancel }).click({ force: true });
    end();
    await page.getByText(PROBLEMS.unavailable?.title ?? '').waitFor();
  });

  it('says when it is offline, and when a request could not be sent', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/ERR_INTERNET_DISCONNECTED/);
    await signIn(page);
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('Offline');
    await page.getByLabel('Read foos').check();
    await page.context().setOffline(true);
    await pressed(page, TEXTS.create);
    await page.getByText(PROBLEMS.unreachable?.title ?? '').waitFor();
    expect(await page.getByText(TEXTS.offline).isVisible()).toBe(true);
    await saveScreenshot(page, 'app-passwords-offline');
    await page.context().setOffline(false);
    await pressed(page, TEXTS.create);
    await dialog(page, TEXTS.valueTitle).waitFor();
    expect(await page.getByText(TEXTS.offline).count()).toBe(0);
  });

  it('does not claim that nothing was created if the response was lost, and loads the list again', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/ERR_FAILED/);
    await signIn(page);
    let lose = () => {};
    const isLost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    await page.route(LIST, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      await isLost;
      return route.abort();
    });
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('Lost');
    await page.getByLabel('Read foos').check();
    await pressed(page, TEXTS.create);
    await page.getByText(TEXTS.creating).waitFor();
    await page.getByRole('button', { name: TEXTS.cancel }).click({ force: true });
    lose();
    await page.getByText(PROBLEMS.create_unknown?.help ?? '').waitFor();
    await pressed(page, TEXTS.cancel);
    await page.getByRole('heading', { name: 'Lost' }).waitFor();
  });

  it.each([
    ['the gateway gave up waiting', { status: 504, body: '{"message":"Endpoint request timed out"}' }],
    ['the response was cut', { status: 201, body: '{"id":"asp_' }],
  ])('says that a password may exist, and loads the list again, if %s', async (_what, answer) => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 504/);
    await signIn(page);
    await page.route(LIST, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      return route.fulfill(answer);
    });
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('Created all the same');
    await page.getByLabel('Read foos').check();
    await pressed(page, TEXTS.create);
    await page.getByText(PROBLEMS.create_unknown?.help ?? '').waitFor();
    await pressed(page, TEXTS.cancel);
    await page.getByRole('heading', { name: 'Created all the same' }).waitFor();
  });

  it('offers to sign in again when the session has ended', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 40\d/);
    await signIn(page);
    const user = site.local.tenant.state.users.get(USER.userId);
    if (!user) throw new Error('There is no user.');
    site.local.tenant.state.users.set(USER.userId, { ...user, blocked: true });
    await page.route(LIST, (route) => route.fulfill({ status: 401, body: '{"title":"Unauthorized"}' }));
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('x');
    await page.getByLabel('Read foos').check();
    await pressed(page, TEXTS.create);
    await page.getByText(PROBLEMS.session_ended?.title ?? '').waitFor();
    await expectAccessible(page);
  });

  it('asks for the password again when the login is too old, and keeps what was typed', async () => {
    const site = await siteForTest({ maxAuthAgeSeconds: 3600, authTimeClaim: 'https://demo.api/auth_time' });
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 401/);
    await signIn(page);
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
    await site.advance(7200);
    await page.clock.setFixedTime(site.now());
    await pressed(page, TEXTS.newPassword);
    await page.getByLabel('Name').fill('Kept');
    await page.getByLabel('Change foos').check();
    await page.getByLabel('Expires').selectOption('30');
    await pressed(page, TEXTS.create);
    await page.getByText(PROBLEMS.login_too_old?.help ?? '').waitFor();
    await saveScreenshot(page, 'app-passwords-login-too-old');
    await pressed(page, TEXTS.signInAgain);
    await logIn(page);
    await dialog(page, TEXTS.createTitle).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Kept');
    expect(await page.getByLabel('Change foos').isChecked()).toBe(true);
    expect(await page.getByLabel('Expires').inputValue()).toBe('30');
    await pressed(page, TEXTS.create);
    await dialog(page, TEXTS.valueTitle).waitFor();
  });

  it('signs out at the tenant too, says so, and leaves nothing behind', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    await signIn(page);
    await page.getByRole('heading', { name: 'npm start' }).waitFor();
    // With a 204 the browser stays on the page that "Back" would show.
    await page.route('**/v2/logout?**', (route) => route.fulfill({ status: 204 }));
    await pressed(page, TEXTS.signOut);
    await page.getByText(TEXTS.signingOut).waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/npm start|user@gmail/);
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await page.getByRole('button', { name: TEXTS.signIn }).waitFor();
    expect(await page.getByText(TEXTS.signedOutNow).count()).toBe(0);
    await page.unroute('**/v2/logout?**');
    await pressed(page, TEXTS.signIn);
    await pressed(page, TEXTS.signOut);
    await page.getByText(TEXTS.signedOutNow).waitFor();
    expect(page.url()).toBe(site.local.ready.appPasswords);
    await pressed(page, TEXTS.signIn);
    await page.locator('input[name=password]').waitFor();
  });

  it('says what is missing to a user without the right to manage app passwords', async () => {
    const site = await siteForTest();
    const { page, faults } = await openPage(browser, site);
    faults.allow(/status of 403/);
    const user = site.local.tenant.state.users.get(USER.userId);
    if (!user) throw new Error('There is no user.');
    site.local.tenant.state.users.set(USER.userId, { ...user, permissions: ['read:foo'] });
    await signIn(page);
    await page.getByText(PROBLEMS.scope_missing?.title ?? '').waitFor();
  });

  it('offers only what the user may grant, and no more than 20', async () => {
    const site = await siteForTest();
    const { page } = await openPage(browser, site);
    const user = site.local.tenant.state.users.get(USER.userId);
    if (!user) throw new Error('There is no user.');
    site.local.tenant.state.users.set(USER.userId, { ...user, permissions: ['read:foo', 'manage:app_passwords'] });
    await signIn(page);
    await pressed(page, TEXTS.newPassword);
    expect(await page.getByRole('checkbox').count()).toBe(1);
    await page.keyboard.press('Escape');
    const { applicationPasswords } = site.local.tenant.state;
    const [first] = applicationPasswords.values();
    if (!first) throw new Error('There is no password.');
    for (let index = 1; index < 20; index += 1) {
      applicationPasswords.set(`asp_${index}`, { ...first, id: `asp_${index}`, value: `${index}` });
    }
    await page.goto(site.local.ready.appPasswords);
    await pressed(page, TEXTS.signIn);
    await page.getByText('You have 20 app passwords.').waitFor();
    expect(await page.getByRole('button', { name: TEXTS.newPassword }).count()).toBe(0);
  });

  describe('under attack', () => {
    it('shows labels as text, whatever they contain', async () => {
      const site = await siteForTest();
      const { applicationPasswords } = site.local.tenant.state;
      const [first] = applicationPasswords.values();
      if (!first) throw new Error('There is no password.');
      const labels = [
        '<img src=x onerror="document.title=1"><script>document.title=2</script>',
        '=HYPERLINK("http://evil.example","x")',
        'invoice\u202Efdp.exe',
        'a\u0000b\u0007c',
      ];
      for (const [index, label] of labels.entries()) {
        applicationPasswords.set(`asp_${index}`, { ...first, id: `asp_${index}`, value: `${index}`, label });
      }
      const { page } = await openPage(browser, site);
      await signIn(page);
      await page.getByText('HYPERLINK').waitFor();
      const shown = await page.getByRole('heading', { level: 2 }).allTextContents();
      expect(shown).toEqual(expect.arrayContaining([labels[0], labels[1], 'invoice\uFFFDfdp.exe', 'a\uFFFDb\uFFFDc']));
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect(await page.title()).toBe(TEXTS.title);
    });

    it('refuses to be shown in a frame', async () => {
      const site = await siteForTest();
      const { page, faults } = await browser.newPage();
      faults.allow(/frame|CSP|X-Frame-Options/i);
      await page.route('http://evil.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<iframe src="${site.local.ready.appPasswords}"></iframe>` }),
      );
      await page.goto('http://evil.example/');
      await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
    });

    it.each([
      ['a code that was not asked for', '?code=stolen&state=made-up'],
      ['an error that was not asked for', '?error=server_error&error_description=Call+0900-EVIL&state=x'],
    ])('does not sign in with %s, and shows nothing of it', async (_what, query) => {
      const site = await siteForTest();
      const { page } = await openPage(browser, site);
      await page.goto(`${site.local.ready.appPasswords}${query}`);
      await page.getByText(TEXTS.signInFailed).waitFor();
      expect(page.url()).toBe(site.local.ready.appPasswords);
      expect(await page.content()).not.toMatch(/stolen|made-up|EVIL/);
    });

    it('accepts a code once', async () => {
      const site = await siteForTest();
      const { page } = await openPage(browser, site);
      const arrivals: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('code=') && request.isNavigationRequest()) arrivals.push(request.url());
      });
      await signIn(page);
      const arrival = arrivals.find((url) => url.startsWith(site.local.ready.appPasswords));
      expect(arrival).toBeDefined();
      await page.goto(arrival ?? '');
      await page.getByText(TEXTS.signInFailed).waitFor();
      expect(await page.getByRole('button', { name: TEXTS.signOut }).count()).toBe(0);
    });

    it('has the tokens in memory only', async () => {
      const site = await siteForTest();
      const { page } = await openPage(browser, site);
      const tokens: string[] = [];
      page.on('request', (request) => {
        const token = /^Bearer (.+)$/.exec(request.headers().authorization ?? '')?.[1];
        if (token !== undefined) tokens.push(token);
      });
      await signIn(page);
      await page.getByRole('heading', { name: 'npm start' }).waitFor();
      expect(tokens[0]).toMatch(/^eyJ/);
      const stored = await page.evaluate(`JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie,
        location.href, history.state, document.documentElement.outerHTML, window.name])`);
      expect(stored).not.toMatch(/eyJ|refresh_token|access_token/);
      const databases = await page.evaluate('indexedDB.databases().then((all) => all.length)');
      expect(databases).toBe(0);
      const cookies = await page.context().cookies();
      expect(cookies.map(({ value }) => value).join()).not.toMatch(/eyJ/);
    });
  });
});
