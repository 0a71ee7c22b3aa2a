import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORTS, type CommandName } from '../commands.js';
import { ROOT } from '../programs.ts';
import { nearest, UsageError } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { findOnPath } from './path.ts';
import { portOf } from './ports.ts';

/** A port of a component that is open to this computer. */
export interface ComponentPort {
  readonly usual: number;
  /** What answers there, for a person. */
  readonly shown: string;
  /** Answers with success once it is ready. */
  readonly ready: string;
  /** What tells that it is the workshop's, by path. */
  readonly signs: Readonly<Record<string, string>>;
}

/** What the second half-day adds to the stack; its name is the profile of its services in docker-compose.yaml. */
export interface Component {
  readonly name: string;
  /** Its services in docker-compose.yaml. */
  readonly services: readonly string[];
  /** One for each service that is open to this computer, in their order. */
  readonly ports: readonly ComponentPort[];
  /** Without Docker: the program that must be on PATH, and where to get it. The stack has Prometheus anyway. */
  readonly program?: { readonly name: string; readonly from: string };
  /** How that program, or else Prometheus, is started; its folder is `.workshop/native/`. */
  readonly args?: (at: (usual: number) => string) => string[];
  /** A file of the learner's that it runs, and the exercise that brings it. */
  readonly runs?: { readonly file: string; readonly from: string };
}

const download = (name: string) => `https://prometheus.io/download/#${name}`;

