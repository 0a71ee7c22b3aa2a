import { changeOf, linesOf, type Scrape } from './harness/scrape.ts';
import type { Burst } from './harness/session.ts';
import { check, type Check } from './harness/types.ts';

/** A histogram or a summary of the time that visitors wait. */
export interface VisitTimes {
  /** The beginning of its hints' names. */
  readonly key: string;
  readonly name: string;
  /** How an observation is written, for the hints. */
  readonly observe: string;
}

/** The lines that tell how often and how long: neither buckets nor quantiles. */
export function totalsOf(scrape: Scrape, name: string, labels?: Record<string, string>): string {
  return `${linesOf(scrape, `${name}_count`, labels, 4)}\n${linesOf(scrape, `${name}_sum`, labels, 4)}`;
}

/** How the time that a metric has added up compares with the time that its calls really took. */
export function judgeSeconds(added: number, real: number): 'right' | 'too much' | 'too little' {
  // Milliseconds are a thousand times too much, a timer stopped early hundreds of times too little.
  if (added > real * 20) return 'too much';
  return added < real * 0.25 ? 'too little' : 'right';
}

/** The checks that each visit is observed once, where it belongs, and in seconds. */
export function visitsAreTimed({ key, name, observe }: VisitTimes): Check[] {
  const count = `${name}_count`;

  const scrapes = check({
    name: `a scrape is not timed in ${name}`,
    hints: {
      [`${key}-scrapes`]: {
        first: `Leave /metrics out of ${name}, as you do for requests_total.`,
        fuller: `Prometheus is no visitor. Its scrapes, every five seconds, would make the times of a quiet site look better or worse than any visitor had them.`,
      },
    },
    async run(session, fail) {
      const before = await session.scrape();
      await session.scrape();
      const after = await session.scrape();
      if (changeOf(before, after, count) === 0) return;
      throw fail(`${key}-scrapes`, {
        did: 'asked GET /metrics three times, and nothing else',
        expected: linesOf(before, count),
        got: linesOf(after, count),
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
      [`${key}-labels`]: {
        first: 'Give it the labels method and endpoint, with the same values as requests_total.',
        fuller: `Something was observed, but not as {method="GET",endpoint="/"}. The two labels are called as in requests_total and have the same values, so that both can be asked in the same words. They are passed to \`startTimer({ method, endpoint })\`, to the function that stops it, or to \`observe\`.`,
      },
    },
    async run(session, fail) {
      const at = { method: 'GET', endpoint: '/' };
      const { before, after } = await session.observe(
        () => session.send('GET', '/'),
        (earlier, later) => changeOf(earlier, later, count, at) >= 1,
      );
      const added = changeOf(before, after, count, at);
      const all = changeOf(before, after, count);
      if (added === 1 && all === 1) return;
      const finding = {
        did: 'sent GET /',
        expected: `${count}{method="GET",endpoint="/"} rises by 1`,
        got: `it rises by ${added}; all of ${count} by ${all}\n${totalsOf(after, name)}`,
      };
      if (all === 0) throw fail(`${key}-not-observed`, finding);
      throw fail(added === 0 || all > added ? `${key}-labels` : `${key}-observed-twice`, finding);
    },
  });

  const bounded = check({
    name: `unknown paths share endpoint="unmatched" in ${name}`,
    hints: {
      [`${key}-raw-path`]: {
        first: 'Take the same endpoint as for requests_total: never the raw path.',
        fuller: `Here it costs even more: each value of a label makes a series for every bucket or quantile, and two more. Compute \`endpoint\` once, and use it for both metrics.`,
      },
    },
    async run(session, fail) {
      const at = { method: 'GET', endpoint: 'unmatched' };
      const { before, after } = await session.observe(
        () => session.send('GET', '/no/such/page'),
        (earlier, later) => changeOf(earlier, later, count) >= 1,
      );
      if (changeOf(before, after, count, at) === 1) return;
      throw fail(`${key}-raw-path`, {
        did: 'sent GET /no/such/page',
        expected: `${count}{method="GET",endpoint="unmatched"} rises by 1`,
        got: linesOf(after, count),
      });
    },
  });

  const inSeconds = check({
    name: `${name} holds the seconds until the answer, also when the registry fails`,
    hints: {
      [`${key}-failures`]: {
        first: 'Stop the timer in a `finally`: an exception skips it otherwise.',
        fuller: `As many observations are missing as requests failed. When the registry fails, the lines after the \`await\` are skipped. Failures are often the slowest answers: without them, the times look better than they are.`,
      },
      [`${key}-milliseconds`]: {
        first: 'Observe seconds, not milliseconds: the unit in the name.',
        fuller: `The sum grew about a thousand times too fast. Prometheus wants base units, and the name ends in _seconds. \`startTimer()\` measures in seconds by itself; a difference of two \`Date.now()\` or \`performance.now()\` must be divided by 1000.`,
      },
      [`${key}-too-early`]: {
        first: 'Stop the timer when the answer is there: put `await` before what is timed.',
        fuller: `The visitors waited much longer than was observed. The timer was stopped before the answer was there: an asynchronous function returns at once, with a promise, and its time is over only when the promise is settled.`,
      },
    },
    async run(session, fail) {
      const burst = await session.burst();
      const { before, after, answers, failed, seconds } = burst;
      const at = { endpoint: '/treecounter' };
      const finding = {
        did: `asked GET /treecounter ${answers.length} times, which took ${seconds.toFixed(2)} s together; ${failed} failed`,
        expected: `${count} rises by ${answers.length}, ${name}_sum by about ${seconds.toFixed(2)}`,
        got: totalsOf(after, name, at),
      };
      const added = changeOf(before, after, count, at);
      if (added !== answers.length) throw fail(`${key}-failures`, finding);
      const judgement = judgeSeconds(changeOf(before, after, `${name}_sum`, at), waited(burst));
      if (judgement === 'too much') throw fail(`${key}-milliseconds`, finding);
      if (judgement === 'too little') throw fail(`${key}-too-early`, finding);
    },
  });

  return [scrapes, labelled, bounded, inSeconds];
}

/** What the visitors waited, without what a busy machine may have added to it. */
export function waited({ seconds, answers }: Burst): number {
  // The registry takes at least half of its delay for each of these questions.
  return Math.min(seconds, answers.length * LEAST_S);
}

const LEAST_S = 0.08;

/** The upper bounds of a histogram's buckets, as numbers in order, without the last. */
export function boundsOf(scrape: Scrape, name: string): number[] {
  const bounds = scrape.samples(`${name}_bucket`).map(({ labels }) => labels.le ?? '');
  return [...new Set(bounds)]
    .filter((le) => le !== '+Inf')
    .map(Number)
    .toSorted((a, b) => a - b);
}
