/** Looks for violations of WCAG 2.2 A and AA in a page with axe-core. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const RUN = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] }).then(
  ({ violations }) => JSON.stringify(violations))`;

/**
 * Checks what the page shows now. The debugger injects axe-core, so the page needs no weaker CSP for it.
 *
 * @returns a line for each element that violates a rule
 */
export async function accessibilityViolations(page: Page): Promise<readonly string[]> {
  const debuggerSession = await page.context().newCDPSession(page);
  try {
    await debuggerSession.send('Runtime.evaluate', { expression: `${axe.source}; undefined` });
    const { result, exceptionDetails } = await debuggerSession.send('Runtime.evaluate', {
      expression: RUN,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`axe-core failed: ${exceptionDetails.exception?.description}`);
    const violations: readonly Violation[] = JSON.parse(String(result.value));
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
    );
  } finally {
    await debuggerSession.detach();
  }
}
