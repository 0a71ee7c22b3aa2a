import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    reporters: ['default', './tests/support/reporter.ts'],
    // They wait for time to pass more than they compute: all files at once, on two cores, too.
    maxWorkers: 8,
    maxConcurrency: 12,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
