import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../checks/harness/program.ts';
import { load } from '../program/traffic.ts';
import { findApp } from '../stack/app.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { findInstance } from '../stack/fleet.ts';
import { FAULTY_FOLDER } from '../stack/stand-in.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { writeFaulty } from './copy.ts';
import type { FleetIncident } from './fleet.ts';
import type { Incident } from './list.ts';

/** Requests per second, on average: enough for a share not to swing too much. */
const RPS = 10;

/** The program must answer within this time, in milliseconds: a container takes a while. */
const PATIENCE_MS = 60_000;

/** The learner's own program is waited for so long, in milliseconds: it may be broken. */
const RETURN_MS = 10_000;

/** The stack that an incident happens to. */
export interface Scene {
  /** Puts in place what the fault needs. @returns whether it could; false after saying why not */
  readonly begin: (onset: number, signal: AbortSignal) => Promise<boolean>;
  /** Plays until the signal; rejects if the fault cannot begin. */
  readonly play: (onset: number, signal: AbortSignal) => Promise<unknown>;
  /** Takes the fault away again. */
  readonly end: () => Promise<void>;
  /** What to say then. */
  readonly isOver: string;
}

/**
 * The learner's program, which one with a fault takes the place of.
 * @returns why there is none, for a person
 * @throws {PrometheusError} if Prometheus does not answer
 */
export async function sceneOfProgram(
  incident: Pick<Incident, 'edits'>,
  prometheus: string,
  values: Values<'incident'>,
  env: NodeJS.ProcessEnv,
): Promise<Scene | string> {
  const app = await findApp(prometheus, values, env);
  if (typeof app === 'string') return app;
  return {
    begin: async (onset, signal) => {
      writeFaulty(FAULTY_FOLDER, incident, { onset, port: app.port, pace: values.PACE });
      const before = await startOf(app.url);
      console.log('Starting a program with a fault in the place of yours…');
      if ((await app.replace(true)) && (await untilAnother(app.url, before, PATIENCE_MS, signal))) {
        return true;
      }
      if (!signal.aborted) console.error(app.whyNot);
      return false;
    },
    play: (_, signal) => load({ url: app.url, seconds: Infinity, rps: RPS, signal }),
    end: async () => {
      const faulty = await startOf(app.url);
      if (await app.replace(false)) await untilAnother(app.url, faulty, RETURN_MS);
    },
    isOver: 'Your own program is back.',
  };
}

/**
 * The three instances of WITH=fleet, one of which vanishes; their visitors are there already.
 * @returns why there are none, for a person
 * @throws {PrometheusError} if Prometheus does not answer
 */
export async function sceneOfFleet(
  { vanishes }: FleetIncident,
  prometheus: string,
  env: NodeJS.ProcessEnv,
): Promise<Scene | string> {
  const instance = await findInstance(prometheus, vanishes, env);
  if (typeof instance === 'string') return instance;
  return {
    begin: async () => true,
    play: async (onset, signal) => {
      await sleep(onset - Date.now(), undefined, { signal }).catch(() => {});
      if (signal.aborted || instance.takeAway()) return;
      throw new Error(
        `The fault could not begin: the stack was stopped in the meantime. Start it again: ${typed('up', { WITH: 'fleet' })}`,
      );
    },
    end: async () => void instance.bringBack(),
    isOver: 'All three instances are back.',
  };
}

/** When the process at a URL was started, as it says; empty without metrics, undefined if nothing answers. */
async function startOf(url: string): Promise<string | undefined> {
  const answer = await fetchWithin(2000, `${url}/metrics`);
  return answer && (/^process_start_time_seconds (\S+)$/m.exec(answer.text)?.[1] ?? '');
}

/** Waits until another process than that before answers there. @returns whether one does */
async function untilAnother(
  url: string,
  before: string | undefined,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  let another = false;
  await until(async () => {
    const now = await startOf(url);
    another = now !== undefined && now !== before;
    return another || signal?.aborted === true;
  }, deadlineMs);
  return another && !signal?.aborted;
}
