import { until } from '../../checks/harness/program.ts';
import { typed } from '../terminal/typed.js';
import { withProfiles } from './components.ts';
import { ask, composeOrSayWhy, containersOf } from './docker.ts';
import { rememberedFiles, setGone } from './native-files.ts';
import { targetsOf } from './prometheus-api.ts';

/** One of the three instances of WITH=fleet. */
export interface Instance {
  /** Stops it, and has nobody know its name any more. @returns whether it could */
  readonly takeAway: () => boolean;
  /** @returns whether it could */
  readonly bringBack: () => boolean;
}

const NAME = 'fleet';
const ALL = 3;

/** An instance that is there is on Prometheus' list within this time, in milliseconds. */
const DISCOVERY_MS = 30_000;

/**
 * Finds an instance of the fleet that Prometheus scrapes, and brings it back if it is away.
 * @param service its name in docker-compose.yaml
 * @returns why there is none, for a person
 * @throws {PrometheusError} if Prometheus does not answer
 */
export async function findInstance(
  prometheus: string,
  service: string,
  env: NodeJS.ProcessEnv,
): Promise<Instance | string> {
  const start = `${typed('up', { WITH: NAME })}, or without Docker: ${typed('native', { WITH: NAME })}`;
  const targets = await targetsOf(prometheus, NAME);
  if (targets.length === 0) {
    return `This incident happens to the three instances of PRODUCTION.md, and Prometheus knows none. Start them: ${start}`;
  }
  const instance = isNative(targets) ? nativeInstance(service) : dockerInstance(service, env);
  if (typeof instance === 'string') return instance;
  // An incident that was killed may have left it away.
  const areAll = async () => (await targetsOf(prometheus, NAME)).length === ALL;
  if (await areAll()) return instance;
  instance.bringBack();
  if (await until(areAll, DISCOVERY_MS)) return instance;
  return `Prometheus does not know all three instances of PRODUCTION.md. Start them again: ${start}`;
}

function isNative(targets: readonly URL[]): boolean {
  try {
    const { fleet = [] } = rememberedFiles().found;
    return targets.some(({ host }) => fleet.includes(host));
  } catch {
    return false;
  }
}

function nativeInstance(service: string): Instance {
  const set = (gone: string | undefined) => {
    setGone(gone);
    return true;
  };
  return { takeAway: () => set(service), bringBack: () => set(undefined) };
}

function dockerInstance(service: string, env: NodeJS.ProcessEnv): Instance | string {
  const compose = composeOrSayWhy();
  if (!compose) return 'The instances run in Docker, which is needed.';
  const [id] = containersOf(compose, service, withProfiles(env, [NAME]));
  if (!id) {
    return `The instances were not started here. Start them: ${typed('up', { WITH: NAME })}`;
  }
  return {
    // Not by `stop`: while it finishes, its name is still known, and it is down long enough for an alert.
    takeAway: () => ask('docker', ['kill', id]).ok,
    bringBack: () => ask('docker', ['start', id]).ok,
  };
}
