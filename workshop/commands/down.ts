import { isOn, parseOptions } from '../terminal/arguments.ts';
import { composeOrSayWhy, runShown } from '../stack/docker.ts';
import { typed } from '../terminal/typed.js';

/** Stops the stack in Docker and takes its containers away; with VOLUMES=1 its data too. */
export async function run(args: string[]): Promise<number> {
  const { env } = parseOptions(args, process.env, {
    flags: { volumes: 'VOLUMES' },
    example: 'npm run down -- --volumes',
  });
  const compose = composeOrSayWhy();
  if (!compose) return 1;
  const volumes = isOn(env.VOLUMES);
  // The profile names the second instance, which Compose otherwise would leave behind.
  const all = { ...env, COMPOSE_PROFILES: 'second' };
  const options = ['down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])];
  const code = await runShown(compose, options, all);
  if (code !== 0) return 1;
  console.log(
    volumes
      ? `The stack is gone, and its data with it. Start it afresh with: ${typed('up')}`
      : `The stack is gone; what Prometheus and Grafana have stored is kept. To drop that too: ${typed('down', { VOLUMES: true })}`,
  );
  return 0;
}
