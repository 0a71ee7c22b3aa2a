import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './programs.ts';

const require = createRequire(import.meta.url);

/** Runs the tests against the real Prometheus, Grafana and Docker that are here; `args` go to vitest. */
export function run(args: string[]): number {
  const vitest = require.resolve('vitest/vitest.mjs');
  const options = { cwd: ROOT, stdio: 'inherit' as const };
  const config = ['--config', 'vitest.e2e.config.ts'];
  return spawnSync(process.execPath, [vitest, 'run', ...config, ...args], options).status ?? 1;
}
