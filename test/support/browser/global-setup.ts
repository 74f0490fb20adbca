/** Finds or installs Chromium before all browser tests, or reports why it cannot. The tests are then skipped; in CI that fails. */
import type { TestProject } from 'vitest/node';
import { ChromiumUnavailable, findChromium, machinePorts } from './find-chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The executable; `""` if there is none. */
    readonly chromium: string;
  }
}

let reasonForSkipping: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  const environment = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  try {
    project.provide('chromium', await findChromium(machinePorts(environment)));
  } catch (error) {
    if (!(error instanceof ChromiumUnavailable)) throw error;
    reasonForSkipping = error.message;
    project.provide('chromium', '');
  }
}

/** Runs after vitest's own summary, so that the message comes last. */
export function teardown(): void {
  if (reasonForSkipping === undefined) return;
  process.stderr.write(`\nBROWSER TESTS SKIPPED: ${reasonForSkipping}\n`);
  // Do not throw earlier: the other tests must still run.
  if (process.env.CI === 'true') process.exitCode = 1;
}
