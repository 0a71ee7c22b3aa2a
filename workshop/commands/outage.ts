import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../checks/harness/program.ts';
import { COMPONENTS, withProfiles } from '../stack/components.ts';
import { ask, containersOf, findDocker } from '../stack/docker.ts';
import { fetchWithin, untilAnswers } from '../stack/fetch.ts';
import { setOutage } from '../stack/outage.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

const NAME = 'central';

/** It must be gone, and there again, within this time, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Stops the second Prometheus, and starts it again after so many seconds, or at Ctrl-C. */
export async function run(
  { SECONDS, PORT_9095 }: Values<'outage'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const url = `http://localhost:${PORT_9095}`;
  const [[path, sign] = []] = COMPONENTS.filter(({ name }) => name === NAME).flatMap(({ ports }) =>
    ports.flatMap(({ signs }) => Object.entries(signs)),
  );
  const answer = await fetchWithin(3000, url + path);
  if (!answer?.text.includes(sign!)) {
    console.error(
      `No second Prometheus answers on ${url}: start it with ${typed('up', { WITH: NAME })}, or without Docker with ${typed('native', { WITH: NAME })}`,
    );
    return 1;
  }
  const back = `It comes back in ${SECONDS} s.`;
  const { compose } = findDocker();
  const [id] = compose ? containersOf(compose, NAME, withProfiles(env, [NAME])) : [];
  if (id && ask('docker', ['inspect', '--format', '{{.State.Running}}', id]).text === 'true') {
    await stopContainer(id, SECONDS, back);
  } else {
    setOutage({ name: NAME, seconds: SECONDS });
    await fetchWithin(PATIENCE_MS, `${url}/-/quit`, { method: 'POST' });
    await until(async () => (await fetchWithin(1000, url)) === undefined, PATIENCE_MS);
    console.log(`The second Prometheus is stopped. ${back}`);
    await sleep(SECONDS * 1000);
  }
  if (await untilAnswers(`${url}/-/ready`, { ok: true, deadlineMs: PATIENCE_MS })) {
    console.log('It is back.');
    return 0;
  }
  console.error(
    `It is not back. Start the stack again: ${typed(id ? 'up' : 'native', { WITH: NAME })}`,
  );
  return 1;
}

/** Whoever interrupts the wait has the container started at once. */
async function stopContainer(id: string, seconds: number, back: string): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort());
  }
  ask('docker', ['stop', id]);
  console.log(`The second Prometheus is stopped. ${back}`);
  await sleep(seconds * 1000, undefined, { signal: interrupted.signal }).catch(() => {});
  ask('docker', ['start', id]);
}
