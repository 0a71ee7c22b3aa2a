import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A newer Node for the projects that need one: .ci/run brings it, or the one at hand is it. */
const newerNode = (process.features as { typescript?: string | false }).typescript
  ? process.execPath
  : [path('.workshop/node/bin/node')].find((file) => existsSync(file));

/** Other work on a machine of CI can take all of its time away: what passes then is said at the end. */
const retries = process.env.CI ? 1 : 0;

const project = (
  name: string,
  include: string[],
  runtime: { node: string; nodeArgs: string[] },
  globalSetup: string[] = [],
): TestProjectConfiguration => ({
  test: {
    name,
    include,
    globalSetup,
    provide: { runtime },
    // Node 20 reads these at each start, which takes longer than the rest of it; no test needs them.
    env: { NODE_EXTRA_CA_CERTS: '' },
    // A process for each file would take longer than most files.
    isolate: false,
    maxConcurrency: 8,
    testTimeout: 40_000,
    retry: retries,
    hookTimeout: 40_000,
  },
});

const projects = [
  project(
    'workshop',
    ['tests/**/*.test.ts'],
    { node: process.execPath, nodeArgs: ['--import', 'tsx'] },
    [path('tests/support/compiled.ts')],
  ),
];
if (newerNode) {
  // Newer Node reads TypeScript by itself: the steps must run without tsx, too.
  projects.push(
    project('plain node', ['tests/steps/*.test.ts'], { node: newerNode, nodeArgs: [] }),
  );
  // prom-client goes on as @prometheus-io/client: the steps must run on it, too.
  if (existsSync(path('.workshop/successor/node_modules/@prometheus-io/client'))) {
    projects.push(
      project('successor', ['tests/steps/*.test.ts'], {
        node: newerNode,
        nodeArgs: ['--import', path('tests/support/successor.mjs')],
      }),
    );
  }
}

export default defineConfig({
  test: {
    projects,
    // Much of it waits for programs to start.
    maxWorkers: 3,
    slowTestThreshold: 5000,
    reporters: ['default', './tests/support/reporter.ts'],
  },
});
