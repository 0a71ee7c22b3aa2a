import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { supervise } from '../program/supervise.ts';
import { findBeside, ROOT } from '../programs.ts';
import { registryUrl } from '../stack/components.ts';
import { takenPorts } from '../stack/ports.ts';
import { writeProgramEvents } from '../terminal/program-events.ts';
import { typed } from '../terminal/typed.js';

/** Runs an exporter and restarts it whenever one of its files is saved, until Ctrl-C. */
export async function run(
  { STEP, PORT_8071 }: Values<'exporter'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { folder, entry } = findBeside('exporter', STEP);
  if (!existsSync(join(ROOT, entry))) {
    console.error(`There is no ${entry}. Get one with: ${typed('begin', { STEP: 'exporter' })}`);
    return 1;
  }
  const taken = await takenPorts([{ port: PORT_8071, variable: 'PORT_8071' }], 'exporter', {
    STEP,
  });
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  console.log(`Running ${entry}. Save a file to restart it; Ctrl-C stops it.`);
  return supervise({
    entry,
    watched: [folder, 'forest'],
    env: { ...env, PORT: `${PORT_8071}`, REGISTRY_URL: env.REGISTRY_URL || registryUrl(env) },
    onEvent: writeProgramEvents(entry),
  });
}
