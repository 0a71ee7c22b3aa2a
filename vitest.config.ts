import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A newer Node for the projects that need one: .ci/run brings it, or the one at hand is it. */
const newerNode = (process.features as { typescript?: string | false }).typescript
  ? process.execPath
  : [path('.workshop/node/bin/node')].find((file) => existsSync(file));

const project = (
  name: string,
  include: string[],
  runtime: { node: string; nodeArgs: string[] },
): TestProjectConfiguration => ({
  test: {
    name,
    include,
    provide: { runtime },
    testTimeout: 40_000,
    hookTimeout: 40_000,
  },
});

const projects = [
  project('workshop', ['tests/**/*.test.ts'], {
    node: process.execPath,
    nodeArgs: ['--import', 'tsx'],
  }),
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
  test: { projects, maxWorkers: '100%', reporters: ['default', './tests/support/reporter.ts'] },
});
