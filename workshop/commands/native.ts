import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { freePorts } from '../../checks/harness/ports.js';
import { PORTS } from '../commands.js';
import {
  componentsIn,
  missingFiles,
  missingPrograms,
  PRODUCTION_CONFIG,
  registryUrl,
  runsOn,
  type Component,
} from '../stack/components.ts';
import {
  endCompanion,
  quitPrometheus,
  startCompanion,
  startGrafana,
  type Companion,
} from '../stack/companions.ts';
import { untilAnswers } from '../stack/fetch.ts';
import { findGrafana } from '../stack/grafana.ts';
import {
  filesBeside,
  GONE,
  INSTANCES,
  isGone,
  NATIVE,
  nativeFound,
  nativeTargets,
  writeNativeFiles,
} from '../stack/native-files.ts';
import { setOutage, takeOutage } from '../stack/outage.ts';
import { findOnPath } from '../stack/path.ts';
import { findBeside, findProgram, hasMetricsPort, ROOT } from '../programs.ts';
import { portOf, programPorts, takenPorts } from '../stack/ports.ts';
import { PrometheusNews } from '../stack/prometheus-news.ts';
import {
  findPrometheus,
  noPrometheus,
  prometheusConfig,
  USUAL_CONFIG,
} from '../stack/prometheus.ts';
import { setStandIn, STAND_IN, standIn } from '../stack/stand-in.ts';
import { supervise, type ProgramEvent } from '../program/supervise.ts';
import { writeProgramEvents } from '../terminal/program-events.ts';
import { watch } from '../program/watch.ts';
import { typed } from '../terminal/typed.js';

/** Prometheus and Grafana must answer within this time, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Ctrl-C reaches all of them, each in its own time: one that ends so long before this hears of it, in
 * milliseconds, has not failed.
 */
const SAME_SIGNAL_MS = 1000;

/** What the second and the third instance of WITH=fleet have of their own, as in docker-compose.yaml. */
const SLOW_MS = '4000';
const OLDER_STEP = '6';

const NO_GRAFANA = `Grafana is not here, so its dashboards are left out. Install it to have them: https://grafana.com/grafana/download (macOS: brew install grafana). If it is in an unusual place, name it: ${typed('native', { GRAFANA_HOME: '/path/to/grafana' })}`;

