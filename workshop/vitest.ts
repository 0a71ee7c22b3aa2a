import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './programs.ts';

/**
 * Runs vitest once, in the root.
 * @returns its exit code
 */
export function runVitest(args: string[]): number {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  // The commands under test are not part of this make: they would write as its children do.
  const env = { ...process.env };
  for (const name of ['MAKEFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'MFLAGS']) delete env[name];
  const options = { cwd: ROOT, env, stdio: 'inherit' as const };
  return spawnSync(process.execPath, [vitest, 'run', ...args], options).status ?? 1;
}