/** All components, in the order of PRODUCTION.md. docs/production.md says how one is added. */
export const COMPONENTS: readonly Component[] = [
  { name: 'many', services: ['many-1', 'many-2', 'many-3'], ports: [] },
  { name: 'fleet', services: ['fleet-1', 'fleet-2', 'fleet-3', 'visitors'], ports: [] },
  {
    name: 'node-exporter',
    services: ['node-exporter'],
    ports: [
      {
        usual: PORTS.nodeExporter,
        shown: 'node_exporter',
        ready: '/',
        signs: { '/': 'Node Exporter' },
      },
    ],
    program: { name: 'node_exporter', from: download('node_exporter') },
    args: (at) => [`--web.listen-address=${at(PORTS.nodeExporter)}`],
  },
  {
    name: 'blackbox-exporter',
    services: ['blackbox-exporter'],
    ports: [
      {
        usual: PORTS.blackboxExporter,
        shown: 'blackbox_exporter',
        ready: '/-/healthy',
        signs: { '/': 'Blackbox Exporter' },
      },
    ],
    program: { name: 'blackbox_exporter', from: download('blackbox_exporter') },
    args: (at) => [
      '--config.file=production/blackbox.yaml',
      `--web.listen-address=${at(PORTS.blackboxExporter)}`,
    ],
  },
  {
    name: 'exporter',
    services: ['registry', 'exporter'],
    ports: [
      {
        usual: PORTS.registry,
        shown: 'The registry',
        ready: '/',
        signs: { '/': '"page": "/status"' },
      },
      {
        usual: PORTS.exporter,
        shown: 'Your exporter',
        ready: '/metrics',
        signs: { '/metrics': 'registry_up' },
      },
    ],
    runs: { file: 'app/exporter.ts', from: 'exporter' },
  },
  {
    name: 'pushgateway',
    services: ['pushgateway'],
    ports: [
      {
        usual: PORTS.pushgateway,
        shown: 'Pushgateway',
        ready: '/-/ready',
        signs: { '/metrics': 'pushgateway_build_info' },
      },
    ],
    program: { name: 'pushgateway', from: download('pushgateway') },
    args: (at) => [`--web.listen-address=${at(PORTS.pushgateway)}`],
  },
  {
    name: 'alertmanager',
    services: ['pager', 'alertmanager'],
    ports: [
      { usual: PORTS.pager, shown: 'The pager', ready: '/', signs: { '/': 'Pager' } },
      {
        usual: PORTS.alertmanager,
        shown: 'Alertmanager',
        ready: '/-/ready',
        signs: { '/api/v2/status': 'name: pager' },
      },
    ],
    program: { name: 'alertmanager', from: download('alertmanager') },
    args: (at) => [
      '--config.file=production/alertmanager.yaml',
      '--storage.path=alertmanager-data',
      '--cluster.listen-address=',
      `--web.listen-address=${at(PORTS.alertmanager)}`,
    ],
  },
  {
    name: 'central',
    services: ['central'],
    ports: [
      {
        usual: PORTS.central,
        shown: 'Central',
        ready: '/-/ready',
        signs: { '/api/v1/status/config': 'job_name: central' },
      },
    ],
    args: (at) => [
      '--config.file=production/central.yaml',
      '--storage.tsdb.path=central-data',
      '--storage.tsdb.retention.time=2d',
      '--storage.tsdb.retention.size=512MB',
      `--web.listen-address=${at(PORTS.central)}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-lifecycle',
      '--enable-feature=auto-reload-config',
      '--config.auto-reload-interval=2s',
    ],
  },
];

/** The configuration of Prometheus that knows all of them. */
export const PRODUCTION_CONFIG = 'production/prometheus.yaml';

/**
 * Reads what `WITH=` holds: names with + or a comma between.
 * @throws {UsageError} at a name that is none
 */
export function componentsIn(text: string, command: CommandName): readonly Component[] {
  const names = text.split(/[+, ]+/).filter(Boolean);
  const known = COMPONENTS.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new UsageError(
      `There is no ${JSON.stringify(name.slice(0, 40))} to bring${near ? `: did you mean ${near}?` : '.'} There are ${known.join(', ')}.\nType for example: ${typed(command, { WITH: 'many+alertmanager' })}`,
    );
  }
  return COMPONENTS.filter(({ name }) => names.includes(name));
}

/** Which components of an earlier WITH still run beside these. @param services those of the stack that run */
export function leftRunning(
  components: readonly Component[],
  services: readonly string[],
): readonly Component[] {
  return COMPONENTS.filter(
    (one) => !components.includes(one) && one.services.some((name) => services.includes(name)),
  );
}

/** Which files of the learner's these components run that are not there, with what to do, in a sentence. */
export function missingFiles(components: readonly Component[], root = ROOT): string[] {
  return components.flatMap(({ runs }) => {
    if (!runs || existsSync(join(root, runs.file))) return [];
    return [`There is no ${runs.file}. Get one with: ${typed('begin', { STEP: runs.from })}`];
  });
}

/** Where the registry's status page is without Docker. */
export function registryUrl(env: NodeJS.ProcessEnv): string {
  return `http://localhost:${portOf(PORTS.registry, env)}/status`;
}

/** The environment in which Compose takes these components' services for its own. */
export function withProfiles(
  env: NodeJS.ProcessEnv,
  profiles: readonly string[],
): NodeJS.ProcessEnv {
  const own = env.COMPOSE_PROFILES?.split(',') ?? [];
  return { ...env, COMPOSE_PROFILES: [...new Set([...own, ...profiles])].filter(Boolean).join() };
}

/** Every profile of docker-compose.yaml: both Composes leave a service alone whose profile they are not told. */
export const ALL_PROFILES: readonly string[] = ['second', ...COMPONENTS.map(({ name }) => name)];

/** The images of components, as docker-compose.yaml names them. */
export function imagesOf(components: readonly Component[]): string[] {
  const compose = readFileSync(join(ROOT, 'docker-compose.yaml'), 'utf8');
  return components.flatMap(({ services }) =>
    services.flatMap(
      (service) =>
        new RegExp(`^  ${service}:\\n(?: {4}.*\\n)*? {4}image: (\\S+)`, 'm').exec(compose)?.[1] ??
        [],
    ),
  );
}

/** Whether a component can run without Docker on such a system: there is no node_exporter for Windows. */
export function runsOn({ name }: Component, platform: string): boolean {
  return name !== 'node-exporter' || platform !== 'win32';
}

/** Which programs of components are not on PATH, with what to do about each, in a sentence. */
export function missingPrograms(
  components: readonly Component[],
  env: NodeJS.ProcessEnv,
  platform: string = process.platform,
): string[] {
  return components.flatMap((component) => {
    const { name, program } = component;
    if (!program || findOnPath(program.name, env)) return [];
    if (!runsOn(component, platform)) {
      return [
        `${program.name} does not run on Windows: use Docker, ${typed('up', { WITH: name })}, or leave it out.`,
      ];
    }
    return [
      `${program.name} is not on PATH: get it from ${program.from}, unpack it, and put its folder on PATH.`,
    ];
  });
}
