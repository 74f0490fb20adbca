import { defineConfig } from 'vitest/config';

/**
 * The project `unit`: nothing global is touched there, so the files may share a worker and what it has loaded. A config of its own,
 * so that `npm run mutate` can run this project alone. The timeout leaves room for property tests on a busy machine.
 */
export default defineConfig({
  test: {
    name: 'unit',
    include: ['test/unit/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 20_000,
  },
});
