import { statfsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { imagesOf, missingPrograms, type Component } from './components.ts';
import {
  ask,
  findDocker,
  hasImage,
  images,
  ownsPort,
  whyNoDocker,
  withoutDocker,
  type Docker,
} from './docker.ts';
import { fetchWithin } from './fetch.ts';
import { findGrafana } from './grafana.ts';
import { INSTANCES } from './native-files.ts';
import { otherPort, portOf, whoHas } from './ports.ts';
import { PORTS } from '../commands.js';
import { ROOT } from '../programs.ts';
import { findPrometheus, noPrometheus, PROMETHEUS_FILE } from './prometheus.ts';
import { findPromtool } from './promtool.ts';
import { typed } from '../terminal/typed.js';

/** One thing that was looked at. */
export interface Finding {
  readonly state: 'good' | 'warning' | 'problem';
  readonly what: string;
  /** What to do about it. */
  readonly fix?: string;
}

const GIB = 2 ** 30;

/** An older volume than this is from another class, in milliseconds. */
const STALE_MS = 2 * 24 * 3600 * 1000;

/** Looks at all that the class, and these components besides, need of this computer. */
export async function examine(
  env: NodeJS.ProcessEnv,
  components: readonly Component[] = [],
): Promise<Finding[]> {
  const docker = findDocker();
  return [
    node(process.versions.node),
    architecture(docker),
    disk(docker),
    ...stack(docker, env, components),
    ...(await ports(docker, env, components)),
  ];
}

/** What is to be said of a version of Node that runs this at all. */
export function node(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= 22) return { state: 'good', what: `Node ${version}` };
  return {
    state: 'warning',
    what: `Node ${version} works, but gets no more security fixes`,
    fix: 'When there is time, install Node 24 from https://nodejs.org.',
  };
}

function architecture({ engine }: Docker): Finding {
  const own = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (!own) {
    return {
      state: 'warning',
      what: `The processor is ${process.arch}: the images are made for amd64 and arm64`,
      fix: `In place of Docker use: ${typed('native')}`,
    };
  }
  if (engine && engine.arch !== own) {
    return {
      state: 'warning',
      what: `Node is made for ${own}, Docker's engine for ${engine.arch}: one of them is emulated and slow`,
      fix: `Install the one that this computer's processor asks for.`,
    };
  }
  return { state: 'good', what: `Processor ${own}, ${process.platform}` };
}

function disk({ installed }: Docker): Finding {
  const { bavail, bsize } = statfsSync(ROOT);
  const free = (bavail * bsize) / GIB;
  const what = `${free.toFixed(1)} GiB of disk are free`;
  if (free >= 3) return { state: 'good', what };
  return {
    state: free < 0.5 ? 'problem' : 'warning',
    what: `Only ${what}: packages and images take 2`,
    fix: `Make room${installed ? '; unused images go with: docker image prune' : '.'}`,
  };
}

function stack(
  docker: Docker,
  env: NodeJS.ProcessEnv,
  components: readonly Component[],
): Finding[] {
  const why = whyNoDocker(docker);
  const looked = findPrometheus(env);
  const prometheus = looked.found;
  const fetchIt = `Or fetch Prometheus, and do without Docker: ${typed('prefetch')}`;
  if (why && !prometheus) {
    return [
      {
        state: 'problem',
        what: `${why.what}, and ${noPrometheus(looked)}: one of the two must be there`,
        fix: `${why.fix}\n${fetchIt}`,
      },
    ];
  }
  const lacking = missingPrograms(components, env);
  const native: Finding[] = prometheus
    ? [
        {
          state: 'good',
          what: `Without Docker: Prometheus ${prometheus.version} (${prometheus.command}), ${findGrafana(env) ? 'and Grafana' : 'but no Grafana'}`,
        },
        ...promtool(env),
      ]
    : [];
  if (why) {
    const missing = lacking.map((what): Finding => ({ state: 'problem', what }));
    const fix = `${why.fix}\n${withoutDocker()}`;
    return [{ state: 'warning', what: why.what, fix }, ...native, ...missing];
  }
  return [
    {
      state: 'good',
      what: `Docker ${docker.engine!.version}, ${docker.compose!.join(' ')} ${docker.composeVersion}`,
    },
    ...composeVersion(docker.composeVersion!),
    ...imagesHere(components),
    ...readable(),
    ...composeFile(docker, env),
    ...grafanaVolume(env),
    ...native,
  ];
}

/** Some systems pack it apart from Prometheus. */
function promtool(env: NodeJS.ProcessEnv): Finding[] {
  if (findPromtool(env).found) return [];
  return [
    {
      state: 'warning',
      what: `No promtool, which judges what you write for ${typed('ask')} and ${typed('rules')}`,
      fix: `While there is a network, type: ${typed('prefetch', { NATIVE: true })}`,
    },
  ];
}

