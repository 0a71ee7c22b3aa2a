import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const project = (name: string, groupOrder: number, files: string[]): TestProjectConfiguration => ({
  test: {
    name,
    include: files.map((file) => `e2e/${file}.test.ts`),
    sequence: { groupOrder },
    maxWorkers: 8,
    maxConcurrency: 12,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // Other work on a machine of CI can take all of its time away.
    retry: process.env.CI ? 1 : 0,
  },
});

export default defineConfig({
  test: {
    // What waits for time to pass runs all at once, on two cores, too; what computes comes after it.
    projects: [
      project('waits', 0, ['alerts', 'files', 'grafana', 'scrape-jobs', 'steps', 'text']),
      project('computes', 1, ['containers', 'install', 'native']),
    ],
    slowTestThreshold: 60_000,
    reporters: ['default', './tests/support/reporter.ts'],
  },
});
