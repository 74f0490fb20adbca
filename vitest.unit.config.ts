import { defineConfig } from 'vitest/config';

/** The project `unit`: nothing global is touched there, so the files may share a worker and what it has loaded. */
export default defineConfig({
  test: { name: 'unit', include: ['test/unit/**/*.test.ts'], pool: 'threads', isolate: false },
});
