import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBeside, ROOT } from '../programs.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/**
 * Runs a job once, as a timetable would at night.
 * @returns the job's own exit code; 1 if a signal has ended it
 */
export async function run(
  { STEP, PORT_9091 }: Values<'job'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { entry } = findBeside('job', STEP);
  if (!existsSync(join(ROOT, entry))) {
    console.error(`There is no ${entry}. Get one with: ${typed('begin', { STEP: 'job' })}`);
    return 1;
  }
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(ROOT, entry)],
    {
      env: { ...env, PUSHGATEWAY_PORT: `${PORT_9091}` },
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