/** Runs the stack without Docker until Ctrl-C; all of it listens on this computer's loopback alone. */
export async function run(
  { STEP, WITH }: Values<'native'>,
  given: NodeJS.ProcessEnv,
): Promise<number> {
  const { folder, entry } = findProgram(STEP);
  const components = componentsIn(WITH, 'native');
  const config = prometheusConfig(given, components.length > 0 ? PRODUCTION_CONFIG : USUAL_CONFIG);
  const env = { ...given, HOST: '127.0.0.1' };
  const looked = findPrometheus(env);
  if (!looked.found) {
    console.error(
      `To run without Docker, Prometheus is needed, and ${noPrometheus(looked)}. Fetch it with ${typed('prefetch', { NATIVE: true })}, then type again: ${typed('native')}`,
    );
    return 1;
  }
  if (!existsSync(join(ROOT, entry))) {
    console.error(`${entry} is missing. Get it back with: git restore ${folder}`);
    return 1;
  }
  const lacking = [...missingPrograms(components, env), ...missingFiles(components)];
  if (lacking.length > 0) {
    const can = components.filter((component) => runsOn(component, process.platform));
    const again = typed('native', { STEP, WITH: can.map(({ name }) => name).join('+') });
    console.error(`${lacking.join('\n')}\nThen type again: ${again}`);
    return 1;
  }
  const grafana = findGrafana(env);
  if (!grafana) console.log(NO_GRAFANA);

  const program = programPorts(entry, env);
  const ports = {
    metrics: program.at(-1)!.port,
    prometheus: portOf(PORTS.prometheus, env),
    grafana: portOf(PORTS.grafana, env),
  };
  const wanted = [
    ...program,
    { port: ports.prometheus, variable: 'PORT_9090' },
    ...(grafana ? [{ port: ports.grafana, variable: 'PORT_3000' }] : []),
    ...components.flatMap(portsOf).map((usual) => ({
      port: portOf(usual, env),
      variable: `PORT_${usual}`,
    })),
  ];
  const taken = await takenPorts(wanted, 'native', { STEP, WITH });
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }

  // One that was killed may have left them.
  setStandIn(undefined);
  setOutage(undefined);
  rmSync(GONE, { force: true });
  const unread = writeNativeFiles({
    config,
    targets: nativeTargets(env, ports),
    found: nativeFound(components, env),
  });
  if (unread.length > 0) {
    console.error(unread.join('\n'));
    return 1;
  }
  const edited = config === USUAL_CONFIG ? filesBeside(config) : [dirname(config)];
  const unwatch = watch(
    edited.map((name) => join(ROOT, name)),
    () => writeNativeFiles().forEach((line) => console.error(line)),
  );
  const over = new AbortController();
  const watched = [folder, 'forest'];
  const instances = [
    ...(brings(components, 'many') ? await instancesOf('many', { entry, watched, env }) : []),
    ...(brings(components, 'fleet') ? await fleetOf({ entry, watched, env }) : []),
  ];
  const dashboards = join(ROOT, 'grafana', 'dashboards');
  const others = [
    startPrometheus(looked.found.command, ports.prometheus, config),
    ...components.flatMap((component) => startComponent(component, looked.found!.command, env)),
    ...(brings(components, 'exporter') ? [startRegistry(env)] : []),
    ...(brings(components, 'fleet') ? [startVisitors(instances, env)] : []),
    ...(grafana
      ? [
          startGrafana(grafana, {
            folder: NATIVE,
            ports,
            dashboards,
            homePage: 'tree-counter.json',
            env,
          }),
        ]
      : []),
  ];
  let failed = false;
  const attend = ({ name, child, saidWhy }: Companion, index: number) => {
    const ended = () => {
      if (over.signal.aborted) return;
      failed = true;
      if (!saidWhy()) {
        console.error(
          `${name} has ended, and so does the rest. Its log says why: .workshop/native/${name}.log`,
        );
      }
      over.abort();
    };
    const comeBack = () => {
      const component = components.find((one) => one.name === name);
      if (over.signal.aborted || !component) return;
      const [again] = startComponent(component, looked.found!.command, env);
      others[index] = again!;
      attend(again!, index);
    };
    const gone = () => {
      const seconds = takeOutage(name);
      if (seconds === undefined) setTimeout(ended, SAME_SIGNAL_MS);
      else setTimeout(comeBack, seconds * 1000).unref();
    };
    for (const event of ['exit', 'error']) child.once(event, gone);
  };
  others.forEach(attend);
  // Ctrl-C reaches all of them at once, and a closed terminal must leave none behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => over.abort());
  }
  void announce(ports, grafana !== undefined, components, env, over.signal);
  void announceInstances(instances, over.signal);
  const theirs = instances.map(({ name, entry, watched, env }) => {
    const log = createWriteStream(join(NATIVE, `${name}.log`));
    return supervise({
      entry: () => (isGone(name) ? undefined : entry),
      watched: [...watched, GONE],
      signal: over.signal,
      env,
      output: 'events',
      onEvent: (event) => void (event.type === 'output' && log.write(event.text)),
    });
  });
  if (brings(components, 'exporter')) theirs.push(superviseExporter(env, over.signal));
  const code = await supervise({
    entry: () => standIn() ?? entry,
    watched: [...watched, STAND_IN],
    env,
    signal: over.signal,
    onEvent: tellOfStandIns(entry),
  });
  over.abort();
  unwatch();
  await Promise.all(theirs);
  await Promise.all(others.map(endCompanion));
  return failed ? 1 : code;
}

