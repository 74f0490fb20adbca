/** The real page for app passwords: local mode with a clock that stands still, and a browser that has the same clock. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type LocalEnvironment, startLocalEnvironment } from '../../../local/environment.ts';
import { localConfiguration } from '../../../local/options.ts';
import type { BrowserForTest, PageForTest } from './browser-for-test.ts';

export interface AppPasswordsSite {
  readonly local: LocalEnvironment;
  /** Advances the clock of everything but the pages that are open, and does what is due then. */
  advance(seconds: number): Promise<void>;
  /** Epoch milliseconds. */
  now(): number;
  /** What was logged. */
  readonly log: readonly string[];
}

export const USER = { userId: 'auth0|1234', name: 'user@gmail.com', password: 'correct horse: battery' };

/** A time at which months, days and hours are easy to read. */
const START_MS = Date.parse('2026-11-16T10:30:00Z');

export async function startSite(configuration: Readonly<Record<string, unknown>> = {}): Promise<AppPasswordsSite> {
  let nowMs = START_MS;
  const log: string[] = [];
  const local = await startLocalEnvironment(
    { port: 0, tenantPort: 0, configuration: localConfiguration(configuration) },
    { log: (line) => void log.push(line), clock: () => nowMs },
  );
  const advance = async (seconds: number) => {
    nowMs += seconds * 1000;
    await local.revocations.queue.deliver();
    await local.appPasswords.sweep();
    await local.revocations.queue.deliver();
  };
  return { local, advance, now: () => nowMs, log };
}

/** The same, until the test ends. */
export async function siteForTest(configuration: Readonly<Record<string, unknown>> = {}): Promise<AppPasswordsSite> {
  const site = await startSite(configuration);
  onTestFinished(() => site.local.close());
  return site;
}

/** Opens the page, signed out. */
export async function openPage(
  browser: BrowserForTest,
  site: AppPasswordsSite,
  options: BrowserContextOptions = {},
): Promise<PageForTest> {
  const opened = await browser.newPage({ timezoneId: 'UTC', locale: 'en-US', ...options });
  await opened.page.clock.setFixedTime(site.now());
  await opened.page.goto(site.local.ready.appPasswords);
  await opened.page.getByRole('button', { name: 'Sign in' }).waitFor();
  return opened;
}

/** Signs in at the tenant as the first user. */
export async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await logIn(page);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Fills in the tenant's form. */
export async function logIn(page: Page): Promise<void> {
  await page.locator('input[name=username]').fill(USER.name);
  await page.locator('input[name=password]').fill(USER.password);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Removes the passwords that local mode has made for its own demonstration. */
export function removeAll({ local }: AppPasswordsSite): void {
  local.tenant.state.applicationPasswords.clear();
}

/** Fills in the dialog and sends it. */
export async function createPassword(page: Page, label: string, scope = 'Read foos'): Promise<void> {
  await page.getByRole('button', { name: 'New app password' }).click();
  await page.getByLabel('Name').fill(label);
  await page.getByLabel(scope).check();
  await page.getByRole('button', { name: 'Create app password' }).click();
  await page.getByRole('dialog', { name: 'Your new app password' }).waitFor();
}
