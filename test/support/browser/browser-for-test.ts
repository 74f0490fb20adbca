/** Pages in a real browser for the tests. A page with a CSP violation, an error in the console or an uncaught error fails its test. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { accessibilityViolations } from './accessibility.ts';
import { launchChromium } from './launch.ts';
import { PageFaults } from './page-faults.ts';

export interface PageForTest {
  readonly page: Page;
  readonly faults: PageFaults;
}

export interface BrowserForTest {
  /** Opens a page in a context of its own. When the test ends, it must have no unexpected faults. */
  newPage(options?: BrowserContextOptions): Promise<PageForTest>;
}

/** For `describe.skipIf`. */
export const HAS_NO_BROWSER = inject('chromium') === '';

const SCREENSHOTS = fileURLToPath(new URL('../../../.cache/screenshots/', import.meta.url));
const PATIENCE_MS = 10_000;

/** Call it in a `describe`: starts one browser for its tests. */
export function browserForTests(): BrowserForTest {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium(inject('chromium'));
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    newPage: async (options = {}) => {
      if (!browser) throw new Error('The browser has not been started yet.');
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      const faults = await PageFaults.watch(context);
      onTestFinished(async () => {
        await context.close();
        expect(faults.unexpected).toEqual([]);
      });
      context.setDefaultTimeout(PATIENCE_MS);
      return { page: await context.newPage(), faults };
    },
  };
}

/** Expects that axe-core finds nothing, and that nothing is wider than the page. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await accessibilityViolations(page)).toEqual([]);
  const excess = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect(await page.evaluate(excess), 'pixels that need horizontal scrolling').toBe(0);
}

/** Saves a screenshot of the whole page in `.cache/screenshots/` for people to look at. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}
