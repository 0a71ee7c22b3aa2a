import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';
import { takenPorts } from '../stack/ports.ts';
import type { Values } from '../terminal/arguments.js';

/** Runs the pager until Ctrl-C: the page to which Alertmanager sends its messages. */
export async function run({ PORT_8060 }: Values<'pager'>, env: NodeJS.ProcessEnv): Promise<number> {
  const taken = await takenPorts([{ port: PORT_8060, variable: 'PORT_8060' }], 'pager');
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  const args = ['--import', import.meta.resolve('tsx'), join(ROOT, 'production/pager/server.ts')];
  const child = spawn(process.execPath, args, {
    env: { ...env, PORT: `${PORT_8060}` },
    stdio: 'inherit',
  });
  // Ctrl-C reaches both; a signal to this one alone must not leave the other behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill('SIGTERM'));
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 0;
}
