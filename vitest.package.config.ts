import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';
import { Progress } from './test/support/progress.ts';

/** `npm run test:package`: packs the package and installs it as its users do, and what is too slow for `npm test`. It needs the npm registry. */
export default defineConfig({
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts'],
    reporters: ['default', new Progress(), new ClosingLine()],
    globalSetup: ['test/support/package/global-setup.ts', 'test/support/aws/global-setup.ts'],
    // Each file installs into a folder of its own.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