/** What is to be said of a version of Compose that is too old. */
export function composeVersion(version: string): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 1 || minor >= 29) return [];
  return [
    {
      state: 'problem',
      what: `Compose ${version} is too old: 1.29 or newer is needed`,
      fix: 'Update Docker, or get Compose from https://docs.docker.com/compose/install/.',
    },
  ];
}

function imagesHere(components: readonly Component[]): Finding[] {
  const { program, node, prometheus, grafana } = images();
  const wanted = [program, node, prometheus, grafana, ...imagesOf(components)];
  const missing = wanted.filter((image) => !hasImage(image));
  if (missing.length === 0) return [{ state: 'good', what: 'All images are here' }];
  return [
    {
      state: 'warning',
      what: `Not yet downloaded or built: ${missing.join(', ')}`,
      fix: `While there is a network, type: ${typed('prefetch', { WITH: namesOf(components) })}`,
    },
  ];
}

/** Components as `WITH=` takes them. */
function namesOf(components: readonly Component[]): string {
  return components.map(({ name }) => name).join('+');
}

/** On Linux a container reads these files as another user, who may lack the right to. */
function readable(): Finding[] {
  if (process.platform !== 'linux') return [];
  const folders = ['', 'app', 'grafana'].map((name) => statSync(join(ROOT, name)).mode & 0o005);
  const file = statSync(PROMETHEUS_FILE).mode & 0o004;
  if (file && folders.every((mode) => mode === 0o005)) return [];
  return [
    {
      state: 'problem',
      what: 'This folder is closed to other users, and containers run as others',
      fix: `Open it for reading: chmod -R o+rX "${resolve(ROOT)}"`,
    },
  ];
}

function composeFile({ compose }: Docker, env: NodeJS.ProcessEnv): Finding[] {
  const [command, ...rest] = compose!;
  const { ok, errors } = ask(command, [...rest, 'config', '--quiet'], env);
  if (ok) return [];
  return [{ state: 'problem', what: 'Compose refuses docker-compose.yaml', fix: errors }];
}

function grafanaVolume(env: NodeJS.ProcessEnv): Finding[] {
  const volume = `${projectName(env)}_grafana-data`;
  const { ok, text } = ask('docker', ['volume', 'inspect', '--format', '{{.CreatedAt}}', volume]);
  if (!ok || Date.now() - Date.parse(text) < STALE_MS) return [];
  return [
    {
      state: 'warning',
      what: `Grafana's volume ${volume} is from an earlier day, with that day's dashboards and password`,
      fix: `To start over (saved dashboards are lost): ${typed('down', { VOLUMES: true })}`,
    },
  ];
}

/** The name that both Composes give the stack, if it is not told them: the folder's, made simple. */
function projectName(env: NodeJS.ProcessEnv): string {
  const name = env.COMPOSE_PROJECT_NAME || basename(resolve(ROOT));
  return name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');
}

async function ports(
  docker: Docker,
  env: NodeJS.ProcessEnv,
  components: readonly Component[],
): Promise<Finding[]> {
  const program = { '/': 'Tree counter', '/metrics': 'trees_standing' };
  // In Docker the instances have no port of this computer.
  const instances = whyNoDocker(docker)
    ? components.flatMap(({ name }) => INSTANCES[name] ?? [])
    : [];
  const services: { usual: number; signs: Readonly<Record<string, string>> }[] = [
    // Not counted in the program's own metrics, and its 404 page, too, says whose it is.
    { usual: PORTS.visitors, signs: { '/metrics': 'Tree counter' } },
    // From chapter 11 on it has the metrics and no page.
    { usual: PORTS.program, signs: program },
    { usual: PORTS.prometheus, signs: { '/api/v1/status/config': 'job_name: app' } },
    { usual: PORTS.grafana, signs: { '/api/search?type=dash-db': 'Tree counter' } },
    ...components.flatMap(({ ports }) => ports),
    ...instances.map((usual) => ({ usual, signs: program })),
  ];
  const WITH = namesOf(components);
  return Promise.all(
    services.map(async ({ usual, signs }): Promise<Finding> => {
      const port = portOf(usual, env);
      const taken = await whoHas(port);
      if (!taken) return { state: 'good', what: `Port ${port} is free` };
      if (ownsPort(port) || (await shows(port, signs))) {
        return { state: 'good', what: `Port ${port} is held by the workshop itself` };
      }
      return {
        state: 'problem',
        what: `Port ${port} is ${taken.why}`,
        fix: `${taken.fix.replace(/^./, (letter) => letter.toUpperCase())}: ${typed(instances.includes(usual) ? 'native' : 'up', { WITH, [`PORT_${usual}`]: otherPort(port) })}`,
      };
    }),
  );
}

/** Says whether one of the paths of a port answers with the text that belongs to it. */
async function shows(port: number, signs: Readonly<Record<string, string>>): Promise<boolean> {
  for (const [path, text] of Object.entries(signs)) {
    const answer = await fetchWithin(3000, `http://localhost:${port}${path}`);
    if (answer?.text.includes(text)) return true;
  }
  return false;
}
