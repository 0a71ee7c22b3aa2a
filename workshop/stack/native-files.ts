import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORTS } from '../commands.js';
import { ROOT } from '../programs.ts';
import { replaceFile } from '../replace.ts';

/** Where the stack without Docker keeps its files. */
export const NATIVE = join(ROOT, '.workshop', 'native');

/** Where Prometheus finds what docker-compose.yaml calls by a service's name, such as `app:8001`. */
export type Targets = Readonly<Record<string, string>>;

/** Where the services of docker-compose.yaml listen without Docker. */
export function nativeTargets(
  env: NodeJS.ProcessEnv,
  ports: { metrics: number; prometheus: number; grafana: number },
): Targets {
  return {
    'app:8000': `localhost:${env.PORT || PORTS.visitors}`,
    'app:8001': `localhost:${ports.metrics}`,
    'app2:8001': `localhost:${PORTS.second}`,
    'localhost:9090': `localhost:${ports.prometheus}`,
    'prometheus:9090': `localhost:${ports.prometheus}`,
    'grafana:3000': `localhost:${ports.grafana}`,
  };
}

/** Rewrites the targets of a prometheus.yaml; every line stays where it is, and so do errors' lines. */
export function translateTargets(text: string, targets: Targets): string {
  // Not a part of a longer name, such as myapp:8001 or app:80010.
  return text.replaceAll(/(?<![\w.-])[\w-]+:\d+(?!\d)/g, (target) => targets[target] ?? target);
}

const REMEMBERED = join(NATIVE, 'targets.json');

/** Those of the stack that was started last. @throws {Error} if there was none */
export function rememberedTargets(): Targets {
  return JSON.parse(readFileSync(REMEMBERED, 'utf8')) as Targets;
}

/**
 * Brings prometheus.yaml and alerts.yaml to where the Prometheus of `make native` reads them.
 * @param targets none means those that the last call was given
 * @returns a line for each file that could not be brought, such as one that another program holds:
 * Prometheus then goes on with what it had
 */
export function writeNativeFiles(targets?: Targets): string[] {
  mkdirSync(NATIVE, { recursive: true });
  if (targets) replaceFile(REMEMBERED, JSON.stringify(targets));
  const known = targets ?? rememberedTargets();
  return ['alerts.yaml', 'prometheus.yaml'].flatMap((name) => {
    let text: string;
    try {
      text = readFileSync(join(ROOT, name), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [`${name} cannot be read (${code}). If it is gone, type: git restore ${name}`];
    }
    const own = name === 'prometheus.yaml' ? translateTargets(text, known) : text;
    if (replaceFile(join(NATIVE, name), own)) return [];
    return [`${join(NATIVE, name)} is held by another program: save ${name} once more.`];
  });
}
