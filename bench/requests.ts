import autocannon from 'autocannon';
import type { ChildProcess } from 'node:child_process';
import { nextMessage, startChild } from './child.ts';
import { quantile } from '../workshop/quantile.ts';
import { format, ratio, type Table } from './table.ts';

/** One round of load on one step. */
export interface Round {
  /** Requests answered a second. */
  readonly perSecond: number;
  /** Milliseconds within which 99 % of the requests were answered. */
  readonly p99: number;
  /** Microseconds of processor time per request, all threads of the program. */
  readonly cpu: number;
}

export interface StepRounds {
  readonly step: string;
  readonly rounds: Round[];
}

export interface LoadOptions {
  readonly rounds: number;
  /** Seconds of each round. */
  readonly seconds: number;
  /** Is told what is under way. */
  readonly progress: (text: string) => void;
}

const CONNECTIONS = 20;
const PROBE = new URL('probe.mjs', import.meta.url).href;

// No delay and no failure: what is left is what the program itself costs.
const SETTINGS = {
  PORT: '0',
  METRICS_PORT: '0',
  HOST: '127.0.0.1',
  REGISTRY_DELAY_MS: '0',
  REGISTRY_ERROR_RATE: '0',
  SEED: '1',
};

/**
 * Loads each step over loopback with connections that are kept alive. The steps take turns, so that
 * whatever else the machine does meets all of them.
 * @throws {Error} if a step does not start, or answers anything but 200
 */
export async function measureRequests(
  steps: readonly string[],
  { rounds, seconds, progress }: LoadOptions,
): Promise<StepRounds[]> {
  const started = steps.map((step) => {
    const child = startChild(`steps/${step}/server.ts`, {
      env: SETTINGS,
      nodeArgs: ['--import', PROBE],
    });
    return { step, child, rounds: [] as Round[] };
  });
  try {
    const programs = await Promise.all(
      started.map(async (program) => {
        const url = await firstUrl(program.child);
        progress(`${program.step} is up`);
        return { ...program, url };
      }),
    );
    for (let round = 0; round <= rounds; round++) {
      const what = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
      for (const { step, child, url, rounds } of round % 2 ? programs : programs.toReversed()) {
        progress(`${what}, ${step}`);
        const result = await load(child, url, seconds);
        if (round > 0) rounds.push(result);
      }
    }
  } finally {
    for (const { child } of started) child.kill('SIGTERM');
  }
  return started.map(({ step, rounds }) => ({ step, rounds }));
}

async function firstUrl(child: ChildProcess): Promise<string> {
  const ended = nextMessage<never>(child);
  const printed = (async () => {
    let text = '';
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
      text += chunk;
      const url = /http:\/\/\S+(?=\/\n)/.exec(text)?.[0];
      if (url) return url;
    }
    return ended;
  })();
  ended.catch(() => {});
  const url = await Promise.race([printed, ended]);
  child.stdout!.resume();
  return url;
}

async function load(child: ChildProcess, url: string, seconds: number): Promise<Round> {
  const milliseconds: number[] = [];
  const before = await cpu(child);
  const options = {
    url: `${url}/treecounter`,
    connections: CONNECTIONS,
    duration: seconds,
    // How often it looks at the clock.
    sampleInt: 50,
  };
  const { non2xx, errors, duration } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', (_client, _status, _bytes, ms) => milliseconds.push(ms));
  });
  const used = (await cpu(child)) - before;
  if (non2xx || errors || milliseconds.length === 0) {
    throw new Error(`${url} gave ${non2xx} wrong answers and ${errors} errors.`);
  }
  return {
    perSecond: milliseconds.length / duration,
    p99: quantile(milliseconds, 0.99),
    cpu: used / milliseconds.length,
  };
}

function cpu(child: ChildProcess): Promise<number> {
  const answer = nextMessage<number>(child);
  child.send('cpu');
  return answer;
}

/** The medians of a step's rounds. */
export function medians({ rounds }: StepRounds): Round {
  const of = (key: keyof Round) =>
    quantile(
      rounds.map((round) => round[key]),
      0.5,
    );
  return { perSecond: of('perSecond'), p99: of('p99'), cpu: of('cpu') };
}

/** The table of steps, each beside the first of them. */
export function requestsTable(steps: readonly StepRounds[]): Table {
  const base = medians(steps[0]!);
  return {
    title: 'Requests',
    note: `\`GET /treecounter\` over loopback, ${CONNECTIONS} connections kept alive, \`REGISTRY_DELAY_MS=0\`. Medians of ${steps[0]!.rounds.length} rounds in which the steps take turns, each figure with its ratio to the first step. The processor time is that of the whole program, all threads.`,
    columns: ['step', 'requests/s', 'ratio', 'p99 ms', 'ratio', 'CPU µs/request', 'ratio'],
    rows: steps.map((step) => {
      const { perSecond, p99, cpu } = medians(step);
      return [
        step.step,
        format(perSecond),
        ratio(perSecond, base.perSecond),
        format(p99),
        ratio(p99, base.p99),
        format(cpu),
        ratio(cpu, base.cpu),
      ];
    }),
  };
}
