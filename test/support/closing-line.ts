/** Ends a test run with one plain line that programs can read: `N passed, M failed`. */
import type { Reporter, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const statesOf = (module: TestModule) => [...module.children.allTests()].map((test) => test.result().state);
    const states = modules.flatMap(statesOf);
    const count = (state: string) => states.filter((found) => found === state).length;
    // A file that could not be loaded, or a set-up that failed, fails no test and is a failure all the same.
    const brokenFiles = modules.filter((module) => !module.ok() && !statesOf(module).includes('failed')).length;
    const failed = count('failed') + brokenFiles + unhandledErrors.length;
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed${skipped}\n`);
  }
}
