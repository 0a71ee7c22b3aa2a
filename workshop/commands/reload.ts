import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { ask, containersOf, findDocker } from '../stack/docker.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { ROOT } from '../programs.ts';
import { NATIVE, writeNativeFiles } from '../stack/native-files.ts';
import {
  explainRefusal,
  PrometheusNews,
  refusedEdit,
  takenOver,
} from '../stack/prometheus-news.ts';
import { USUAL_CONFIG } from '../stack/prometheus.ts';
import { typed } from '../terminal/typed.js';

/** Has Prometheus read prometheus.yaml and alerts.yaml now, and says whether it takes them. */
export async function run(
  { PORT_9090, PORT_9093, PORT_9095 }: Values<'reload'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const url = `http://localhost:${PORT_9090}`;
  const unread = existsSync(join(NATIVE, 'targets.json')) ? writeNativeFiles() : [];
  if (unread.length > 0) {
    console.error(unread.join('\n'));
    return 1;
  }
  const name = await configOf(url);
  const response = await fetchWithin(15_000, `${url}/-/reload`, { method: 'POST' });
  if (!response) {
    console.error(
      `No Prometheus answers on ${url}: start the stack with ${typed('up')}, or without Docker with ${typed('native')}`,
    );
    return 1;
  }
  if (response.ok) {
    console.log(takenOver(name));
    if (name === USUAL_CONFIG) return 0;
    const others = [
      { who: 'Alertmanager', port: PORT_9093, file: 'production/alertmanager.yaml' },
      { who: 'The second Prometheus', port: PORT_9095, file: 'production/central.yaml' },
    ];
    const taken: boolean[] = [];
    for (const other of others) taken.push(await reloadOther(other));
    return taken.includes(false) ? 1 : 0;
  }
  if (response.status === 403 || response.status === 404) {
    console.error(
      `${url} is not this workshop's Prometheus. Look who holds the port: ${typed('doctor')}`,
    );
    return 1;
  }
  const source = readFileSync(join(ROOT, name), 'utf8');
  // Of rules, the answer only says that there were errors; the log has them.
  const answer = response.text.trim();
  const why = answer.includes('applying the new configuration')
    ? lastRefusal(name, env)
    : refusedEdit(explainRefusal(answer, source, name));
  console.error(why ?? refusedEdit(answer));
  return 1;
}

/** The configuration that a running Prometheus reads, from the root. */
async function configOf(url: string): Promise<string> {
  const answer = await fetchWithin(3000, `${url}/api/v1/status/flags`);
  const file = /"config\.file":("[^"]*")/.exec(answer?.text ?? '')?.[1] ?? '""';
  const path = (JSON.parse(file) as string).replaceAll('\\', '/');
  const [, name] = /\/(production\/[\w.-]+)$/.exec(path) ?? [];
  return name && existsSync(join(ROOT, name)) ? name : USUAL_CONFIG;
}

/** Has what stands beside Prometheus, if it runs, read its file. @returns whether it takes it */
async function reloadOther({
  who,
  port,
  file,
}: {
  who: string;
  port: number;
  file: string;
}): Promise<boolean> {
  const url = `http://localhost:${port}/-/reload`;
  const response = await fetchWithin(15_000, url, { method: 'POST' });
  if (!response) return true;
  if (response.ok) {
    console.log(`${who} has taken over ${file}.`);
    return true;
  }
  const source = readFileSync(join(ROOT, file), 'utf8');
  const why = explainRefusal(response.text.trim(), source, file);
  const shown = why.startsWith(file) ? why : `${file}: ${why}`;
  console.error(
    `${who} refuses the edit and goes on with what it had:\n  ${shown}\nFix it, save, and type again: ${typed('reload')}`,
  );
  return false;
}

function lastRefusal(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const news = new PrometheusNews(join(ROOT, name), { name, started: true });
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
