/**
 * Ends a test run with one plain line that programs can read: `N passed, M failed`. If `TEST_TOTALS` names a file, the three
 * numbers go there instead, so that a script with several runs can print one line for all of them.
 */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const statesOf = (module: TestModule) => [...module.children.allTests()].map((test) => test.result().state);
    const states = modules.flatMap(statesOf);
    const count = (state: string) => states.filter((found) => found === state).length;
    // A file that could not be loaded, or a failed set-up, counts as a failure although no test failed.
    const brokenFiles = modules.filter((module) => !module.ok() && !statesOf(module).includes('failed')).length;
    const failed = count('failed') + brokenFiles + unhandledErrors.length;
    write(count('passed'), failed, count('skipped'), process.env.TEST_TOTALS ?? '');
  }
}

function write(passed: number, failed: number, skipped: number, totals: string): void {
  if (totals !== '') appendFileSync(totals, `${passed} ${failed} ${skipped}\n`);
  else process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
}
