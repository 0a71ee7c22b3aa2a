import { compareMoves, movesBetween, type Comparison, type Move } from './harness/moves.ts';
import { changeOf, figure, linesOf, type Scrape } from './harness/scrape.ts';
import type { Burst, Served, Session } from './harness/session.ts';
import type { NamedMetric } from './harness/moves.ts';
import { check, type Check } from './harness/types.ts';

/** A histogram or a summary of the time that visitors wait. */
export interface VisitTimes extends Pick<NamedMetric, 'name' | 'type'> {
  /** The beginning of its hints' names. */
  readonly key: string;
  /** How an observation is written, for the hints. */
  readonly observe: string;
  /** How its series begin without an observation, for the hints. */
  readonly zero: string;
}

/** The lines that tell how often and how long: neither buckets nor quantiles. */
export function totalsOf(scrape: Scrape, name: string, labels?: Record<string, string>): string {
  return `${linesOf(scrape, `${name}_count`, labels, 4)}\n${linesOf(scrape, `${name}_sum`, labels, 4)}`;
}

type Seconds =
  | 'right'
  | 'milliseconds'
  | 'other unit'
  | 'whole'
  | 'negative'
  | 'too little'
  | 'minutes'
  | 'shared';

/** How the time that a metric has added up compares with the time that its calls really took. */
function judgeBurst(added: number, { seconds, answers }: Burst): Seconds {
  const calls = answers.length;
  if (added < 0) return 'negative';
  // Rounded down, or each of them up.
  if (added === 0 || (Number.isInteger(added) && added >= calls && added <= 2 * calls)) {
    return 'whole';
  }
  // The registry takes at least half of its delay for each of these questions. What a busy machine
  // adds to it, a visitor may see and a timer may not.
  const least = Math.min(seconds, calls * LEAST_S);
  if (added < least * 0.5) return 'too little';
  // A timer may be stopped a moment after the answer.
  if (added <= seconds * 1.5 + calls * 0.03) return 'right';
  return added > least * 500 && added < seconds * 3000 ? 'milliseconds' : 'other unit';
}

const LEAST_S = 0.05;

/**
 * Judges the time that a metric adds up for the questions of a burst.
 * @param addedIn by how much its sum has risen from one scrape to another, in seconds
 * @returns the judgement, and the burst that it is about
 */
export async function judgeSeconds(
  session: Session,
  addedIn: (tour: Tour) => number,
): Promise<{ judgement: Seconds; burst: Burst; added: number }> {
  let burst = await session.burst();
  // Quick answers, as later bursts can get, do not overlap enough to show that they share a start.
  for (let more = 0; more < 4 && burst.served.length > 0 && !overlaps(burst); more++) {
    burst = await session.burstAgain();
  }
  const added = addedIn(burst);
  const judged = { judgement: judgeBurst(added, burst), burst, added };
  const suspect = judged.judgement === 'right' || judged.judgement === 'too little';
  const lost = timeOf(burst.served) - added;
  const isShared = (lostS: number) => overlaps(burst) && lostS > lostIfShared(burst) * 0.6;
  if (!suspect || (judged.judgement === 'right' && !isShared(lost))) return judged;
  // Is it because of the others, or does each lose it?
  const { result, ...tour } = await session.observe(
    () => session.serve('GET', '/treecounter'),
    (before, after) => addedIn({ before, after }) !== 0,
  );
  if (!result) return judged;
  const had = timeOf([result]);
  const seen = addedIn(tour);
  const areMinutes = (sum: number, whole: number) => Math.abs((sum * 60) / whole - 1) < 0.3;
  if (areMinutes(added, timeOf(burst.served)) && areMinutes(seen, had)) {
    return { ...judged, judgement: 'minutes' };
  }
  if (seen < had / 2) return { ...judged, judgement: 'too little' };
  return isShared(lost - (had - seen) * burst.answers.length)
    ? { ...judged, judgement: 'shared' }
    : judged;
}

/** How long the program had some requests, together, in seconds. */
const timeOf = (served: readonly Served[]) =>
  served.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);

/** What timers do not see of a burst if the last question overwrites the start of all, in seconds. */
function lostIfShared({ served }: Burst): number {
  const last = Math.max(...served.map(({ from }) => from));
  return served.reduce((sum, { from, to }) => sum + (to > last ? last - from : 0) / 1000, 0);
}

