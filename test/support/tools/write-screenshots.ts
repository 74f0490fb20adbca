/** `npm run screenshots`: writes the pictures of the pages in `docs/images` from local mode. The clock stands still, so little but a change of a page changes them. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type LocalEnvironment, startLocalEnvironment } from '../../../local/environment.ts';
import { localConfiguration } from '../../../local/options.ts';
import { findChromium, machinePorts } from '../browser/find-chromium.ts';
import { launchChromium } from '../browser/launch.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const NOW_MS = Date.parse('2026-11-16T10:30:00Z');
const DAY_MS = 86_400_000;

/** The passwords in the pictures, with how many days ago each was made and used. */
const PASSWORDS = [
  { label: 'Weather display in the kitchen', scope: ['read:foo'], made: 2, used: 0.02, expires: 88 },
  { label: 'Backup script on the NAS', scope: ['read:foo', 'create:foo'], made: 34, used: 0.3, expires: 3 },
  {
    label: 'Thunderbird on the old laptop',
    scope: ['read:foo', 'update:foo'],
    made: 200,
    used: 61,
    expires: undefined,
  },
];

type ColorScheme = 'light' | 'dark';

async function main(): Promise<void> {
  const environment = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  const browser = await launchChromium(await findChromium(machinePorts(environment)));
  const configuration = localConfiguration();
  const ports = { log: () => {}, clock: () => NOW_MS };
  const local = await startLocalEnvironment({ port: 0, tenantPort: 0, configuration }, ports);
  try {
    await mkdir(IMAGES, { recursive: true });
    fill(local);
    for (const colorScheme of ['light', 'dark'] as const) {
      await pictureOfAppPasswords(browser, local, colorScheme);
      await pictureOfInspector(browser, local, colorScheme);
    }
  } finally {
    await browser.close();
    await local.close();
  }
}

function fill({ tenant, appPasswords, ready }: LocalEnvironment): void {
  const { applicationPasswords } = tenant.state;
  applicationPasswords.clear();
  for (const [index, { label, scope, made, used, expires }] of PASSWORDS.entries()) {
    const id = `asp_${index}`;
    const [user] = ready.users;
    const owner = { user_id: user?.userId ?? '', audience: ready.audience };
    const times = { createdAtMs: NOW_MS - made * DAY_MS, lastAccessedMs: NOW_MS - used * DAY_MS };
    applicationPasswords.set(id, { id, ...owner, label, scope, value: `value${index}`, ...times });
    if (expires !== undefined) {
      const expiresAt = Math.round((NOW_MS + expires * DAY_MS) / 1000);
      void appPasswords.expiries.add({ id, subject: owner.user_id, passwordId: id, expiresAt });
    }
  }
}

/** A page of a browser whose clock stands still. */
async function pageIn(browser: Browser, colorScheme: ColorScheme): Promise<Page> {
  const looks = { colorScheme, viewport: { width: 1120, height: 830 }, reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ ...looks, timezoneId: 'UTC', locale: 'en-US' });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW_MS);
  return page;
}

async function pictureOfAppPasswords(browser: Browser, { ready }: LocalEnvironment, colorScheme: ColorScheme) {
  const page = await pageIn(browser, colorScheme);
  await page.goto(ready.appPasswords);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('input[name=username]').fill(ready.users[0]?.username ?? '');
  await page.locator('input[name=password]').fill(ready.users[0]?.password ?? '');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText(PASSWORDS[0]?.label ?? '').waitFor();
  await page.screenshot({ path: `${IMAGES}app-passwords-${colorScheme}.png` });
  await page.context().close();
}

/** What happens to an app specific password that is sent with Basic. */
async function pictureOfInspector(browser: Browser, { ready }: LocalEnvironment, colorScheme: ColorScheme) {
  const page = await pageIn(browser, colorScheme);
  await page.goto(ready.gateway);
  await page.getByLabel('Credential', { exact: true }).selectOption('basic-asp');
  await page.getByRole('button', { name: 'All of them' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Step by step').waitFor();
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: `${IMAGES}inspector-${colorScheme}.png` });
  await page.context().close();
}

await main();
