import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { ask, containersOf, findDocker } from '../stack/docker.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { NATIVE, writeNativeFiles } from '../stack/native-files.ts';
import { explainRefusal, PrometheusNews, refusedEdit } from '../stack/prometheus-news.ts';
import { PROMETHEUS_FILE } from '../stack/prometheus.ts';
import { typed } from '../terminal/typed.js';

/** Has Prometheus read prometheus.yaml and alerts.yaml now, and says whether it takes them. */
export async function run(
  { PORT_9090 }: Values<'reload'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const url = `http://localhost:${PORT_9090}`;
  const unread = existsSync(join(NATIVE, 'targets.json')) ? writeNativeFiles() : [];
  if (unread.length > 0) {
    console.error(unread.join('\n'));
    return 1;
  }
  const response = await fetchWithin(15_000, `${url}/-/reload`, { method: 'POST' });
  if (!response) {
    console.error(
      `No Prometheus answers on ${url}: start the stack with ${typed('up')}, or without Docker with ${typed('native')}`,
    );
    return 1;
  }
  if (response.ok) {
    console.log('Prometheus has taken over prometheus.yaml and alerts.yaml.');
    return 0;
  }
  if (response.status === 403 || response.status === 404) {
    console.error(
      `${url} is not this workshop's Prometheus. Look who holds the port: ${typed('doctor')}`,
    );
    return 1;
  }
  const source = readFileSync(PROMETHEUS_FILE, 'utf8');
  // Of rules, the answer only says that there were errors; the log has them.
  const answer = response.text.trim();
  const why = answer.includes('applying the new configuration')
    ? lastRefusal(env)
    : refusedEdit(explainRefusal(answer, source));
  console.error(why ?? refusedEdit(answer));
  return 1;
}

function lastRefusal(env: NodeJS.ProcessEnv): string | undefined {
  const news = new PrometheusNews(PROMETHEUS_FILE, { started: true });
  const { compose } = findDocker();
  const [id] = compose ? containersOf(compose, 'prometheus', env) : [];
  const log = join(NATIVE, 'prometheus.log');
  if (id) {
    const { text, errors } = ask('docker', ['logs', '--tail', '20', id]);
    news.read(`${text}\n${errors}\n`);
  } else if (existsSync(log)) {
    news.read(readFileSync(log, 'utf8'));
  }
  return news.last;
}
