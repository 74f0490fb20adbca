/** Installs AWS's runtime client before all deploy tests, or reports why it cannot. Its tests are then skipped; in CI that fails. */
import type { TestProject } from 'vitest/node';
import { installLambdaRuntime, type LambdaRuntime } from '../tools/lambda-runtime.ts';
import { projectToolOptions, ToolUnavailable } from '../tools/pinned-tool.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `undefined` if it cannot be installed. */
    readonly lambdaRuntime: LambdaRuntime | undefined;
  }
}

let reasonForSkipping: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  try {
    project.provide('lambdaRuntime', await installLambdaRuntime(projectToolOptions()));
  } catch (error) {
    if (!(error instanceof ToolUnavailable)) throw error;
    reasonForSkipping = error.message;
    project.provide('lambdaRuntime', undefined);
  }
}

/** Runs after vitest's own summary, so that the message comes last. */
export function teardown(): void {
  if (reasonForSkipping === undefined) return;
  process.stderr.write(`\nTESTS UNDER THE LAMBDA RUNTIME SKIPPED: ${reasonForSkipping}\n`);
  // Do not throw earlier: the other tests must still run.
  if (process.env.CI === 'true') process.exitCode = 1;
}