/** Tells what happens to the program, and when an incident takes its place. */
function tellOfStandIns(entry: string): (event: ProgramEvent) => void {
  const tell = writeProgramEvents(entry);
  let before: string | undefined;
  return (event) => {
    if (event.type !== 'saved') return tell(event);
    const now = standIn();
    if (now === before) return tell(event);
    before = now;
    console.log(now ? `\nAn incident takes the place of ${entry}.` : `\nBack to ${entry}.`);
  };
}

/** The usual ports of what a component runs without Docker. */
function portsOf({ name, ports }: Component): readonly number[] {
  return INSTANCES[name] ?? ports.map(({ usual }) => usual);
}

const brings = (components: readonly Component[], name: string) =>
  components.some((component) => component.name === name);

/** A program, and what starts it anew. */
interface Instance {
  readonly entry: string;
  readonly watched: string[];
  readonly env: NodeJS.ProcessEnv;
}

/** With what its log is called, and the ports of its visitors and of its metrics. */
type NamedInstance = Instance & {
  readonly name: string;
  readonly visitors: number;
  readonly metrics: number;
};

/** The instances of the component `many` or `fleet`. */
async function instancesOf(component: string, instance: Instance): Promise<NamedInstance[]> {
  const usual = INSTANCES[component]!;
  const visitors = await freePorts(usual.length);
  return usual.map((port, index) => {
    const name = `${component}-${index + 1}`;
    const metrics = portOf(port, instance.env);
    return placed({ ...instance, name, visitors: visitors[index]!, metrics });
  });
}

/** The same, each with what it has of its own. */
async function fleetOf(instance: Instance): Promise<NamedInstance[]> {
  const [first, second, third] = await instancesOf('fleet', instance);
  const slow = { ...second!, env: { ...second!.env, REGISTRY_DELAY_MS: SLOW_MS } };
  const { folder, entry } = findProgram(OLDER_STEP);
  const older = { ...third!, entry, watched: [folder, 'forest'] };
  return [first!, slow, placed(older)];
}

/** Has Prometheus find an instance at the port of its metrics; visitors use that one, or the one beside it. */
function placed(instance: NamedInstance): NamedInstance {
  const { env, visitors, metrics } = instance;
  if (hasMetricsPort({ entry: instance.entry })) {
    return { ...instance, env: { ...env, PORT: `${visitors}`, METRICS_PORT: `${metrics}` } };
  }
  return { ...instance, visitors: metrics, env: { ...env, PORT: `${metrics}` } };
}

const isVisited = ({ name }: NamedInstance) => name.startsWith('fleet');

/** Starts those who visit the fleet. */
function startVisitors(instances: readonly NamedInstance[], env: NodeJS.ProcessEnv): Companion {
  const urls = instances.filter(isVisited).map(({ visitors }) => `http://127.0.0.1:${visitors}`);
  const file = join(ROOT, 'production/visitors/visit.ts');
  const args = ['--import', import.meta.resolve('tsx'), file, ...urls];
  return start('visitors', process.execPath, args, env);
}

/** Starts what a component runs beside the program; of the instances of the program, there is none. */
function startComponent(
  { name, program, args }: Component,
  prometheus: string,
  env: NodeJS.ProcessEnv,
): Companion[] {
  if (!args) return [];
  const at = (usual: number) => `127.0.0.1:${portOf(usual, env)}`;
  const command = program ? findOnPath(program.name, env)! : prometheus;
  const other = start(name, command, args(at), env);
  return name === 'alertmanager' ? [startPager(env), other] : [other];
}

function startPager(env: NodeJS.ProcessEnv): Companion {
  const args = ['--import', import.meta.resolve('tsx'), join(ROOT, 'production/pager/server.ts')];
  const PORT = `${portOf(PORTS.pager, env)}`;
  return start('pager', process.execPath, args, { ...env, PORT });
}

