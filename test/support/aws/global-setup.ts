/** Installs the emulator before all deploy tests, or reports why it cannot. Without it the tests are skipped; in CI that fails. */
import type { TestProject } from 'vitest/node';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { EmulatorUnavailable, installMinistack } from '../../../local/deployment/ministack-install.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that starts the emulator; `""` if it is not installed. */
    readonly ministack: string;
  }
}

let reasonForSkipping: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  project.provide('ministack', await findMinistack());
}

/** Runs after vitest's own summary, so that the message comes last. */
export function teardown(): void {
  if (reasonForSkipping === undefined) return;
  process.stderr.write(`\nDEPLOY TESTS SKIPPED: ${reasonForSkipping}\n`);
  // Do not throw earlier: the other tests must still run.
  if (process.env.CI === 'true') process.exitCode = 1;
}

async function findMinistack(): Promise<string> {
  const environment = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  const report = (line: string) => process.stderr.write(`${line}\n`);
  try {
    return await installMinistack({ projectDirectory: PROJECT_DIRECTORY, environment, report });
  } catch (error) {
    if (!(error instanceof EmulatorUnavailable)) throw error;
    reasonForSkipping = error.message;
    return '';
  }
}
