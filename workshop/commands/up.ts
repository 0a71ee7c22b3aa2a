import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../checks/harness/program.ts';
import type { Values } from '../terminal/arguments.js';
import { PORTS } from '../commands.js';
import {
  ALL_PROFILES,
  componentsIn,
  imagesOf,
  leftRunning,
  missingFiles,
  PRODUCTION_CONFIG,
  withProfiles,
  type Component,
} from '../stack/components.ts';
import {
  ask,
  composeOrSayWhy,
  containersOf,
  hasImage,
  images,
  runShown,
  withoutDocker,
} from '../stack/docker.ts';
import { findProgram, ROOT } from '../programs.ts';
import { PrometheusNews } from '../stack/prometheus-news.ts';
import { prometheusConfig, USUAL_CONFIG } from '../stack/prometheus.ts';
import { portOf, takenPorts } from '../stack/ports.ts';
import { untilAnswers } from '../stack/fetch.ts';
import { typed } from '../terminal/typed.js';

type Compose = readonly [string, ...string[]];

/** The stack must answer within this time, in milliseconds. */
const PATIENCE_MS = 120_000;

/** Starts the stack in Docker, waits until it answers, then follows the program's log. */
export async function run(
  { STEP, SECOND, WITH }: Values<'up'>,
  given: NodeJS.ProcessEnv,
): Promise<number> {
  const { folder } = findProgram(STEP);
  const components = componentsIn(WITH, 'up');
  const usual = components.length > 0 ? PRODUCTION_CONFIG : USUAL_CONFIG;
  const PROMETHEUS_CONFIG = prometheusConfig(given, usual);
  const profiles = components.map(({ name }) => name);
  const env = withProfiles({ ...given, STEP, PROMETHEUS_CONFIG }, profiles);
  const compose = composeOrSayWhy();
  if (!compose) return 1;
  const lacking = missingFiles(components);
  if (lacking.length > 0) {
    console.error(`${lacking.join('\n')}\nThen type again: ${typed('up', { STEP, WITH })}`);
    return 1;
  }
  if (env.PORT || env.METRICS_PORT) {
    console.log(
      `Inside its container the program keeps its ports, so PORT and METRICS_PORT are left out here. To move a port of this computer: ${typed('up', { PORT_8001: 18001 })}`,
    );
  }
  return SECOND ? startSecond(compose, folder, env) : startStack(compose, folder, env, components);
}

async function startStack(
  compose: Compose,
  folder: string,
  env: NodeJS.ProcessEnv,
  components: readonly Component[],
) {
  const added = components.flatMap(({ ports }) => ports);
  const running = ask(compose[0], [...compose.slice(1), 'ps', '--quiet'], env).text !== '';
  const first = [PORTS.visitors, PORTS.program, PORTS.prometheus, PORTS.grafana];
  const ports = [...first, ...added.map(({ usual }) => usual)].map((usual) => ({
    port: portOf(usual, env),
    variable: `PORT_${usual}`,
  }));
  const WITH = env.WITH ?? '';
  const taken = running ? [] : await takenPorts(ports, 'up', { STEP: env.STEP, WITH });
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  const usual = await pull(components, env);
  if (!usual) return 1;
  const services = [...usual, ...components.flatMap(({ services }) => services)];
  console.log(`Starting ${services.join(', ')} with ${folder}/…`);
  const options = ['up', '--build', '--detach', ...services];
  if ((await runShown(compose, options, env)) !== 0) {
    console.error(
      `The stack did not start: the lines above say why. Look at this laptop with: ${typed('doctor')}`,
    );
    return 1;
  }

  const [app] = containersOf(compose, 'app', env);
  const [prometheus] = containersOf(compose, 'prometheus', env);
  const at = (usual: number, path = '') => `http://localhost:${portOf(usual, env)}${path}`;
  const waits = [
    { service: 'app', url: at(PORTS.program, '/metrics'), ok: false, id: app },
    { service: 'prometheus', url: at(PORTS.prometheus, '/-/ready'), ok: true, id: prometheus },
    { service: 'grafana', url: at(PORTS.grafana, '/api/health'), ok: true, id: undefined },
    ...components.flatMap(({ services, ports }) =>
      ports.map(({ usual, ready }, index) => {
        const service = services[index]!;
        const [id] = containersOf(compose, service, env);
        return { service, url: at(usual, ready), ok: true, id };
      }),
    ),
  ].filter(({ service }) => services.includes(service));
  for (const { service, url, ok, id } of waits) {
    const giveUp = () => id !== undefined && hasEnded(id);
    if (await untilAnswers(url, { ok, deadlineMs: PATIENCE_MS, giveUp })) continue;
    if (service === 'app' && id && !hasEnded(id)) {
      console.error(
        'Your program does not answer. The rest of the stack runs; what the program says follows.',
      );
      continue;
    }
    console.error(`\n${whyEnded(service, id ?? containersOf(compose, service, env)[0], env)}`);
    return 1;
  }

  const left = running ? saysLeft(compose, components, env) : undefined;
  console.log(`
The program   ${at(PORTS.program, '/')}   (step 11: ${at(PORTS.visitors, '/')})
Prometheus    ${at(PORTS.prometheus, '/')}
${services.includes('grafana') ? `Grafana       ${at(PORTS.grafana, '/')}` : `Grafana       left out: its image is not here. Once there is a network, type: ${again(env)}`}${added.map(({ shown, usual }) => `\n${shown.padEnd(13)} ${at(usual, '/')}`).join('')}

Stop the stack with: ${typed('down')}
Ctrl-C here ends only this log; the stack goes on.${left ? `\n\n${left}` : ''}
`);
  return follow(compose, env, app!, prometheus!);
}

