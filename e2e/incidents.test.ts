import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import {
  startProgram,
  until,
  untilListening,
  type ProgramProcess,
} from '../checks/harness/program.ts';
import { writeFaulty } from '../workshop/incidents/copy.ts';
import { compare, type Evidence } from '../workshop/incidents/evidence.ts';
import { HEALTHY, INCIDENTS } from '../workshop/incidents/list.ts';
import { load } from '../workshop/program/traffic.ts';
import { ROOT } from '../workshop/programs.ts';
import { queryRange } from '../workshop/stack/prometheus-api.ts';
import { needsPrometheus, startPrometheus, type Prometheus } from './prometheus.ts';

/** A minute of class is ten seconds here: of rates, of the visitors' days, and of the faults. */
const PACE = 1 / 6;

/** In seconds, as `make incident` has them, but shorter. */
const GRID = { step: 1, settle: 60 * PACE };
const HEALTHY_S = 40;
const ENOUGH_S = 30;

/** What shows an incident just as well. */
const ALSO: Record<string, string[]> = {
  1: ['requests_in_progress{job="app"}'],
  2: ['max_over_time(requests_in_progress{job="app"}[1m])'],
  3: ['count by (endpoint) (requests_total{job="app"})', 'count(requests_total{job="app"})'],
  4: ['rate(requests_total{job="app",endpoint="/fell",status="503"}[1m])'],
  7: ['process_start_time_seconds{job="app"}', 'resets(requests_total{job="app"}[5m])'],
  8: ['sum(rate(requests_total{job="app"}[1m]))', 'rate(donated_euros_total{job="app"}[1m]) > 0'],
};

/** What moves with the load, or with time, and shows no fault. */
const SWINGS = [
  'sum(rate(requests_total{job="app"}[30s]))',
  'rate(requests_total{job="app"}[1m])',
  'requests_total{job="app"}',
  'sum(trees_standing{job="app"})',
  'requests_in_progress{job="app"}',
  'sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[1m])) / sum by (endpoint) (rate(requests_total{job="app"}[1m]))',
  'time() - process_start_time_seconds{job="app"}',
  'rate(process_cpu_seconds_total{job="app"}[1m])',
];

interface Running {
  readonly instance: string;
  readonly process: ProgramProcess;
  readonly start: number;
  readonly onset: number;
}

/** By the number of the incident; 0 has none. */
const running = new Map<string, Running>();
const over = new AbortController();
let folder: string;
let prometheus: Prometheus;
const traffic: Promise<unknown>[] = [];

beforeEach(needsPrometheus);

beforeAll(async () => {
  mkdirSync(join(ROOT, '.workshop'), { recursive: true });
  folder = mkdtempSync(join(ROOT, '.workshop', 'incidents-'));
  const numbers = ['0', ...Object.keys(INCIDENTS)];
  const ports = await freePorts(numbers.length);
  prometheus = await startPrometheus(ports.map((port) => `localhost:${port}`).join("', '"), '1s');
  for (const [index, n] of numbers.entries()) {
    const own = join(folder, n);
    const onset = Date.now() + HEALTHY_S * 1000;
    writeFaulty(own, INCIDENTS[n] ?? HEALTHY, { onset, port: ports[index]!, pace: PACE });
    const process = startProgram({ entry: join(own, 'server.ts') });
    running.set(n, {
      instance: `localhost:${ports[index]}`,
      process,
      start: Date.now() / 1000,
      onset: onset / 1000,
    });
    await untilListening(process, 1, 60_000);
    traffic.push(visit(`http://localhost:${ports[index]}`));
  }
}, 120_000);

afterAll(async () => {
  over.abort();
  await Promise.all(traffic);
  await Promise.all([...running.values()].map(({ process }) => process.stop()));
  await prometheus?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Day after day, each as short as the rest; whoever still waits at its end holds up no other. */
async function visit(url: string): Promise<void> {
  const { signal } = over;
  const days: Promise<unknown>[] = [];
  while (!signal.aborted) {
    days.push(load({ url, seconds: 60 * PACE, rps: 10 / PACE, signal }));
    await sleep(60_000 * PACE, undefined, { signal }).catch(() => {});
  }
  await Promise.all(days);
}

/** Asks about one program alone, in its own pace. */
async function look(n: string, query: string): Promise<Evidence> {
  const { instance, start, onset } = running.get(n)!;
  const own = query
    .replaceAll('job="app"', `job="app",instance="${instance}"`)
    .replaceAll(/\[(\d+)([sm])\]/g, (_, count: string, unit: string) => {
      return `[${Math.round(Number(count) * (unit === 'm' ? 60 : 1) * PACE)}s]`;
    });
  const now = Date.now() / 1000;
  const answer = await queryRange(prometheus.url, own, { start, end: now, step: GRID.step });
  return compare(answer, { start, onset, now }, GRID);
}

const enough = (n: string) => Date.now() / 1000 > running.get(n)!.onset + ENOUGH_S;

describe.concurrent('each incident is found by its query, and not by what looks like it', () => {
  test.each(Object.entries(INCIDENTS))('%s', async (n, { query, miss }) => {
    await until(() => enough(n), 120_000);
    const missed = await look(n, miss);
    for (const one of [query, ...(ALSO[n] ?? [])]) {
      expect(await look(n, one), one).toMatchObject({ verdict: 'apart' });
    }
    expect(missed.verdict, miss).not.toBe('apart');
    // Nothing that it prints tells what it is.
    expect(running.get(n)!.process).toMatchObject({
      stdout: `Listening on http://${running.get(n)!.instance}/\n`,
      stderr: '',
      exit: undefined,
    });
  });
});

test('without a fault no query shows one, and none that only moves with the load', async () => {
  await until(() => enough('0'), 120_000);
  const given = Object.values(INCIDENTS).flatMap(({ query, miss }) => [query, miss]);
  for (const query of [...given, ...Object.values(ALSO).flat(), ...SWINGS]) {
    const seen = await look('0', query);
    expect(seen.verdict, query).not.toBe('apart');
  }
});
