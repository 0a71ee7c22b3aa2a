import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A visitor who gets no answer in this time gives up, in milliseconds. */
const PATIENCE_MS = 10_000;

/** The longest day, in seconds: longer traffic has several. */
const DAY_S = 60;

/** How far the rate swings: at night a fifth of the mean, at noon nine fifths. */
const SWING = 0.8;

/** What has happened so far. */
export interface Traffic {
  /** Since the start, in seconds. */
  readonly seconds: number;
  readonly sent: number;
  /** Answers by status code; `none` counts the visitors who got no answer. */
  readonly statuses: ReadonlyMap<number | 'none', number>;
  /** How long each answer took, in seconds, in the order of their coming. */
  readonly latencies: readonly number[];
}

export interface LoadOptions {
  /** Where the program serves its visitors, such as `http://localhost:8001`. */
  readonly url: string;
  /** How long to send. */
  readonly seconds: number;
  /** The mean of requests a second. */
  readonly rps: number;
  /** Ends the traffic before its time; the promise then resolves with what there was. */
  readonly signal?: AbortSignal;
  /** Called ten times a second. */
  readonly onProgress?: (traffic: Traffic) => void;
}

/**
 * Sends a program what a day of visitors would: all routes and species, a wave from night to night,
 * and some mistakes. It keeps to its rate also when the program is slow, as visitors do who do not
 * know of each other.
 * @returns what came of it, once the last answer is in
 */
export async function load(options: LoadOptions): Promise<Traffic> {
  const { url, seconds, rps, signal, onProgress } = options;
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number | 'none', number>();
  const latencies: number[] = [];
  const open = new Set<Promise<void>>();
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let sent = 0;
  let over = false;

  const visit = async () => {
    const began = performance.now();
    const status = await send(url, randomVisit(), agent, signal);
    // Those whom the end of the traffic cut off were never refused.
    if (status === 'none' && signal?.aborted) return;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 'none') latencies.push((performance.now() - began) / 1000);
  };
  const report = () => onProgress?.({ seconds: elapsed(), sent, statuses, latencies });

  const reporter = setInterval(report, 100);
  const isOver = () => over || signal?.aborted;
  while (!isOver()) {
    const now = Math.min(elapsed(), seconds);
    over = now === seconds;
    for (const due = visitorsUntil(now, seconds, rps); sent < due; sent++) {
      const visited = visit().finally(() => open.delete(visited));
      open.add(visited);
    }
    if (!over) await sleep(10);
  }
  await Promise.all(open);
  clearInterval(reporter);
  agent.destroy();
  return { seconds: elapsed(), sent, statuses, latencies };
}

/**
 * How many visitors have come after `now` of `seconds`: as many in all as a steady `rps` would
 * bring, but few at night and many at noon.
 */
export function visitorsUntil(now: number, seconds: number, rps: number): number {
  const day = seconds / Math.max(1, Math.round(seconds / DAY_S));
  const turn = (2 * Math.PI) / day;
  return Math.round(rps * (now - (SWING / turn) * Math.sin(turn * now)));
}

/** The quantile `q` (0 to 1) of some values, by the nearest rank; NaN if there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

interface Visit {
  readonly method: string;
  readonly path: string;
}

const planting = ['oak', 'oak', 'oak', 'oak', 'beech', 'beech', 'beech', 'beech', 'pine'];
// Pines are felled faster than they are planted: now and then none stands, which is a 409.
const felling = ['oak', 'beech', 'pine', 'pine', 'pine'];

/** Visits by how often each is made, of a hundred. */
const visits: readonly [number, () => Visit][] = [
  [18, () => ({ method: 'GET', path: '/' })],
  [40, () => ({ method: 'GET', path: '/treecounter' })],
  [22, () => ({ method: 'POST', path: `/plant?species=${pick(planting)}` })],
  [11, () => ({ method: 'POST', path: `/fell?species=${pick(felling)}` })],
  [2, () => ({ method: 'HEAD', path: '/' })],
  // Hardly ever the same path twice, as it is with people and with robots.
  [4, () => ({ method: 'GET', path: `/trees/${Math.floor(Math.random() * 1e6)}` })],
  [1, () => ({ method: 'POST', path: '/plant?species=palm' })],
  [1, () => ({ method: 'DELETE', path: '/treecounter' })],
  [1, () => ({ method: 'GET', path: '/plant' })],
];

function randomVisit(): Visit {
  let rest = Math.random() * 100;
  return (visits.find(([share]) => (rest -= share) < 0) ?? visits[0]!)[1]();
}

function pick(names: readonly string[]): string {
  return names[Math.floor(Math.random() * names.length)]!;
}

/** Gives the status of the answer, or `none` if there was none. */
function send(
  url: string,
  { method, path }: Visit,
  agent: Agent,
  signal: AbortSignal | undefined,
): Promise<number | 'none'> {
  return new Promise((resolve) => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const either = signal ? AbortSignal.any([signal, patience]) : patience;
    const sending = request(new URL(path, url), { method, agent, signal: either }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
      response.once('error', () => resolve('none'));
    });
    sending.once('error', () => resolve('none'));
    sending.end();
  });
}
