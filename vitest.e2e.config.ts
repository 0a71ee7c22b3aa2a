import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const COMPUTES = ['containers', 'install', 'native'].map((name) => `e2e/${name}.test.ts`);

const project = (
  name: string,
  groupOrder: number,
  include: string[],
  exclude: string[] = [],
): TestProjectConfiguration => ({
  test: {
    name,
    include,
    exclude,
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
    projects: [project('waits', 0, ['e2e/*.test.ts'], COMPUTES), project('computes', 1, COMPUTES)],
    slowTestThreshold: 60_000,
    reporters: ['default', './tests/support/reporter.ts'],
  },
});
