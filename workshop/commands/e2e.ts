import { runVitest } from '../vitest.ts';

/** Runs the tests against the real Prometheus, Grafana and Docker that are here; `args` go to vitest. */
export function run(_: unknown, __: unknown, args: string[]): number {
  return runVitest(['--config', 'vitest.e2e.config.ts', ...args]);
}
