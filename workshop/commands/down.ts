import type { Values } from '../terminal/arguments.js';
import { ALL_PROFILES, withProfiles } from '../stack/components.ts';
import { composeOrSayWhy, runShown } from '../stack/docker.ts';
import { typed } from '../terminal/typed.js';

/** Stops the stack in Docker and takes its containers away; with VOLUMES=1 its data too. */
export async function run({ VOLUMES }: Values<'down'>, env: NodeJS.ProcessEnv): Promise<number> {
  const compose = composeOrSayWhy();
  if (!compose) return 1;
  const options = ['down', '--remove-orphans', ...(VOLUMES ? ['--volumes'] : [])];
  const code = await runShown(compose, options, withProfiles(env, ALL_PROFILES));
  if (code !== 0) return 1;
  console.log(
    VOLUMES
      ? `The stack is gone, and its data with it. Start it again with: ${typed('up')}`
      : `The stack is gone; what Prometheus and Grafana have stored is kept. To drop that too: ${typed('down', { VOLUMES: true })}`,
  );
  return 0;
}
