import type { ChapterQuestions, QueryHint } from '../question.ts';
import { addsUpBuckets, takesRawCounters, uses } from '../grammar.ts';
import { halfHour } from '../world.ts';

const history = () => halfHour(6);

const TREECOUNTER = 'job="app",endpoint="/treecounter"';

/** Growth per second of one of the histogram's series. */
const rate = (part: 'bucket' | 'sum' | 'count', matchers: string, range = '5m') =>
  `rate(request_duration_seconds_${part}{${matchers}}[${range}])`;

/** Two sums by the same labels, divided. */
const ratio = (part: string, all: string, by = '') => `sum ${by}(${part}) / sum ${by}(${all})`;

const byPage = 'by (endpoint) ';

const sinceTheStart: QueryHint = {
  id: 'since-the-start',
  says: 'A counter stands there as it is: all since each program started. How much did it grow in the time that is asked for?',
  when: takesRawCounters,
  ofRows: true,
};

export const chapter: ChapterQuestions = {
  heading: '06 Histograms',
  questions: [
    {
      id: '06a',
      where: 'homework',
      asks: [
        'How many seconds did a request for /treecounter take on average, over the last five minutes?',
        'One number for all programs and methods, in which each request weighs the same.',
      ],
      history,
      references: [ratio(rate('sum', TREECOUNTER), rate('count', TREECOUNTER))],
      hints: [
        {
          id: 'median',
          says: 'That is the median: half of the requests took longer. The average needs no bucket.',
          when: uses('histogram_quantile'),
        },
        {
          id: 'no-average-of-the-name',
          says: 'A histogram has no series of its bare name: look at /metrics. For an average you need two of its series.',
          when: ({ selectors }) =>
            selectors.some(({ name }) => name === 'request_duration_seconds'),
        },
        sinceTheStart,
        {
          id: 'mean-of-means',
          says: 'This is a mean of means: a program or method with few visitors weighs as much as one with many. Add up first, then divide.',
          like: [
            `avg(${rate('sum', TREECOUNTER)} / ${rate('count', TREECOUNTER)})`,
            `avg(sum by (instance) (${rate('sum', TREECOUNTER)}) / sum by (instance) (${rate('count', TREECOUNTER)}))`,
          ],
        },
        {
          id: 'adds-means',
          says: 'This adds up averages. Add up the seconds and the requests, then divide.',
          like: [`sum(${rate('sum', TREECOUNTER)} / ${rate('count', TREECOUNTER)})`],
        },
        {
          id: 'each-program',
          says: 'There is a row for each program or method. Add up over all of them on both sides of the division.',
          like: [
            `${rate('sum', TREECOUNTER)} / ${rate('count', TREECOUNTER)}`,
            `sum by (instance) (${rate('sum', TREECOUNTER)}) / sum by (instance) (${rate('count', TREECOUNTER)})`,
          ],
        },
        {
          id: 'all-pages',
          says: 'These are all pages: the quick ones make /treecounter look better than it is.',
          like: [ratio(rate('sum', 'job="app"'), rate('count', 'job="app"'))],
        },
        {
          id: 'upside-down',
          says: 'That is requests per second of waiting. Turn the division around.',
          like: [ratio(rate('count', TREECOUNTER), rate('sum', TREECOUNTER))],
        },
        {
          id: 'not-divided',
          says: 'That is how many seconds of waiting came together in each second. By what must you divide it to have it for one request?',
          like: [`sum(${rate('sum', TREECOUNTER)})`, `avg(${rate('sum', TREECOUNTER)})`],
        },
      ],
      because:
        'Sum and count are counters: they can be added up over programs and methods, and only then divided. That weighs each request the same.',
    },
    {
      id: '06b',
      where: 'class',
      asks: [
        'What share of the requests for each page was answered within a quarter of a second?',
        'Over the last five minutes. A row for each endpoint, from 0 to 1, all programs together.',
      ],
      history,
      references: [
        ratio(rate('bucket', 'job="app",le="0.25"'), rate('count', 'job="app"'), byPage),
        // Without the page that nobody asked for.
        `${ratio(rate('bucket', 'job="app",le="0.25"'), rate('count', 'job="app"'), byPage)} >= 0`,
      ],
      hints: [
        {
          id: 'quantile',
          says: 'A quantile goes the other way: you give a share, and it gives seconds. Here you have the seconds, and a bucket ends there.',
          when: uses('histogram_quantile'),
        },
        sinceTheStart,
        {
          id: 'all-buckets',
          says: 'Buckets are cumulative: added up over all `le`, a quick request counts many times. Which bucket holds the requests of up to 0.25 s?',
          when: (structure) =>
            addsUpBuckets(structure) &&
            structure.selectors.some(
              ({ name, matchers }) =>
                name === 'request_duration_seconds_bucket' &&
                !matchers.some(({ label }) => label === 'le'),
            ),
        },
        {
          id: 'several-buckets',
          says: 'Buckets are cumulative: that of 0.25 holds all the quicker ones already. One bucket is enough.',
          when: ({ selectors }) =>
            selectors.some(({ matchers }) =>
              matchers.some(
                ({ label, op, value }) => label === 'le' && op !== '=' && value !== '0.25',
              ),
            ),
        },
        {
          id: 'milliseconds',
          says: 'No bucket ends there: `le` is in seconds.',
          when: ({ selectors }) =>
            selectors.some(({ matchers }) =>
              matchers.some(({ label, value }) => label === 'le' && Number(value) > 10),
            ),
        },
        {
          id: 'other-bucket',
          says: 'That is the bucket of another limit. `le` is the upper bound of the bucket, in seconds.',
          like: [
            ratio(rate('bucket', 'job="app",le="0.5"'), rate('count', 'job="app"'), byPage),
            ratio(rate('bucket', 'job="app",le="0.1"'), rate('count', 'job="app"'), byPage),
          ],
        },
        {
          id: 'all-pages',
          says: 'One number for all pages. Which label must stay, on both sides of the division?',
          like: [ratio(rate('bucket', 'job="app",le="0.25"'), rate('count', 'job="app"'))],
        },
        {
          id: 'pairs',
          says: 'A division pairs the rows that have the same labels on both sides, and here they do not: the buckets still carry `le`, or one side is added up otherwise. Let both keep `endpoint` alone.',
          like: [
            `${rate('bucket', 'job="app",le="0.25"')} / ${rate('count', 'job="app"')}`,
            `sum by (endpoint, le) (${rate('bucket', 'job="app",le="0.25"')}) / sum by (endpoint) (${rate('count', 'job="app"')})`,
            `sum by (endpoint) (${rate('bucket', 'job="app",le="0.25"')}) / sum(${rate('count', 'job="app"')})`,
          ],
        },
        {
          id: 'per-second',
          says: 'That is how many requests per second are quick. A share is part of something: divide it.',
          like: [`sum by (endpoint) (${rate('bucket', 'job="app",le="0.25"')})`],
        },
        {
          id: 'mean-of-shares',
          says: "This is a mean of the programs' shares: one with few visitors weighs as much as one with many. Add up first, then divide.",
          like: [
            `avg by (endpoint) (${rate('bucket', 'job="app",le="0.25"')} / ignoring (le) ${rate('count', 'job="app"')})`,
          ],
        },
        {
          id: 'per-cent',
          says: 'That is a percentage. The question wants a number from 0 to 1.',
          like: [
            `${ratio(rate('bucket', 'job="app",le="0.25"'), rate('count', 'job="app"'), byPage)} * 100`,
          ],
        },
        {
          id: 'slow-share',
          says: 'That is the share of those who waited for longer. The bucket itself holds the quick ones.',
          like: [
            `1 - ${ratio(rate('bucket', 'job="app",le="0.25"'), rate('count', 'job="app"'), byPage)}`,
          ],
        },
      ],
      because:
        'The bucket of 0.25 holds all requests of up to 0.25 s, and the count holds all: their ratio is exact, because a bucket ends where you ask. A page that nobody asked for has `NaN`: 0 / 0.',
    },
    {
      id: '06c',
      where: 'class',
      asks: [
        'Within how many seconds does each of your programs answer nine of ten requests?',
        'Over the last five minutes. A row for each instance, all pages and methods together.',
      ],
      history,
      references: [
        `histogram_quantile(0.9, sum by (instance, le) (${rate('bucket', 'job="app"')}))`,
        `histogram_quantile(0.9, sum by (job, instance, le) (${rate('bucket', 'job="app"')}))`,
      ],
      hints: [
        {
          id: 'share-of-90',
          says: '`histogram_quantile` takes a share from 0 to 1: above 1 it gives `+Inf`.',
          when: ({ numbers }) => numbers.includes(90),
        },
        {
          id: 'no-buckets',
          says: 'A quantile is estimated from the buckets: the series that end in `_bucket`.',
          when: ({ selectors }) =>
            selectors.length > 0 &&
            selectors.every(({ name }) => /^request_duration_seconds(_sum|_count)?$/.test(name)),
        },
        {
          id: 'quantile-of-rows',
          says: '`quantile` takes the values of several rows, one from each. A histogram has a function of its own.',
          when: uses('quantile', 'quantile_over_time'),
        },
        sinceTheStart,
        {
          id: 'no-le',
          says: 'Nothing comes back: the sum has dropped `le`, and with it the limits from which a quantile is estimated. Keep it beside the label that you want.',
          like: [
            `histogram_quantile(0.9, sum by (instance) (${rate('bucket', 'job="app"')}))`,
            `histogram_quantile(0.9, sum(${rate('bucket', 'job="app"')}))`,
          ],
        },
        {
          id: 'all-programs',
          says: 'One number for all programs. Which label must stay beside `le`?',
          like: [`histogram_quantile(0.9, sum by (le) (${rate('bucket', 'job="app"')}))`],
        },
        {
          id: 'by-page',
          says: 'That is a quantile for each page. The question wants one for each program: which label tells them apart?',
          like: [`histogram_quantile(0.9, sum by (endpoint, le) (${rate('bucket', 'job="app"')}))`],
        },
        {
          id: 'each-series',
          says: 'There is a row for each page and method. Add up the buckets first: what may stay is the program, and `le`.',
          like: [`histogram_quantile(0.9, ${rate('bucket', 'job="app"')})`],
        },
        {
          id: 'mean-of-quantiles',
          says: 'Quantiles cannot be averaged or compared into one: take them last, once the buckets are added up.',
          when: ({ calls }) =>
            calls.some(({ name, inside }) => name === 'histogram_quantile' && inside.length > 0),
        },
        {
          id: 'one-of-ten',
          says: 'That is the time within which one of ten is answered.',
          like: [`histogram_quantile(0.1, sum by (instance, le) (${rate('bucket', 'job="app"')}))`],
        },
        {
          id: 'other-share',
          says: 'Nine of ten is another share.',
          like: [
            `histogram_quantile(0.95, sum by (instance, le) (${rate('bucket', 'job="app"')}))`,
            `histogram_quantile(0.99, sum by (instance, le) (${rate('bucket', 'job="app"')}))`,
          ],
        },
        {
          id: 'one-page',
          says: 'That is /treecounter alone. The question takes all pages together.',
          like: [`histogram_quantile(0.9, sum by (instance, le) (${rate('bucket', TREECOUNTER)}))`],
        },
      ],
      because:
        'From the inside out: `rate` sees restarts, sum brings together what you want together, and `le` must live until the quantile is taken.',
    },
  ],
};
