/** Once before all deploy tests: installs AWS's runtime client, or says why it cannot. Its tests are then skipped; in CI that fails. */
import type { TestProject } from 'vitest/node';
import { installLambdaRuntime, type LambdaRuntime } from '../tools/lambda-runtime.ts';
import { projectToolOptions, ToolUnavailable } from '../tools/pinned-tool.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `undefined` if it cannot be had. */
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

/** After vitest's own summary, so that it is the last that is read. */
export function teardown(): void {
  if (reasonForSkipping === undefined) return;
  process.stderr.write(`\nTESTS UNDER THE LAMBDA RUNTIME SKIPPED: ${reasonForSkipping}\n`);
  // Not thrown earlier: the other tests should run all the same.
  if (process.env.CI === 'true') process.exitCode = 1;
}
