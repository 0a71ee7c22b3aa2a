import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { ROOT } from '../programs.ts';
import { UsageError } from '../terminal/arguments.js';
import { ask } from './docker.ts';
import { allOnPath, executable } from './path.ts';
import { PROMETHEUS } from './releases.ts';

/** The configuration of Prometheus in the class, from the root. */
export const USUAL_CONFIG = 'prometheus.yaml';

/** The file in which a learner adds targets. */
export const PROMETHEUS_FILE = join(ROOT, USUAL_CONFIG);

/**
 * The configuration that Prometheus is to read, from the root: PROMETHEUS_CONFIG, if it is set.
 * @throws {UsageError} if there is no such file in the repository's folder
 */
export function prometheusConfig(env: NodeJS.ProcessEnv, usual = USUAL_CONFIG): string {
  const given = normalize(env.PROMETHEUS_CONFIG || usual).replaceAll('\\', '/');
  const inside = !/^(\.\.|\/|[a-z]:)/i.test(given) && /\.ya?ml$/.test(given);
  if (inside && existsSync(join(ROOT, given))) return given;
  throw new UsageError(
    `PROMETHEUS_CONFIG=${JSON.stringify(given.slice(0, 80))} is not there: give a .yaml file of this folder, for example PROMETHEUS_CONFIG=${USUAL_CONFIG}`,
  );
}

/** Where `make prefetch` puts Prometheus and promtool. */
export const PREFETCHED = join(ROOT, '.workshop', `prometheus-${PROMETHEUS.version}`);

/** The flags and files of the workshop are those of Prometheus 3. */
const LEAST_MAJOR = 3;

/** A Prometheus on this computer. */
export interface Prometheus {
  readonly command: string;
  /** Such as `3.13.4`; `unknown` if it does not tell. */
  readonly version: string;
}

/**
 * Looks for a Prometheus that can run the workshop's files: the one that `make prefetch` brought,
 * then those on PATH.
 * @returns it; else the first that is too old for them, if there is any
 */
export function findPrometheus(
  env: NodeJS.ProcessEnv,
  prefetched = PREFETCHED,
): {
  readonly found?: Prometheus;
  readonly unfit?: Prometheus;
} {
  let unfit: Prometheus | undefined;
  const own = join(prefetched, executable('prometheus'));
  for (const command of [...(existsSync(own) ? [own] : []), ...allOnPath('prometheus', env)]) {
    const version = versionOf(command);
    if (Number.parseInt(version) >= LEAST_MAJOR) return { found: { command, version } };
    unfit ??= { command, version };
  }
  return { unfit };
}

/** The version that a Prometheus tells of itself. */
export function versionOf(command: string): string {
  const { text, errors } = ask(command, ['--version']);
  return /\bversion (\d+\.\d+\.\d+)/.exec(text + errors)?.[1] ?? 'unknown';
}

/** Says in a few words what `findPrometheus` did not find. */
export function noPrometheus({ unfit }: { readonly unfit?: Prometheus }): string {
  const none = `no Prometheus ${LEAST_MAJOR} is here`;
  return unfit ? `${none} (${unfit.command} is ${unfit.version})` : none;
}
