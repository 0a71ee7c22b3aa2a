import { metricIsThere } from './metric.ts';
import { linesOf, type Scrape } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { visitsAreTimed } from './timing.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NAME = 'request_processing_seconds';
const QUANTILES = ['0.5', '0.9', '0.99'];
const AT = { method: 'GET', endpoint: '/treecounter' };

const processingThere = metricIsThere({
  key: 'processing',
  name: NAME,
  type: 'summary',
  near: /request.*process|processing/i,
  naming: 'Time is in seconds, its base unit, and the unit ends the name.',
  because: 'it computes the quantiles itself, over its own last minute.',
});

const quantiles = check({
  name: 'request_processing_seconds has the quantiles 0.5, 0.9 and 0.99',
  hints: {
    'quantiles-missing': {
      first: 'Give the summary `percentiles: [0.5, 0.9, 0.99]`.',
      fuller:
        'A summary with an empty list of `percentiles` has only its sum and its count. The three wanted say how long the middle visitor waits, and how long the unlucky ones.',
    },
    'quantiles-percent': {
      first: 'Write quantiles from 0 to 1: 0.5, not 50.',
      fuller:
        'The option is called `percentiles`, and it takes quantiles: parts of 1. 0.9 is the time within which nine of ten requests were answered.',
    },
    'quantiles-other': {
      first:
        'Give exactly these `percentiles`: 0.5, 0.9 and 0.99. Left out, prom-client takes others.',
      fuller:
        'Without the option, prom-client computes 0.01, 0.05, 0.5, 0.9, 0.95, 0.99 and 0.999. Each is a series for each method and endpoint, and costs time at each scrape: choose those that somebody looks at.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const samples = after.samples(NAME, AT);
    const found = samples.map(({ labels }) => labels.quantile ?? '').toSorted();
    if (found.map(Number).join() === QUANTILES.map(Number).join()) return;
    const finding = {
      did: 'asked GET /treecounter 8 times, and /metrics',
      expected: `the quantiles ${QUANTILES.join(', ')}`,
      got: linesOf(after, NAME, AT),
    };
    if (found.length === 0) {
      const got = `no line with a quantile, only such as\n${linesOf(after, `${NAME}_count`, AT)}`;
      throw fail('quantiles-missing', { ...finding, got });
    }
    throw fail(
      found.some((one) => Number(one) > 1) ? 'quantiles-percent' : 'quantiles-other',
      finding,
    );
  },
});

const slidingWindow = check({
  name: 'its quantiles are those of the last minute',
  hints: {
    'no-window': {
      first:
        'Its window is missing, or longer than a minute: set `maxAgeSeconds: 60` and `ageBuckets: 2`.',
      fuller:
        'A minute without visitors has passed, and the quantiles still tell of those before. Without a window, a summary remembers everything since its start: after a week, a slow hour does not show any more. `maxAgeSeconds` says how much it remembers, `ageBuckets` in how many parts it forgets; prom-client needs both.',
    },
    'window-short': {
      first: 'Make the window a minute: `maxAgeSeconds: 60`, in seconds.',
      fuller:
        'After 20 seconds the quantiles had already forgotten. A scrape comes every five seconds, and a window that is too short holds too few requests to say anything.',
    },
  },
  async run(session, fail) {
    const { soon, later } = await laterLooks(session);
    const expected = `${NAME}{quantile="0.5"} of 20 s ago still counts, of 62 s ago no more`;
    const median = { ...AT, quantile: '0.5' };
    if (!(soon.sum(NAME, median) > 0)) {
      const did = 'asked GET /treecounter 8 times, and moved the clock 20 s ahead';
      throw fail('window-short', { did, expected, got: linesOf(soon, NAME, AT) });
    }
    if (!(later.sum(NAME, median) > 0)) return;
    const did = 'asked GET /treecounter 8 times, and moved the clock 62 s ahead';
    throw fail('no-window', { did, expected, got: linesOf(later, NAME, AT) });
  },
});

interface Looks {
  readonly soon: Scrape;
  readonly later: Scrape;
}

const looks = new WeakMap<Session, Promise<Looks>>();

/** The metrics 20 s and 62 s after the burst. The clock is moved once: it does not go back. */
function laterLooks(session: Session): Promise<Looks> {
  const look = async () => {
    await session.burst();
    const soon = await session.scrapeLater(20);
    return { soon, later: await session.scrapeLater(42) };
  };
  const made = looks.get(session) ?? look();
  looks.set(session, made);
  return made;
}

export const lesson: LessonChecks = {
  title: 'Summaries',
  learned: 'A summary computes quantiles in the program, for itself alone and for its last minute.',
  checks: [
    processingThere,
    ...visitsAreTimed({
      key: 'processing',
      name: NAME,
      type: 'summary',
      observe:
        '`requestProcessing.observe({ method, endpoint }, seconds)`, with what `stopTimer()` returns',
      zero: 'call `requestProcessing.reset()` after the observations that only make series',
    }),
    quantiles,
    slidingWindow,
  ],
};
