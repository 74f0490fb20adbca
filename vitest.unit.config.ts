import { defineConfig } from 'vitest/config';

/**
 * The project `unit`. It touches nothing global, so its files may share a worker and the modules that it has loaded.
 * It has a file of its own so that `npm run mutate` can run it alone. The timeout leaves property tests time on a busy
 * machine.
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
