import { delimiter, dirname } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { ALLOWED_SKIPS } from './e2e/skips.ts';
import { findPrometheus } from './workshop/stack/prometheus.ts';

const { found } = findPrometheus(process.env);

const COMPUTES = ['containers', 'grafana', 'incident', 'install', 'native', 'page'].map(
  (name) => `e2e/${name}.test.ts`,
);

/** Nine programs under load, and an event loop whose every delay counts. */
const ALONE = ['e2e/incidents.test.ts'];

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
    // The one that make native takes, and its promtool.
    env: found && { PATH: [dirname(found.command), process.env.PATH].join(delimiter) },
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
      project('waits', 0, ['e2e/*.test.ts'], [...COMPUTES, ...ALONE]),
      project('computes', 1, COMPUTES),
      project('alone', 2, ALONE),
    ],
    slowTestThreshold: 60_000,
    reporters: ['default', ['./tests/support/reporter.ts', { allowedSkips: ALLOWED_SKIPS }]],
  },
});
