import { until } from '../../checks/harness/program.ts';
import type { Values } from '../terminal/arguments.js';
import { untilAnswers } from './fetch.ts';
import { ask, composeOrSayWhy, containersOf, runShown } from './docker.ts';
import { rememberedFiles } from './native-files.ts';
import { targetsOf } from './prometheus-api.ts';
import { FAULTY, setStandIn } from './stand-in.ts';
import { typed } from '../terminal/typed.js';

/** The program of the stack that runs, which Prometheus scrapes as the job `app`. */
export interface App {
  /** Where its visitors go. */
  readonly url: string;
  /** The port that a program in its place must listen on, there where it runs. */
  readonly port: number;
  /** Runs the program with a fault in its place, or the learner's own again. @returns whether it could */
  readonly replace: (faulty: boolean) => Promise<boolean>;
  /** What to tell if no other program answers there then. */
  readonly whyNot: string;
}

/** A Prometheus that has just started knows its targets within this time, in milliseconds. */
const DISCOVERY_MS = 10_000;

/**
 * Finds it by asking Prometheus where it scrapes it: `app:8001` is a container.
 * @returns why there is none, for a person
 * @throws {PrometheusError} if Prometheus does not answer
 */
export async function findApp(
  prometheus: string,
  ports: Pick<Values<'incident'>, 'PORT_8000' | 'PORT_8001'>,
  env: NodeJS.ProcessEnv,
): Promise<App | string> {
  let targets: URL[] = [];
  await until(async () => {
    targets = await targetsOf(prometheus, 'app');
    return targets.length > 0;
  }, DISCOVERY_MS);
  const inDocker = targets.some(({ hostname }) => hostname === 'app');
  // Of several, that which `make native` has started: the others are the learner's.
  const target = targets.find(({ host }) => host === nativeHost());
  if (inDocker) return dockerApp(ports, env);
  if (target) return nativeApp(target);
  return `The Prometheus on ${prometheus} does not scrape a program that was started here. If you have edited prometheus.yaml, get it back with: git restore prometheus.yaml
Else start the stack: ${typed('up')}, or without Docker: ${typed('native')}`;
}

function nativeHost(): string | undefined {
  try {
    return rememberedFiles().targets['app:8001'];
  } catch {
    return undefined;
  }
}

function nativeApp({ port, origin }: URL): App {
  return {
    url: origin,
    port: Number(port),
    replace: async (faulty) => {
      setStandIn(faulty ? `${FAULTY}/server.ts` : undefined);
      return true;
    },
    whyNot: `The program behind ${origin} was not replaced: only that of the stack can be. Start it with ${typed('native')} in another terminal, then type again: ${typed('incident')}`,
  };
}

/** What a container was told that a program of its own would be told again. */
const TOLD = ['STEP', 'REGISTRY_DELAY_MS', 'REGISTRY_ERROR_RATE', 'SEED'];

async function dockerApp(
  { PORT_8000, PORT_8001 }: Pick<Values<'incident'>, 'PORT_8000' | 'PORT_8001'>,
  env: NodeJS.ProcessEnv,
): Promise<App | string> {
  const compose = composeOrSayWhy();
  if (!compose) return `The program of this stack runs in Docker, which is needed.`;
  const url = `http://localhost:${PORT_8001}`;
  const [id] = containersOf(compose, 'app', env);
  if (!id || !(await untilAnswers(`${url}/metrics`, { deadlineMs: 5000 }))) {
    return `The program of the stack does not answer on ${url}. Start it with ${typed('up')}; if its port is moved, name it here, too: ${typed('incident', { PORT_8001: 18001 })}`;
  }
  const format = '{{range .Config.Env}}{{println .}}{{end}}';
  const { text } = ask('docker', ['inspect', '--format', format, id]);
  const told = TOLD.map((name) => [name, new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '']);
  const own: NodeJS.ProcessEnv = {
    ...env,
    ...Object.fromEntries(told),
    PORT_8000: `${PORT_8000}`,
    PORT_8001: `${PORT_8001}`,
  };
  const none = Object.fromEntries(TOLD.map((name) => [name, '']));
  return {
    url,
    port: 8001,
    replace: async (faulty: boolean) => {
      // The stack may have been stopped in the meantime: nothing of it is to be started then.
      if (containersOf(compose, 'app', own).length === 0) return false;
      const options = ['up', '--detach', '--no-deps', '--force-recreate', 'app'];
      const more = faulty ? { ...none, APP_FOLDER: `./${FAULTY}` } : {};
      return (await runShown(compose, options, { ...own, ...more })) === 0;
    },
    whyNot: `The program was not replaced. Look at this laptop with: ${typed('doctor')}`,
  };
}
