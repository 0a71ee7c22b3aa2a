import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PORTS } from '../commands.js';
import { ROOT } from '../programs.ts';
import { replaceFile } from '../replace.ts';
import type { Component } from './components.ts';
import { portOf } from './ports.ts';

/** Where the stack without Docker keeps its files. */
export const NATIVE = join(ROOT, '.workshop', 'native');

/** Where Prometheus finds what docker-compose.yaml calls by a service's name, such as `app:8001`. */
export type Targets = Readonly<Record<string, string>>;

/** What the files that Prometheus and its companions read without Docker are made of. */
export interface NativeFiles {
  /** The configuration of Prometheus, from the root; what stands beside it comes along. */
  readonly config: string;
  readonly targets: Targets;
  /** Where those are that docker-compose.yaml has Docker's name server know, by the name asked for. */
  readonly found: Readonly<Record<string, readonly string[]>>;
}

/** Where the services of docker-compose.yaml listen without Docker. */
export function nativeTargets(
  env: NodeJS.ProcessEnv,
  ports: { metrics: number; prometheus: number; grafana: number },
): Targets {
  const moved = (usual: number) => `localhost:${portOf(usual, env)}`;
  return {
    'app:8000': `localhost:${env.PORT || PORTS.visitors}`,
    'app:8001': `localhost:${ports.metrics}`,
    'app2:8001': `localhost:${PORTS.second}`,
    'localhost:9090': `localhost:${ports.prometheus}`,
    'prometheus:9090': `localhost:${ports.prometheus}`,
    'grafana:3000': `localhost:${ports.grafana}`,
    'alertmanager:9093': moved(PORTS.alertmanager),
    'pager:8060': moved(PORTS.pager),
    'pushgateway:9091': moved(PORTS.pushgateway),
    'node-exporter:9100': moved(PORTS.nodeExporter),
    'blackbox-exporter:9115': moved(PORTS.blackboxExporter),
    'central:9095': moved(PORTS.central),
    'localhost:9095': moved(PORTS.central),
    'registry:8072': moved(PORTS.registry),
    'exporter:8071': moved(PORTS.exporter),
  };
}

/** Without Docker, the usual ports of the metrics of those components that are instances of the program. */
export const INSTANCES: Readonly<Record<string, readonly number[]>> = {
  many: [PORTS.many1, PORTS.many2, PORTS.many3],
  fleet: [PORTS.fleet1, PORTS.fleet2, PORTS.fleet3],
};

/** Whom a name stands for in `dns_sd_configs`: Docker's name server knows it, and here nobody does. */
export function nativeFound(
  components: readonly Component[],
  env: NodeJS.ProcessEnv,
): NativeFiles['found'] {
  const found = components.map(({ name, ports }) => {
    const usual = INSTANCES[name] ?? [ports.at(-1)!.usual];
    return [name, usual.map((port) => `localhost:${portOf(port, env)}`)];
  });
  return Object.fromEntries(found) as NativeFiles['found'];
}

/** Has Prometheus read a file where it would ask Docker's name server; every line stays where it is. */
export function translateDiscovery(text: string): string {
  return text.replaceAll(
    /^( *)dns_sd_configs:\n( *)- names: \[([\w-]+)\]\n( *)type: A\n( *)port: (\d+)$/gm,
    '$1file_sd_configs:\n$2- files: [$3.json]\n$4# type: A\n$5# port: $6',
  );
}

/** Rewrites the targets of a prometheus.yaml; every line stays where it is, and so do errors' lines. */
export function translateTargets(text: string, targets: Targets): string {
  // Not a part of a longer name, such as myapp:8001 or app:80010.
  return text.replaceAll(/(?<![\w.-])[\w-]+:\d+(?!\d)/g, (target) => targets[target] ?? target);
}

/** Names the instance that an incident has taken away, such as `fleet-2`, while it is away. */
export const GONE = join(NATIVE, 'gone');

/** Whether an incident has taken that instance away. */
export function isGone(instance: string): boolean {
  try {
    return readFileSync(GONE, 'utf8') === instance;
  } catch {
    return false;
  }
}

/** Takes an instance away from a running `make native` and from its Prometheus; undefined brings it back. */
export function setGone(instance: string | undefined): void {
  if (instance === undefined) rmSync(GONE, { force: true });
  else replaceFile(GONE, instance);
  writeFound(rememberedFiles());
}

const REMEMBERED = join(NATIVE, 'targets.json');

/** The files that a configuration of Prometheus brings along, from the root. */
export function filesBeside(config: string): string[] {
  const folder = dirname(config);
  if (folder === '.') return ['alerts.yaml', config];
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return all
    .filter((name) => /\.(ya?ml|tmpl)$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted();
}

/** What the Prometheus of `make native` reads, of the stack that was started last. @throws {Error} if there was none */
export function rememberedFiles(): NativeFiles {
  return JSON.parse(readFileSync(REMEMBERED, 'utf8')) as NativeFiles;
}

/**
 * Brings the configuration and its rules to where the Prometheus of `make native` reads them.
 * @param given none means what the last call was given
 * @returns a line for each file that could not be brought, such as one that another program holds:
 * Prometheus then goes on with what it had
 */
export function writeNativeFiles(given?: NativeFiles): string[] {
  mkdirSync(NATIVE, { recursive: true });
  if (given) {
    replaceFile(REMEMBERED, JSON.stringify(given));
    // What an earlier start has brought is not there any more.
    rmSync(join(NATIVE, 'production'), { recursive: true, force: true });
  }
  const { config, targets, found } = given ?? rememberedFiles();
  mkdirSync(join(NATIVE, dirname(config)), { recursive: true });
  writeFound({ config, found });
  return filesBeside(config).flatMap((name) => {
    let text: string;
    try {
      text = readFileSync(join(ROOT, name), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [`${name} cannot be read (${code}). If it is gone, type: git restore ${name}`];
    }
    const isRules = name === 'alerts.yaml' || name.includes('/rules/');
    const own = isRules ? text : translateTargets(translateDiscovery(text), targets);
    mkdirSync(dirname(join(NATIVE, name)), { recursive: true });
    if (replaceFile(join(NATIVE, name), own)) return [];
    return [`${join(NATIVE, name)} is held by another program: save ${name} once more.`];
  });
}

/** Has Prometheus find the instances that there are. */
function writeFound({ config, found }: Pick<NativeFiles, 'config' | 'found'>): void {
  for (const [name, all] of Object.entries(found)) {
    const targets = all.filter((_, index) => !isGone(`${name}-${index + 1}`));
    replaceFile(join(NATIVE, dirname(config), `${name}.json`), JSON.stringify([{ targets }]));
  }
}
