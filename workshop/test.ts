import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './programs.ts';

/** Runs the workshop's own tests; `args` go to vitest, such as the name of a file. */
export function run(args: string[]): number {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const options = { cwd: ROOT, stdio: 'inherit' as const };
  return spawnSync(process.execPath, [vitest, 'run', ...args], options).status ?? 1;
}