/** Starts the registry, whose status page the learner's exporter reads. */
function startRegistry(env: NodeJS.ProcessEnv): Companion {
  const file = join(ROOT, 'production/registry/server.ts');
  const args = ['--import', import.meta.resolve('tsx'), file];
  const PORT = `${portOf(PORTS.registry, env)}`;
  return start('registry', process.execPath, args, { ...env, PORT });
}

/** Runs the learner's exporter, whose words come here, with a restart on save. */
function superviseExporter(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const { folder, entry } = findBeside('exporter', undefined);
  const own = { PORT: `${portOf(PORTS.exporter, env)}`, REGISTRY_URL: registryUrl(env) };
  return supervise({
    entry,
    watched: [folder, 'forest'],
    signal,
    env: { ...env, ...own },
    onEvent: writeProgramEvents(entry),
  });
}

function startPrometheus(command: string, port: number, config: string): Companion {
  const args = [
    `--config.file=${join(NATIVE, config)}`,
    `--storage.tsdb.path=${join(NATIVE, 'prometheus-data')}`,
    '--storage.tsdb.retention.time=2d',
    '--storage.tsdb.retention.size=512MB',
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    '--enable-feature=auto-reload-config',
    '--config.auto-reload-interval=2s',
  ];
  const news = new PrometheusNews(join(ROOT, config), {
    name: config,
    tell: (text) => console.log(`\n${text}\n`),
  });
  return startCompanion({
    name: 'prometheus',
    folder: NATIVE,
    command,
    args,
    env: process.env,
    heard: (text) => news.read(text),
    quit: () => quitPrometheus(port),
    saidWhy: () => news.last !== undefined,
  });
}

const start = (name: string, command: string, args: string[], env: NodeJS.ProcessEnv) =>
  startCompanion({ name, folder: NATIVE, command, args, env });

async function announce(
  ports: { prometheus: number; grafana: number },
  hasGrafana: boolean,
  components: readonly Component[],
  env: NodeJS.ProcessEnv,
  over: AbortSignal,
): Promise<void> {
  const giveUp = () => over.aborted;
  const wait = { ok: true, deadlineMs: PATIENCE_MS, giveUp };
  const prometheus = `http://localhost:${ports.prometheus}`;
  if (!(await untilAnswers(`${prometheus}/-/ready`, wait))) return;
  console.log(`Prometheus answers on ${prometheus}/`);
  for (const { shown, usual, ready } of components.flatMap(({ ports }) => ports)) {
    const url = `http://localhost:${portOf(usual, env)}`;
    if (!(await untilAnswers(url + ready, wait))) return;
    console.log(`${shown} answers on ${url}/`);
  }
  if (!hasGrafana) return;
  const grafana = `http://localhost:${ports.grafana}`;
  if (await untilAnswers(`${grafana}/api/health`, wait)) {
    console.log(`Grafana answers on ${grafana}/`);
  } else if (!giveUp()) {
    console.error('Grafana does not answer. Its log may say why: .workshop/native/grafana.log');
  }
}

/** Names the instances that answer, and who is visited. One that does not come up keeps nobody waiting. */
async function announceInstances(
  instances: readonly NamedInstance[],
  over: AbortSignal,
): Promise<void> {
  const wait = { deadlineMs: PATIENCE_MS, giveUp: () => over.aborted };
  const all = instances.map(({ name, visitors, metrics }) => {
    const url = `http://localhost:${metrics}/metrics`;
    const page = visitors === metrics ? '' : `, its page on http://localhost:${visitors}/`;
    return { says: `${name} answers on ${url}${page}`, answers: untilAnswers(url, wait) };
  });
  for (const { says, answers } of all) if (await answers) console.log(says);
  const visited = instances.filter(isVisited).map(({ name }) => name);
  if (visited.length > 0 && !over.aborted) console.log(`Visitors come to ${visited.join(', ')}.`);
}