/** Whether that is more than a timer may lose by being started a moment late. */
const overlaps = (burst: Burst) => lostIfShared(burst) >= 0.1;

/** A request, and the series that it belongs to. */
interface Visit {
  readonly method: string;
  readonly path: string;
  /** The status of its answer. */
  readonly status: number;
  readonly at: { readonly method: string; readonly endpoint: string };
}

const visit = (method: string, path: string, status = 200, label = method): Visit => {
  const [route = ''] = path.split('?');
  const endpoint = status === 404 ? 'unmatched' : route;
  return { method, path, status, at: { method: label, endpoint } };
};

/** Visits of all kinds that ask no registry: those of the burst do. */
const TOUR: readonly Visit[] = [
  visit('GET', '/?from=a'),
  visit('GET', '/?from=b'),
  visit('HEAD', '/'),
  visit('POST', '/plant?species=oak', 201),
  visit('POST', '/plant?species=elm', 400),
  visit('POST', '/plant?species=fir', 400),
  visit('POST', '/fell?species=oak'),
  visit('GET', '/no/such/page', 404),
  visit('GET', '/nor/this/one', 404),
  visit('DELETE', '/', 405, 'other'),
  visit('PROPFIND', '/', 405, 'other'),
];

interface Tour {
  readonly before: Scrape;
  readonly after: Scrape;
}

const tours = new WeakMap<Session, Promise<Tour>>();

/**
 * Visits of all kinds, and what the metrics did meanwhile: made once for all checks that look at it,
 * until one of them asks for another.
 */
export function tourOf(session: Session): Promise<Tour> {
  const made = tours.get(session) ?? makeTour(session);
  tours.set(session, made);
  return made;
}

/** Lets the next one who asks have a tour of its own. */
export function forgetTour(session: Session): void {
  tours.delete(session);
}

async function makeTour(session: Session): Promise<Tour> {
  const all = ['request_duration_seconds_count', 'request_processing_seconds_count'];
  return session.observe(
    async () => {
      for (const [index, { method, path }] of TOUR.entries()) {
        await session.send(method, path, { 'user-agent': `visitor-${index}` });
      }
    },
    (before, after) =>
      all.every(
        (name) => after.samples(name).length === 0 || changeOf(before, after, name) >= TOUR.length,
      ),
  );
}

const isAt = ({ at }: Visit, labels: Readonly<Record<string, string>>) =>
  at.method === labels.method && at.endpoint === labels.endpoint;

/** The moves of a metric that some visits are to cause, each series once. */
function movesOf(name: string, visits: readonly Visit[]): Move[] {
  const firsts = visits.filter((one) => visits.find(({ at }) => isAt(one, at)) === one);
  return firsts.map(({ at }) => ({
    name: `${name}_count`,
    labels: { ...at },
    by: visits.filter((other) => isAt(other, at)).length,
  }));
}

/** Compares two scrapes: how the visits to one metric are counted in it. */
export function compareVisits(
  { name, type }: Pick<NamedMetric, 'name' | 'type'>,
  { before, after }: Tour,
  wanted: readonly Move[],
): Comparison {
  const moved = movesBetween(before, after, [{ name, type, restless: false }]);
  return compareMoves(moved, wanted, after, [name]);
}

const written = ({ method, path }: Visit) => `${method} ${path}`;

