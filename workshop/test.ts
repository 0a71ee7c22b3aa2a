import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './programs.ts';

const require = createRequire(import.meta.url);

/** Runs the workshop's own tests; `args` go to vitest, such as the name of a file. */
export function run(args: string[]): number {
  const vitest = require.resolve('vitest/vitest.mjs');
  const options = { cwd: ROOT, stdio: 'inherit' as const };
  return spawnSync(process.execPath, [vitest, 'run', ...args], options).status ?? 1;
}
