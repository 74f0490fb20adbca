/** Collects what must not happen in a page: violations of its CSP, errors in the console, uncaught errors and failed requests. */
import type { BrowserContext, Page } from 'playwright-core';

/** Runs in the page before its own scripts. Chromium reports a violation to the console too, but not in every frame. */
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  reportCspViolation(violatedDirective + ' blocked ' + blockedURI));`;

export class PageFaults {
  readonly #faults: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Watches all pages of a context. Call it before the first page is opened. */
  static async watch(context: BrowserContext): Promise<PageFaults> {
    const faults = new PageFaults();
    await context.exposeFunction('reportCspViolation', (violation: string) => faults.#add(`CSP: ${violation}`));
    await context.addInitScript(REPORT_VIOLATIONS);
    context.on('page', (page) => faults.#watchPage(page));
    return faults;
  }

  /** Expects faults that match, such as the console's line about a response with the status 401. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  /** The faults that nothing allows, each once. */
  get unexpected(): readonly string[] {
    const isAllowed = (fault: string) => this.#allowed.some((pattern) => pattern.test(fault));
    return [...new Set(this.#faults)].filter((fault) => !isAllowed(fault));
  }

  #watchPage(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#add(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#add(`uncaught: ${error.message}`));
  }

  #add(fault: string): void {
    this.#faults.push(fault);
  }
}
