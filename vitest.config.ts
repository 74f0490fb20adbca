import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';
import { Progress } from './test/support/progress.ts';

/** Builds the code that the stacks deploy, and the command line. */
const BUILD = 'test/support/build.ts';

/**
 * Five projects: `unit` opens no socket, `local` runs servers on loopback, `browser` opens pages in Chromium, `infra` synthesizes
 * templates, `deploy` deploys them.
 */
export default defineConfig({
  test: {
    reporters: ['default', new Progress(), new ClosingLine()],
    projects: [
      'vitest.unit.config.ts',
      {
        test: {
          name: 'local',
          globalSetup: BUILD,
          include: ['test/local/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'browser',
          globalSetup: [BUILD, 'test/support/browser/global-setup.ts'],
          include: ['test/browser/**/*.test.ts'],
          // Each file has a browser of its own, which has several processes.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'infra',
          globalSetup: BUILD,
          include: ['test/infra/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          globalSetup: [BUILD, 'test/support/aws/global-setup.ts', 'test/support/lambda-runtime/global-setup.ts'],
          // After all others; two at a time, since most of it is waiting.
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/{core,signing-key,issuer,authorizer}/**'],
      reporter: ['text-summary', 'text'],
      thresholds: { branches: 95 },
    },
  },
});