async function startSecond(compose: Compose, folder: string, env: NodeJS.ProcessEnv) {
  const ports = [PORTS.second, PORTS.secondVisitors].map((usual) => ({
    port: portOf(usual, env),
    variable: `PORT_${usual}`,
  }));
  const running = containersOf(compose, 'app2', env).length > 0;
  const taken = running ? [] : await takenPorts(ports, 'up', { STEP: env.STEP, SECOND: true });
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  const options = ['up', '--build', '--detach', 'app2'];
  const code = await runShown(compose, options, withProfiles(env, ['second']));
  const url = `http://localhost:${portOf(PORTS.second, env)}/`;
  if (code !== 0 || !(await untilAnswers(url, { deadlineMs: PATIENCE_MS }))) {
    console.error(
      `The second instance does not answer. Look at its log: ${compose.join(' ')} logs app2`,
    );
    return 1;
  }
  console.log(
    `A second ${folder}/ runs at ${url}; for Prometheus it is app2:8001. Stop it with the rest: ${typed('down')}`,
  );
  return 0;
}

/** Says which components of an earlier WITH go on, and how to stop them; undefined if none does. */
function saysLeft(
  compose: Compose,
  components: readonly Component[],
  env: NodeJS.ProcessEnv,
): string | undefined {
  const args = ['ps', '--services', '--filter', 'status=running'];
  const { text } = ask(compose[0], [...compose.slice(1), ...args], withProfiles(env, ALL_PROFILES));
  const left = leftRunning(components, text.split(/\s+/)).map(({ name }) => name);
  if (left.length === 0) return undefined;
  return `Of an earlier WITH these still run: ${left.join(', ')}. To stop them: ${typed('down')}, then ${again(env)}`;
}

/** The command once more, with the same program and the same components. */
function again({ STEP, WITH }: NodeJS.ProcessEnv): string {
  return typed('up', { STEP, WITH });
}

async function get(image: string): Promise<boolean> {
  return hasImage(image) || (await runShown(['docker'], ['pull', image])) === 0;
}

/** Sees to the images; gives the services of the class that can run, or nothing after saying why none can. */
async function pull(
  components: readonly Component[],
  env: NodeJS.ProcessEnv,
): Promise<string[] | undefined> {
  const { node, prometheus, grafana } = images();
  for (const image of [node, prometheus, ...imagesOf(components)]) {
    if (await get(image)) continue;
    console.error(
      `The image ${image} is not here and could not be downloaded: check your network, then type again: ${again(env)}\n${withoutDocker()}`,
    );
    return undefined;
  }
  if (await get(grafana)) return ['app', 'prometheus', 'grafana'];
  console.error(`The image ${grafana} is not here and could not be downloaded: going on without.`);
  return ['app', 'prometheus'];
}

function hasEnded(id: string): boolean {
  return ask('docker', ['inspect', '--format', '{{.State.Running}}', id]).text === 'false';
}

function whyEnded(service: string, id: string | undefined, env: NodeJS.ProcessEnv): string {
  // Docker gives each of a container's two streams back on the like stream.
  const { text, errors } = ask('docker', ['logs', '--tail', '8', id ?? '']);
  const words = [text, errors].filter(Boolean).join('\n');
  if (service === 'prometheus') {
    const name = env.PROMETHEUS_CONFIG!;
    const news = new PrometheusNews(join(ROOT, name), { name });
    news.read(`${words}\n`);
    if (news.last) return news.last;
  }
  const shown = words && `Its last words:\n${words.replaceAll(/^/gm, '  ')}\n`;
  return `${service} does not answer. ${shown}Fix it and type again: ${again(env)}    Stop what runs: ${typed('down')}`;
}

/** Another program that takes the place of this one is there within this time, in milliseconds. */
const REPLACED_MS = 5000;

/** Shows the program's log, and Prometheus' word on edits of its files, until Ctrl-C or the program's end. */
async function follow(
  compose: Compose,
  env: NodeJS.ProcessEnv,
  app: string,
  prometheus: string,
): Promise<number> {
  const other = followLog(prometheus, '0', 'pipe');
  const name = env.PROMETHEUS_CONFIG!;
  const news = new PrometheusNews(join(ROOT, name), {
    name,
    started: true,
    tell: (text) => console.log(`\n${text}\n`),
  });
  for (const stream of [other.stdout, other.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => news.read(text));
  }
  let interrupted = false;
  let program: ChildProcess | undefined;
  const stop = () => {
    interrupted = true;
    program?.kill();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  let followed: string | undefined = app;
  while (followed) {
    program = followLog(followed, '20', 'inherit');
    await new Promise((resolve) => program!.once('close', resolve));
    followed = interrupted ? undefined : await successorOf(followed, compose, env);
    if (followed) console.log('\nAnother program has taken its place.');
  }
  other.kill();
  console.log(
    interrupted
      ? `\nThe stack goes on. Stop it with: ${typed('down')}`
      : `The program has stopped. Start it again with: ${again(env)}`,
  );
  return 0;
}

/** The container that has taken the place of one that is gone, as `make incident` does it. */
async function successorOf(
  id: string,
  compose: Compose,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  let found: string | undefined;
  await until(() => {
    found = containersOf(compose, 'app', env).find((other) => other !== id && !hasEnded(other));
    return found !== undefined;
  }, REPLACED_MS);
  return found;
}

function followLog(id: string, tail: string, stdio: 'inherit' | 'pipe'): ChildProcess {
  const args = ['logs', '--follow', '--tail', tail, id];
  return spawn('docker', args, { stdio: ['ignore', stdio, stdio] });
}
