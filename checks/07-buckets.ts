import { DEFAULT, defaultBuckets } from './06-histograms.ts';
import { boundsOf } from './timing.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NAME = 'request_duration_seconds';

/** Within how many seconds nine of ten visitors are to have their answer. */
const PROMISE = 0.3;

/** The widest that a bucket beside the promise may be, in seconds. */
const WIDEST = 0.1;

/** What queries name: the dashboard's row 07, the alert SlowAnswers, and a query of chapter 06. */
const ASKED_FOR = [0.3, 0.5, 0.6, 0.9, 1];

const MOST = 15;

/** The limits of the two buckets that meet at the promise, as far as there are any. */
function besidePromise(bounds: readonly number[]): { below: number; above: number } {
  const at = bounds.indexOf(PROMISE);
  return { below: bounds[at - 1] ?? 0, above: bounds[at + 1] ?? Infinity };
}

// 0.4 - 0.3 is a little more than 0.1 where it is computed in binary.
const isTooWide = (from: number, to: number) => to - from > WIDEST + 1e-9;

const fittingBuckets = check({
  name: 'the buckets of request_duration_seconds fit the promise, and what is asked of them',
  supersedes: [defaultBuckets],
  hints: {
    'buckets-default': {
      first: 'Give the histogram `buckets: […]`, a list of limits: these are the default ones.',
      fuller:
        'The registry takes 0 to 1 second. Of the default buckets only a few lie there, so a quantile is a guess between two that are far apart, and those above 1 second stay empty. Put limits where the answers are, and one at the promise.',
    },
    'buckets-unit': {
      first: 'Give the buckets in seconds, the unit in the name: 0.1, not 100.',
      fuller:
        'The bounds are compared with what is observed, which is in seconds. With bounds such as 100 and 200, every request falls into the first bucket, and each quantile lies somewhere in it.',
    },
    'buckets-order': {
      first: 'Give each bucket its upper bound, larger than the one before: 0.1, 0.2, 0.3 …',
      fuller:
        'Buckets are limits, "at most so much", and no widths, and they stand in rising order. prom-client takes the list as it is: with a bound twice, or with a larger one before a smaller, it counts in the wrong places.',
    },
    'buckets-inexact': {
      first:
        'Write the bounds out, or divide, `n / 10`: multiplied by 0.1, one is not exactly 0.3.',
      fuller:
        'A computer cannot hold 0.1 exactly, and adding or multiplying makes it visible: 3 * 0.1 is 0.30000000000000004. That text becomes the label `le`, and a query for le="0.3" finds nothing. `3 / 10` is 0.3.',
    },
    'buckets-asked-for': {
      first: 'Let a bucket end at each limit that a query names: 0.3, 0.5, 0.6, 0.9 and 1.',
      fuller:
        'A query can ask for the share within 0.6 s only if a bucket ends there. Row 07 of the dashboard asks for 0.3, 0.6 and 0.9, the alert SlowAnswers for 1, and the share of chapter 06 for 0.5. Without the bucket they return nothing: a panel stays empty, and an alert silent. All other limits are yours.',
    },
    'buckets-wide': {
      first: 'Put a limit within 0.1 s below the promise of 0.3 s, and another within 0.1 s above.',
      fuller:
        'A quantile assumes that the requests in a bucket are spread evenly over it, so it can be off by the width of the bucket. The promise is that p90 lies below 0.3 s. Where p90 comes near that, it lies in one of the two buckets that meet there, and a wide one makes it a guess. All other buckets may be as wide as you like.',
    },
    'buckets-many': {
      first: 'Choose fifteen limits at most: each is a series for each method and endpoint.',
      fuller:
        'Each bucket is stored by the program and by Prometheus, for each pair of method and endpoint, at each scrape. Limits far from the promise, which no query names, tell little: leave them out.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const bounds = boundsOf(after, NAME);
    const finding = (expected: string) => ({
      did: 'asked for /metrics',
      expected,
      got: `the buckets ${bounds.join(', ') || '(none)'}`,
    });
    const misses = (list: readonly number[]) => ASKED_FOR.filter((bound) => !list.includes(bound));
    const missing = misses(bounds);
    const asked = finding(
      `buckets that end at ${ASKED_FOR.join(', ')}, among others\nmissing: ${missing.join(', ')}`,
    );
    if (bounds.some((bound, index) => bound <= (bounds[index - 1] ?? -Infinity))) {
      throw fail('buckets-order', finding('limits that rise'));
    }
    if (missing.length > 0) {
      if (bounds.join() === DEFAULT.join()) throw fail('buckets-default', asked);
      if (bounds.some((bound) => bound >= 50)) throw fail('buckets-unit', asked);
      const rounded = bounds.map((bound) => Number(bound.toFixed(6)));
      throw fail(misses(rounded).length === 0 ? 'buckets-inexact' : 'buckets-asked-for', asked);
    }
    const { below, above } = besidePromise(bounds);
    if (isTooWide(below, PROMISE) || isTooWide(PROMISE, above)) {
      const beside = isTooWide(below, PROMISE)
        ? `${below} to ${PROMISE}`
        : `${PROMISE} to ${above}`;
      throw fail('buckets-wide', {
        ...finding(`buckets of ${WIDEST} s at most on both sides of ${PROMISE} s`),
        got: `the buckets ${bounds.join(', ')}\ntoo wide: ${beside}`,
      });
    }
    if (bounds.length > MOST) throw fail('buckets-many', finding(`${MOST} limits at most`));
  },
});

export const lesson: LessonChecks = {
  title: 'Buckets',
  learned: 'Buckets are chosen to fit what occurs: a quantile is only as exact as they are.',
  checks: [fittingBuckets],
};
