import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import { parseExposition, type Family } from '../../checks/harness/exposition.ts';
import { startProgram, untilListening, type ProgramProcess } from '../../checks/harness/program.ts';
import { findProgram, hasMetricsPort, stepNames } from '../../workshop/programs.ts';
import { send, type Reply } from './http.ts';
import { runtime } from './runtime.ts';

/** The names of all steps, in order. */
export const STEPS = stepNames();

/** The steps from `first` on, such as 3 for 03-counters and all that follow. */
export const stepsFrom = (first: number) => STEPS.filter((name) => parseInt(name) >= first);

/** The steps that serve their metrics on a port of their own, and say so by a second URL. */
export const APART: readonly string[] = STEPS.filter((name) => hasMetricsPort(findProgram(name)));

export interface RunningStep {
  readonly program: ProgramProcess;
  /** Where the program answers, without a slash at the end. */
  readonly url: string;
  /** Where its metrics are. */
  readonly metricsUrl: string;
  send(line: string): Promise<Reply>;
  scrape(): Promise<Family[]>;
}

/** Settings under which a program answers at once and always the same. */
export const QUIET = {
  PORT: '0',
  METRICS_PORT: '0',
  REGISTRY_DELAY_MS: '0',
  REGISTRY_ERROR_RATE: '0',
  SEED: '1',
};

/** Starts a step on free ports, and stops it when the test is over. */
export async function runStep(
  name: string,
  env: Record<string, string> = {},
  how: Start = {},
): Promise<RunningStep> {
  return connect(name, spawnStep(name, { ...QUIET, ...env }, how));
}

/** How a step is started, where it is not as quickly as it can be. */
export interface Start {
  /** The file that a learner starts, also where a compiled one starts sooner. */
  readonly asWritten?: boolean;
  /** More for Node, such as what to load first. */
  readonly nodeArgs?: readonly string[];
}

/** One running step for all tests of a `describe`: call `step()` inside of them. */
export function shareStep(
  name: string,
  env: Record<string, string> = {},
  how: Start = {},
): () => RunningStep {
  let step: RunningStep;
  let program: ProgramProcess;
  beforeAll(async () => {
    program = start(name, { ...QUIET, ...env }, how);
    step = await connect(name, program);
  });
  afterAll(async () => void (await program.stop()));
  return () => step;
}

/** Starts a step with nothing but these settings, and stops it when the test is over. */
export function spawnStep(
  name: string,
  env: Record<string, string>,
  how: Start = {},
): ProgramProcess {
  const program = start(name, env, how);
  onTestFinished(async () => void (await program.stop()));
  return program;
}

function start(
  name: string,
  env: Record<string, string>,
  { nodeArgs = [], asWritten = false }: Start,
): ProgramProcess {
  const { node } = runtime;
  const compiled = inject('compiled');
  if (compiled && !asWritten) {
    return startProgram({ entry: `${compiled}/steps/${name}/server.js`, env, node, nodeArgs });
  }
  return startProgram({
    entry: `steps/${name}/server.ts`,
    env,
    node,
    nodeArgs: [...runtime.nodeArgs, ...nodeArgs],
  });
}

/** Waits until a step started with free ports listens. */
export async function connect(name: string, program: ProgramProcess): Promise<RunningStep> {
  const found = await untilListening(program, APART.includes(name) ? 2 : 1);
  const [url = '', metrics] = found.map((text) => text.replace('localhost', '127.0.0.1'));
  const metricsUrl = metrics ?? `${url}/metrics`;
  return {
    program,
    url,
    metricsUrl,
    send: (line) => send(url, line),
    scrape: async () => {
      const { status, body } = await send(metricsUrl, 'GET /metrics');
      if (status !== 200) throw new Error(`GET /metrics answers ${status}`);
      return parseExposition(body);
    },
  };
}