/** The checks that each visit is observed once, where it belongs, and in seconds. */
export function visitsAreTimed({ key, name, type, observe, zero }: VisitTimes): Check[] {
  const count = `${name}_count`;
  const metric = { name, type };

  const scrapes = check({
    name: `a scrape is not timed in ${name}`,
    hints: {
      [`${key}-scrapes`]: {
        first: `Leave /metrics out of ${name}, as you do for requests_total.`,
        fuller: `Prometheus is no visitor. Its scrapes, every five seconds, would make the times of a quiet site look better or worse than any visitor had them.`,
      },
    },
    async run(session, fail) {
      const { right, expected, got } = await session.expectMoves(
        async () => {
          await session.scrape();
          await session.scrape();
        },
        [],
        [name],
      );
      if (right) return;
      throw fail(`${key}-scrapes`, {
        did: 'asked GET /metrics three times, and nothing else',
        expected,
        got,
      });
    },
  });

  const fromZero = check({
    name: `${name} has counted nobody before the first visitor`,
    hints: {
      [`${key}-starts-above-0`]: {
        first: `Let the count begin at 0: ${zero}.`,
        fuller: `Nobody has asked for a page yet, and a count is above 0. An observation that only makes a series is taken for a visitor, and a quick one: counts, averages and quantiles begin with a lie.`,
      },
    },
    async run(session, fail) {
      const scrape = session.first();
      const early = scrape.samples(count).find(
        // Whether the program is there was asked by a path that it may not know.
        ({ value, labels }) => value > 0 && /^\/(treecounter|plant|fell)?$/.test(labels.endpoint!),
      );
      if (!early) return;
      throw fail(`${key}-starts-above-0`, {
        did: 'asked GET /metrics before any page',
        expected: `all of ${count} at 0`,
        got: totalsOf(scrape, name, { ...early.labels }),
      });
    },
  });

  const labelled = check({
    name: `GET / is timed in ${name}, with method and endpoint`,
    hints: {
      [`${key}-not-observed`]: {
        first: `Observe each request once: ${observe}.`,
        fuller: `${name} is there, and a request left no trace in it. A timer that is started and never stopped observes nothing: call the function that \`startTimer()\` gives back, once the answer is there.`,
      },
      [`${key}-observed-twice`]: {
        first: 'One request is observed more than once: keep a single call on its way.',
        fuller: `The count of ${name} rose by more than 1 for one request. The function that \`startTimer()\` gives back observes each time it is called: in the handler and again in a \`finally\`, for example.`,
      },
      [`${key}-beside`]: {
        first: 'Observe a request in one series only: another one rose beside the right one.',
        fuller: `The series of this request rose by 1, as it should, and another series of ${name} moved with it. Whoever adds up all series counts the visitor twice. Look for a second \`observe\`, or a timer that is stopped in two places with different labels.`,
      },
      [`${key}-labels`]: {
        first: 'Give it the labels method and endpoint, with the same values as requests_total.',
        fuller: `Something was observed, but not as {method="GET",endpoint="/"}. The two labels are called as in requests_total and have the same values, so that both can be asked in the same words. They are passed to \`startTimer({ method, endpoint })\`, to the function that stops it, or to \`observe\`.`,
      },
    },
    async run(session, fail) {
      const labels = { method: 'GET', endpoint: '/' };
      const { right, moved, extra, missing, expected, got } = await session.expectMoves(
        () => session.send('GET', '/'),
        [{ name: count, labels, by: 1 }],
        [name],
      );
      if (right) return;
      const finding = { did: 'sent GET /', expected, got };
      if (moved.length === 0) throw fail(`${key}-not-observed`, finding);
      if (missing.length === 0) throw fail(`${key}-beside`, finding);
      throw fail(extra.length > 0 ? `${key}-labels` : `${key}-observed-twice`, finding);
    },
  });

  const inSeconds = check({
    name: `${name} holds the seconds until the answer, also when the registry fails`,
    hints: {
      [`${key}-failures`]: {
        first: 'Stop the timer in a `finally`: an exception skips it otherwise.',
        fuller: `As many observations are missing as requests failed. When the registry fails, the lines after the \`await\` are skipped. Failures are often the slowest answers: without them, the times look better than they are.`,
      },
      [`${key}-shared`]: {
        first: 'Keep the timer and its labels inside the function: two requests share them here.',
        fuller: `Of requests at the same time, as many were observed as there were, and some under the labels of another, or from the start of another. A \`let\` outside of the function belongs to all requests, and the second overwrites what the first has put there while it waits for the registry. A \`const\` inside of the function belongs to one.`,
      },
      [`${key}-miscounted`]: {
        first: `Observe every GET /treecounter once, whatever its answer: endpoint="/treecounter".`,
        fuller: `Eight visitors asked at the same time, and ${name} did not count eight. Either the observation hangs on a condition, or it is made in two places; or a timer is kept outside of the function, so that it belongs to all visitors at once: make it a \`const\` inside.`,
      },
      [`${key}-milliseconds`]: {
        first: 'Observe seconds, not milliseconds: the unit in the name.',
        fuller: `The sum grew about a thousand times too fast. Prometheus wants base units, and the name ends in _seconds. \`startTimer()\` measures in seconds by itself; a difference of two \`Date.now()\` or \`performance.now()\` must be divided by 1000.`,
      },
      [`${key}-unit`]: {
        first: 'Observe seconds: the sum grew much faster than the time that passed.',
        fuller: `The name ends in _seconds, and what was observed is larger than any visitor's time in seconds. Divide milliseconds by 1000, microseconds by 1e6 and nanoseconds by 1e9; \`startTimer()\` measures in seconds by itself. If the unit is right, look at where the timer starts: perhaps once for all requests.`,
      },
      [`${key}-whole`]: {
        first: 'Keep the fractions of a second: what is observed here is a whole number each time.',
        fuller: `Most visitors wait for less than a second. Rounded to whole seconds (\`Math.round\`, \`Math.floor\`, \`toFixed(0)\`), or given as a constant, their times are all the same. Observe the difference as it is: a histogram and a summary need no rounding.`,
      },
      [`${key}-negative`]: {
        first: 'Subtract the start from the end: a time is never negative.',
        fuller: `The sum fell. \`start - Date.now()\` gives a negative number: the end comes first, \`(Date.now() - start) / 1000\`. Or let \`startTimer()\` do it.`,
      },
      [`${key}-minutes`]: {
        first: 'Observe seconds, not minutes: the unit in the name.',
        fuller: `Sixty times what was observed is the time that the visitors waited. Prometheus wants base units, and the name ends in _seconds: divide milliseconds by 1000, and by nothing else.`,
      },
      [`${key}-too-early`]: {
        first:
          'Stop the timer after `await`, when the answer is there: the visitors waited for longer.',
        fuller: `The visitors waited much longer than was observed. Either the timer was stopped before the answer was there: an asynchronous function returns at once, with a promise, and its time is over only when the promise is settled. Or what was observed is only a part of the time, or in a larger unit than seconds.`,
      },
    },
    async run(session, fail) {
      const burst = await session.burst();
      const { before, after, answers, answered, meanwhile } = burst;
      const labels = { method: 'GET', endpoint: '/treecounter' };
      const asked = ({ answers: all, seconds, failed }: Burst) =>
        `asked GET /treecounter ${all.length} times, which took ${seconds.toFixed(2)} s together; ${failed} failed`;
      const did = asked(burst);
      const observed = changeOf(before, after, count, labels);
      if (observed !== answers.length) {
        const other = { name: count, labels: { method: 'POST', endpoint: '/plant' }, by: 1 };
        const { expected, got } = compareVisits(metric, burst, [
          { name: count, labels, by: answers.length },
          ...(meanwhile ? [other] : []),
        ]);
        const finding = { did: `${did}; and sent POST /plant meanwhile`, expected, got };
        const elsewhere = changeOf(before, after, count) > answers.length;
        if (elsewhere && observed < answers.length) throw fail(`${key}-shared`, finding);
        throw fail(observed === answered ? `${key}-failures` : `${key}-miscounted`, finding);
      }
      if (changeOf(before, after, count) !== answers.length + (meanwhile ? 1 : 0)) {
        // What came late of an earlier request may be among it: one alone tells.
        const { right, expected, got } = await session.expectMoves(
          () => session.send('GET', '/treecounter'),
          [{ name: count, labels, by: 1 }],
          [name],
        );
        if (!right)
          throw fail(`${key}-miscounted`, { did: 'sent GET /treecounter', expected, got });
      }
      const { judgement, ...last } = await judgeSeconds(session, (of) =>
        changeOf(of.before, of.after, `${name}_sum`, labels),
      );
      if (judgement === 'right') return;
      throw fail(`${key}-${HINT_OF[judgement]}`, {
        did: asked(last.burst),
        expected: `${name}_sum rises by about ${last.burst.seconds.toFixed(2)}`,
        got: `it ${changed(last.added)}\n${totalsOf(last.burst.after, name, labels)}`,
      });
    },
  });

  const everyVisit = check({
    name: `${name} times every request once, under its own method and endpoint`,
    hints: {
      [`${key}-raw-path`]: {
        first: 'Take the same endpoint as for requests_total: never the raw path.',
        fuller: `Here it costs even more: each value of a label makes a series for every bucket or quantile, and two more. Compute \`endpoint\` once, without the query and with "unmatched" for what is no route, and use it for both metrics.`,
      },
      [`${key}-raw-method`]: {
        first: 'Take the same method as for requests_total: the rare ones share "other".',
        fuller: `A visitor can send any method, real or made up. Compute \`method\` once, by \`methodLabel(visit.method)\`, and give it to both metrics.`,
      },
      [`${key}-unbounded`]: {
        first: 'Requests that differ only in what visitors make up share one series.',
        fuller: `Two requests of the same method, endpoint and answer moved two series of ${name}. They differ in the query, the species, the path or the User-Agent, or only in their time. Such a label has no end of values, and each makes a series for every bucket or quantile: leave it out.`,
      },
      [`${key}-left-out`]: {
        first: 'Observe every request, whatever its method, its path and its answer.',
        fuller: `The request that is printed above left no trace in ${name}, though others do. Observe where all requests pass, in a \`finally\`, and not in single handlers, or only for good answers: the time of a 404 is a visitor's time too.`,
      },
      [`${key}-wrong-series`]: {
        first:
          'Take method and endpoint from this very request: another series moved than its own.',
        fuller: `The request that is printed above was observed, and not, or not only, under its own method and endpoint. Compute both once, at the beginning of the request, and give the same two to requests_total and to ${name}.`,
      },
    },
    async run(session, fail) {
      const all = compareVisits(metric, await tourOf(session), movesOf(name, TOUR));
      const split = splitIn(all);
      if (all.right && !split) return;
      forgetTour(session);
      if (all.right && split) {
        throw fail(`${key}-unbounded`, {
          did: `sent ${split.visits.map(written).join(', ')}, each with a User-Agent of its own`,
          expected: `${split.most} series rise${split.most === 1 ? 's' : ''}`,
          got: split.series.join('\n'),
        });
      }
      for (const one of TOUR) {
        const { right, expected, got, ...alone } = await session.expectMoves(
          () => session.send(one.method, one.path),
          movesOf(name, [one]),
          [name],
        );
        if (right) continue;
        throw fail(`${key}-${wrongIn(one, alone)}`, { did: `sent ${written(one)}`, expected, got });
      }
      const did = `sent ${TOUR.map(written).join(', ')}`;
      throw fail(`${key}-wrong-series`, { did, expected: all.expected, got: all.got });
    },
  });

  return [scrapes, fromZero, labelled, inSeconds, everyVisit];
}

