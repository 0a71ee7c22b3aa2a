import { defaultBuckets } from './06-histograms.ts';
import { boundsOf } from './timing.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NAME = 'request_duration_seconds';
const WANTED = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** How two lists of buckets differ, for a person. */
export function differenceOf(bounds: readonly number[]): string {
  const missing = WANTED.filter((bound) => !bounds.includes(bound));
  const more = bounds.filter((bound) => !WANTED.includes(bound));
  return [
    `the buckets ${bounds.join(', ') || '(none)'}`,
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(more.length > 0 ? [`too many: ${more.join(', ')}`] : []),
  ].join('\n');
}

/** Whether they are the buckets that step 07 chooses. */
export function areChosen(bounds: readonly number[]): boolean {
  return bounds.join() === WANTED.join();
}

const chosenBuckets = check({
  name: 'request_duration_seconds has the buckets 0.1, 0.2 … 1',
  supersedes: [defaultBuckets],
  hints: {
    'buckets-default': {
      first: 'Give the histogram `buckets: [0.1, 0.2, … 0.9, 1]`: these are the default ones.',
      fuller:
        'The registry takes 0 to 1 second. Of the default buckets only a few lie there, so a quantile is a guess between two that are far apart, and those above 1 second stay empty. Even steps of 0.1 over the range that occurs answer better.',
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
    'buckets-other': {
      first: 'Choose ten buckets in even steps: 0.1, 0.2, 0.3 and so on up to 1.',
      fuller:
        'The bounds are not those that the chapter asks for; compare the two lists above. Each bucket is one more series for each method and endpoint, so there should be as many as answer the question, and no more.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const bounds = boundsOf(after, NAME);
    if (areChosen(bounds)) return;
    const finding = {
      did: 'asked for /metrics',
      expected: `the buckets ${WANTED.join(', ')}`,
      got: differenceOf(bounds),
    };
    if (bounds.includes(0.005) && bounds.includes(10)) throw fail('buckets-default', finding);
    if (bounds.some((bound) => bound >= 50)) throw fail('buckets-unit', finding);
    if (bounds.some((bound, index) => bound <= (bounds[index - 1] ?? -Infinity))) {
      throw fail('buckets-order', finding);
    }
    const rounded = bounds.map((bound) => Number(bound.toFixed(6)));
    throw fail(areChosen(rounded) ? 'buckets-inexact' : 'buckets-other', finding);
  },
});

export const lesson: LessonChecks = {
  title: 'Buckets',
  learned: 'Buckets are chosen to fit what occurs: a quantile is only as exact as they are.',
  checks: [chosenBuckets],
};
