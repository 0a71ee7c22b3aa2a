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
  /** Without those that the end of the traffic cut off. */
  readonly sent: number;
  /** Answers by status code; `none` counts the visitors who got no answer. */
  readonly statuses: ReadonlyMap<number | 'none', number>;
  /** How long each answer took, in seconds, in the order of their coming. */
  readonly latencies: readonly number[];
}

export interface LoadOptions {
  /** Where the program serves its visitors, such as `http://localhost:8001`. */
  readonly url: string;
  /** How long to send; Infinity for ever. */
  readonly seconds: number;
  /** The mean of requests per second. */
  readonly rps: number;
  /** So long who has reserved takes to confirm, in milliseconds; a moment more than allowed. */
  readonly confirmsWithinMs?: number;
  /** Ends the traffic before its time; the promise then resolves with what there was. */
  readonly signal?: AbortSignal;
  /** Called ten times per second. */
  readonly onProgress?: (traffic: Traffic) => void;
}

/**
 * Sends a program what a day of visitors would: all routes and species, a wave from night to night,
 * and some mistakes. It keeps to its rate also when the program is slow, as visitors do who do not
 * know of each other.
 * @returns what came of it, once the last answer is in
 */
export async function load(options: LoadOptions): Promise<Traffic> {
  const { url, seconds, rps, signal, onProgress, confirmsWithinMs = CONFIRMS_WITHIN_MS } = options;
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number | 'none', number>();
  const latencies: number[] = [];
  const open = new Set<Promise<void>>();
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let sent = 0;
  /** Those of the day's wave; who confirms comes beside it. */
  let came = 0;
  let over = false;

  const isOver = () => over || signal?.aborted;
  let offersToReserve = false;
  const confirming = new Set<NodeJS.Timeout>();
  const queue = visitors(() => offersToReserve);
  const come = (one: Visit) => {
    sent++;
    const visited = visit(one).finally(() => open.delete(visited));
    open.add(visited);
  };
  const visit = async (one: Visit) => {
    const began = performance.now();
    const { status, page } = await send(url, one, agent, signal);
    if (status === 'none' && signal?.aborted) {
      // Cut off by the end of the traffic, not left without an answer.
      sent--;
      return;
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 'none') latencies.push((performance.now() - began) / 1000);
    offersToReserve ||= page.includes('action="/reserve');
    const [, path] = (one.path.startsWith('/reserve') && CONFIRMATION.exec(page)) || [];
    if (!path || isOver() || Math.random() < FORGETFUL) return;
    const timer = setTimeout(() => {
      confirming.delete(timer);
      if (!isOver()) come({ method: 'POST', path });
    }, Math.random() * confirmsWithinMs);
    confirming.add(timer);
  };
  const report = () => onProgress?.({ seconds: elapsed(), sent, statuses, latencies });

  const reporter = setInterval(report, 100);
  while (!isOver()) {
    const now = Math.min(elapsed(), seconds);
    over = now === seconds;
    for (const due = visitorsUntil(now, seconds, rps); came < due; came++) {
      come(queue.next().value);
    }
    if (!over) await sleep(10);
  }
  confirming.forEach(clearTimeout);
  await Promise.all(open);
  clearInterval(reporter);
  agent.destroy();
  return { seconds: elapsed(), sent, statuses, latencies };
}

/**
 * How many visitors have come after `now` of `seconds`: as many in all as a steady `rps` would
 * bring, but few at night and many at noon. Traffic without end has one day after the other.
 */
export function visitorsUntil(now: number, seconds: number, rps: number): number {
  const day = seconds === Infinity ? DAY_S : seconds / Math.max(1, Math.round(seconds / DAY_S));
  const turn = (2 * Math.PI) / day;
  return Math.round(rps * (now - (SWING / turn) * Math.sin(turn * now)));
}

interface Visit {
  readonly method: string;
  readonly path: string;
}

/** What a hundred visitors do. */
const VISITS: readonly (readonly [count: number, method: string, path: string])[] = [
  [18, 'GET', '/'],
  [41, 'GET', '/treecounter'],
  [9, 'POST', '/plant?species=oak'],
  [9, 'POST', '/plant?species=beech'],
  [3, 'POST', '/plant?species=pine'],
  [2, 'POST', '/fell?species=oak'],
  [2, 'POST', '/fell?species=beech'],
  // More than are planted: now and then no pine stands, which is a 409.
  [6, 'POST', '/fell?species=pine'],
  [2, 'HEAD', '/'],
  [4, 'GET', '/trees/NUMBER'],
  [1, 'POST', '/plant?species=palm'],
  [1, 'DELETE', '/treecounter'],
  [2, 'GET', '/plant'],
];

/** What more come for where the front page offers it. */
const RESERVING: typeof VISITS = [
  [6, 'POST', '/reserve?species=oak'],
  [4, 'POST', '/reserve?species=beech'],
  [2, 'POST', '/reserve?species=pine'],
];

/** The form of a page that confirms a reservation. */
const CONFIRMATION = /action="(\/confirm\?id=[\w-]+)"/;
/** Of those who have reserved, as many never confirm. */
const FORGETFUL = 0.2;
/** The others do so within this time, a few of them just too late. */
const CONFIRMS_WITHIN_MS = 21_000;

const visitsOf = (list: typeof VISITS) =>
  list.flatMap(([count, method, path]) =>
    Array.from({ length: count }, (): Visit => ({ method, path })),
  );

/** Visits without end: each hundred of them is that of the list, in an order of its own. */
function* visitors(offersToReserve: () => boolean): Generator<Visit, never> {
  for (;;) {
    const hundred = visitsOf(VISITS);
    let reserving = false;
    while (hundred.length > 0) {
      if (!reserving && offersToReserve()) {
        reserving = true;
        hundred.push(...visitsOf(RESERVING));
      }
      const [visit] = hundred.splice(Math.floor(Math.random() * hundred.length), 1);
      // Hardly ever the same path twice, as it is with people and with robots.
      const number = `${Math.floor(Math.random() * 1e6)}`;
      yield { ...visit!, path: visit!.path.replace('NUMBER', number) };
    }
  }
}

/** Gives the status of the answer, or `none` if there was none, and the text of the pages that lead on. */
function send(
  url: string,
  { method, path }: Visit,
  agent: Agent,
  signal: AbortSignal | undefined,
): Promise<{ status: number | 'none'; page: string }> {
  const leadsOn = method !== 'HEAD' && /^\/(reserve|$)/.test(path);
  return new Promise((resolve) => {
    const cut = () => resolve({ status: 'none', page: '' });

    const patience = AbortSignal.timeout(PATIENCE_MS);
    const either = signal ? AbortSignal.any([signal, patience]) : patience;
    const sending = request(new URL(path, url), { method, agent, signal: either }, (response) => {
      let page = '';
      if (leadsOn) response.setEncoding('utf8').on('data', (text: string) => (page += text));
      else response.resume();
      response.once('end', () => resolve({ status: response.statusCode!, page }));
      response.once('error', cut);
    });
    sending.once('error', cut);
    sending.end();
  });
}