/** The end of the hint's name for each way to miss the seconds. */
export const HINT_OF = {
  milliseconds: 'milliseconds',
  'other unit': 'unit',
  whole: 'whole',
  negative: 'negative',
  'too little': 'too-early',
  minutes: 'minutes',
  shared: 'shared',
} as const satisfies Record<Exclude<Seconds, 'right'>, string>;

/** How a sum has changed, for a person. */
export function changed(by: number): string {
  return by < 0 ? `falls by ${figure(-by)}` : `rises by ${figure(by)}`;
}

/** What is wrong with how a single visit is observed: the end of the hint's name. */
function wrongIn(
  { method, path, at }: Visit,
  { moved, extra }: Pick<Comparison, 'moved' | 'extra'>,
): string {
  if (moved.length === 0) return 'left-out';
  const values = extra.flatMap(({ labels }) => Object.values(labels));
  const route = path.split('?')[0]!;
  const isRaw = (text: string) => text.includes('?') || (text === route && text !== at.endpoint);
  if (values.some(isRaw)) return 'raw-path';
  const raw = values.some((text) => text.toUpperCase() === method && at.method === 'other');
  return raw ? 'raw-method' : 'wrong-series';
}

/** Visits that moved more series than they have answers, with these series; none if there are none. */
function splitIn({ moved }: Comparison) {
  for (const { at } of TOUR) {
    const visits = TOUR.filter((one) => isAt(one, at));
    const most = new Set(visits.map(({ status }) => status)).size;
    const series = moved.filter(({ labels }) => isAt(visits[0]!, labels)).map(({ text }) => text);
    if (series.length > most) return { visits, most, series };
  }
  return undefined;
}

/** The upper bounds of a histogram's buckets, as numbers, in the order in which they stand. */
export function boundsOf(scrape: Scrape, name: string): number[] {
  const [first, ...others] = scrape.samples(`${name}_bucket`);
  if (!first) return [];
  const { le: _, ...of } = first.labels;
  const sameSeries = others.filter(({ labels }) =>
    Object.entries(of).every(([label, value]) => labels[label] === value),
  );
  return [first, ...sameSeries]
    .flatMap(({ labels }) => labels.le ?? [])
    .filter((le) => le !== '+Inf')
    .map(Number);
}
