/** Once before all deploy tests: the emulator is installed, or it is said why not. Without it the tests are skipped; in CI that fails. */
import type { TestProject } from 'vitest/node';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { EmulatorUnavailable, installMinistack } from '../../../local/deployment/ministack-install.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that starts the emulator; `""` if there is none. */
    readonly ministack: string;
  }
}

let reasonForSkipping: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  project.provide('ministack', await findMinistack());
}

/** After vitest's own summary, so that it stands at the end. */
export function teardown(): void {
  if (reasonForSkipping === undefined) return;
  process.stderr.write(`\nDEPLOY TESTS SKIPPED: ${reasonForSkipping}\n`);
  // Not thrown earlier: the other tests are to be run all the same.
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
