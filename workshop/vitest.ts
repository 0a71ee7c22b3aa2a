import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './programs.ts';

/**
 * Runs vitest once, in the root.
 * @returns its exit code
 */
export function runVitest(args: string[]): number {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const options = { cwd: ROOT, stdio: 'inherit' as const };
  return spawnSync(process.execPath, [vitest, 'run', ...args], options).status ?? 1;
}
