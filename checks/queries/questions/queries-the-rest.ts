import { asValues, seriesName, type History } from '../history.ts';
import { takesRawCounters, uses } from '../grammar.ts';
import type { ChapterQuestions } from '../question.ts';
import { halfHour } from '../world.ts';

const ALL = 'sum by (endpoint) (rate(requests_total{job="app"}[5m]))';
const FAILED = 'sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[5m]))';
const EACH = 'sum by (instance) (rate(requests_total{job="app"}[5m]))';

const OF_STATUS = (status: string) =>
  `rate(requests_total{job="app",method="GET",endpoint="/treecounter",status="${status}"}[5m])`;
const BAD = OF_STATUS('503');
const GOOD = OF_STATUS('200');

const NOW = 'rate(requests_total{job="app"}[1m])';

const FREE = 'host_memory_free_bytes{job="app"}';
const LATER = `predict_linear(${FREE}[10m], 3600)`;

const HOST = '"host", "$1", "instance", "(.*):.*"';

const EUROS = 'donated_euros_total{job="app"}';

const PAGE = ',endpoint="/treecounter"';
const BUCKETS = `rate(request_duration_seconds_bucket{job="app"${PAGE}}[5m])`;

const VISITS = '{job="app",endpoint="/treecounter"}[5m]';
const SPENT = `rate(request_duration_seconds_sum${VISITS})`;
const COUNT = `rate(request_duration_seconds_count${VISITS})`;
const REGISTRY = 'rate(registry_duration_seconds_sum{job="app"}[5m])';
const CALLS = 'rate(registry_duration_seconds_count{job="app"}[5m])';

/**
 * The memory of three machines: of the first less and less is free, for a while faster; the second
 * goes up and down; the third loses so little that the hour is too short.
 */
const memory = (): History => {
  const free = (instance: string, of: (at: number) => number) => [
    seriesName('host_memory_free_bytes', { job: 'app', instance }),
    asValues(Array.from({ length: 361 }, (_, at) => Math.round(of(at)))),
  ];
  return {
    everySeconds: 5,
    series: Object.fromEntries([
      free('app:8001', (at) => 4e9 - 5e6 * at - 3e6 * Math.max(0, at - 160) + 4e7 * Math.sin(at)),
      free('app2:8001', (at) => 3e9 + 8e8 * Math.sin(at / 40)),
      free('app3:8001', (at) => 2.9e9 - 1e6 * at + 2e7 * Math.sin(at / 3)),
    ]),
  };
};

export const chapter: ChapterQuestions = {
  heading: 'Queries, the rest',
  questions: [
    {
      id: 'Qa',
      where: 'second half-day',
      asks: [
        'How many requests per second fail (status 5xx), by endpoint, over the last five minutes?',
        'A row for each endpoint that has requests_total: 0 where it has no series of a failure.',
      ],
      history: () => halfHour(4),
      references: [`${FAILED} or 0 * ${ALL}`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'row-without-labels',
          says: '`vector(0)` has no labels, so it takes the place of no endpoint: it comes as a row of its own.',
          like: [`${FAILED} or vector(0)`],
        },
        {
          id: 'left-wins',
          says: '`or` takes all rows of the left side, and of the right one only those whose labels the left has not. Here the zeros are on the left.',
          like: [`0 * ${ALL} or ${FAILED}`],
        },
        {
          id: 'not-zero',
          says: 'The row that was missing is there, but with a value of its own in place of 0.',
          like: [`${FAILED} or ${ALL}`],
        },
        {
          id: 'both-sides',
          says: '`+` keeps what has a partner on both sides: an endpoint without a series of a failure is still missing.',
          when: ({ operators }) => operators.some(({ op }) => op === '+'),
        },
        {
          id: 'missing',
          says: 'An endpoint is missing: no series of it has a status 5xx. Which other series know that it is there?',
          like: [FAILED],
        },
      ],
      because:
        'What is missing is not 0, for Prometheus. `or` brings the zeros from a series that is there, with the same labels.',
    },
    {
      id: 'Qb',
      where: 'second half-day',
      asks: [
        'Which endpoints had requests in the last five minutes, and not one failure (status 5xx)?',
        'A row for each endpoint: all its requests per second over these five minutes.',
      ],
      history: () => halfHour(4),
      references: [`${ALL} > 0 unless ${FAILED} > 0`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'zero-is-a-row',
          says: '`unless` looks at labels, never at values: a series of failures that stands at 0 takes its endpoint away, too.',
          like: [`${ALL} > 0 unless ${FAILED}`, `${ALL} unless ${FAILED}`],
        },
        {
          id: 'idle',
          says: 'Endpoints are in it that nobody asked for in these five minutes.',
          like: [`${ALL} unless ${FAILED} > 0`],
        },
        {
          id: 'no-series',
          says: 'An endpoint that has no series of a failure at all is missing: `and` and `==` need a row there.',
          like: [`${ALL} > 0 and ${FAILED} == 0`],
        },
        {
          id: 'the-other-way-round',
          says: 'These are the endpoints that fail. The question wants the others.',
          like: [`${ALL} > 0 and ${FAILED} > 0`],
        },
      ],
      because:
        '`unless` takes away each row on the left that has a partner on the right, whatever its value. So the right side must hold only what is really to go.',
    },
    {
      id: 'Qc',
      where: 'homework',
      asks: [
        'What share of your programs answers over 0.7 requests per second, over five minutes?',
        'One number from 0 to 1, over all programs of the job app that have requests_total.',
      ],
      history: () => halfHour(4),
      references: [`avg(${EACH} > bool 0.7)`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'mean-rate',
          says: 'A comparison without `bool` keeps the values of the rows that pass: this is the mean of their rates.',
          like: [`avg(${EACH} > 0.7)`],
        },
        {
          id: 'counts-zeros',
          says: '`count` counts rows, and with `bool` a row that is 0 is one, too.',
          like: [`count(${EACH} > bool 0.7) / count(${EACH})`, `count(${EACH} > bool 0.7)`],
        },
        {
          id: 'how-many',
          says: 'That is how many. A share is part of something: of how many?',
          like: [`count(${EACH} > 0.7)`, `sum(${EACH} > bool 0.7)`],
        },
        {
          id: 'each-program',
          says: 'That is a row for each program. The question wants one number for all.',
          like: [`${EACH} > bool 0.7`, `${EACH} > 0.7`],
        },
        {
          id: 'each-series',
          says: 'This compares each series: a program has one for each method, endpoint and status. Add them up for each program first.',
          like: ['avg(rate(requests_total{job="app"}[5m]) > bool 0.7)'],
        },
      ],
      because:
        '`bool` turns each row into 0 or 1 and drops none, and the mean of zeros and ones is a share.',
    },
    {
      id: 'Qd',
      where: 'homework',
      asks: [
        'How many GET requests to /treecounter end with 503 for each one that ends with 200?',
        'Over five minutes, a row for each program, with all labels but status.',
      ],
      history: () => halfHour(4),
      references: [`${BAD} / ignoring (status) ${GOOD}`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'no-partner',
          says: 'Nothing comes back: a row finds its partner by all labels, and `status` differs on the two sides.',
          like: [`${BAD} / ${GOOD}`],
        },
        {
          id: 'too-few-labels',
          says: 'The values are right. What stands in `on (…)` is all that the rows keep.',
          like: [`${BAD} / on (instance) ${GOOD}`, `${BAD} / on (job, instance) ${GOOD}`],
        },
        {
          id: 'still-status',
          says: 'The values are right, but `group_left` keeps all labels of the left side, `status` too.',
          like: [`${BAD} / ignoring (status) group_left () ${GOOD}`],
        },
        {
          id: 'of-all',
          says: 'This divides by both. The question wants failures for each success.',
          like: [`${BAD} / ignoring (status) (${BAD} + ignoring (status) ${GOOD})`],
        },
        {
          id: 'all-programs',
          says: 'One number for all programs: the question wants a row for each.',
          like: [`sum(${BAD}) / sum(${GOOD})`],
        },
        {
          id: 'the-other-way-round',
          says: 'That is how many succeed for each that fails.',
          like: [`${GOOD} / ignoring (status) ${BAD}`],
        },
      ],
      because:
        '`ignoring` names the labels in which the partners differ, `on` those in which they agree. A label that comes later stays with `ignoring`, and is lost with `on`.',
    },
    {
      id: 'Qe',
      where: 'second half-day',
      asks: [
        'What was the highest number of requests per second, of all programs together, in ten minutes?',
        'Take the rate over one minute, and look at it once a minute.',
      ],
      history: () => halfHour(4),
      references: [`max_over_time(sum(${NOW})[10m:1m])`],
      hints: [
        {
          id: 'no-subquery',
          says: 'A range behind a result needs a step, so that Prometheus knows at which moments to compute it: a colon stands between the two.',
          when: ({ calls }) =>
            calls.some(({ name }) => name === 'max_over_time') &&
            !calls.some(({ inside }) => inside.includes('subquery')),
        },
        {
          id: 'each-its-own',
          says: 'Each series has its maximum at a moment of its own, and these are added up: never were there so many at once. Add up inside.',
          like: [`sum(max_over_time(${NOW}[10m:1m]))`],
        },
        {
          id: 'each-series',
          says: 'Here is the highest rate of single series. For all together, add up before you look for the highest.',
          like: [
            `max_over_time(${NOW}[10m:1m])`,
            `max(max_over_time(${NOW}[10m:1m]))`,
            `max_over_time(sum by (instance) (${NOW})[10m:1m])`,
            `max(max_over_time(sum by (instance) (${NOW})[10m:1m]))`,
          ],
        },
        {
          id: 'rate-of-another-time',
          says: 'There are two times in it: how far back you look for the highest, and how far back each rate looks. Which is a minute?',
          when: ({ selectors, calls }) =>
            calls.some(({ inside }) => inside.includes('subquery')) &&
            selectors.some(({ range }) => range && !['1m', '60s'].includes(range)),
        },
        {
          id: 'mean',
          says: 'That is the mean of ten minutes: it hides the worst one.',
          like: ['sum(rate(requests_total{job="app"}[10m]))', `avg_over_time(sum(${NOW})[10m:1m])`],
        },
        {
          id: 'now',
          says: 'That is the rate of the last minute. Which was the highest of ten?',
          like: [`sum(${NOW})`, `max(${NOW})`],
        },
        {
          id: 'step',
          says: 'The highest value depends on how often you look: the question wants once a minute.',
          like: [`max_over_time(sum(${NOW})[10m:5s])`, `max_over_time(sum(${NOW})[10m:30s])`],
        },
      ],
      because:
        'A subquery evaluates a query again and again: `[10m:1m]` is ten times. A query that is asked often is better a recording rule.',
    },
    {
      id: 'Qf',
      where: 'second half-day',
      asks: [
        'If the last ten minutes go on like this, which machines have no free memory in an hour?',
        'By host_memory_free_bytes. A row for each: the bytes that a straight line says for then.',
      ],
      history: memory,
      references: [`${LATER} < 0`, `${FREE} + 3600 * deriv(${FREE}[10m]) < 0`],
      hints: [
        {
          id: 'counter',
          says: '`rate` and `increase` take each fall for a restart of a counter. Free memory goes up and down.',
          when: uses('rate', 'increase', 'irate'),
        },
        {
          id: 'bool',
          says: '`bool` keeps each row and makes it 0 or 1.',
          when: ({ operators }) => operators.some(({ bool }) => bool),
        },
        {
          id: 'exactly-zero',
          says: 'A line hardly ever stands at 0 itself: it goes on below. Ask for all that is used up by then.',
          when: ({ operators }) => operators.some(({ op }) => op === '=='),
        },
        {
          id: 'seconds',
          says: '`predict_linear` counts in seconds: this looks not far enough.',
          like: [
            `predict_linear(${FREE}[10m], 60) < 0`,
            `predict_linear(${FREE}[10m], 1) < 0`,
            `predict_linear(${FREE}[10m], 60)`,
            `predict_linear(${FREE}[10m], 1)`,
          ],
        },
        {
          id: 'all-machines',
          says: 'That is what all machines will have. Only those matter that have nothing left.',
          like: [LATER, `${FREE} + 3600 * deriv(${FREE}[10m])`],
        },
        {
          id: 'two-samples',
          says: '`delta` looks at the first and the last sample alone: where the values swing, a line through all of them says more.',
          when: uses('delta', 'idelta'),
        },
        {
          id: 'falls',
          says: 'These are the machines whose memory gets less. How much would be left in an hour?',
          like: [`deriv(${FREE}[10m]) < 0`],
        },
      ],
      because:
        'A fixed limit is too late for a fast leak and too early for a slow one: a line through the last samples says when. It knows nothing of nights and weekends.',
    },
    {
      id: 'Qg',
      where: 'homework',
      asks: [
        'How many requests per second go to each host, over five minutes?',
        'The host is what stands before the colon in instance. Give it a label host, the only one.',
      ],
      history: () => halfHour(4),
      references: [`sum by (host) (label_replace(rate(requests_total{job="app"}[5m]), ${HOST}))`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'whole-value',
          says: 'There is no label host: the expression must match the whole value of the label, and where it does not, nothing is replaced.',
          like: [
            'sum by (host) (label_replace(rate(requests_total{job="app"}[5m]), "host", "$1", "instance", "(.*):"))',
            EACH.replace('instance', 'host'),
          ],
        },
        {
          id: 'whole-instance',
          says: 'The port is still in it. `$1` is what the first pair of parentheses matched, and `$0` all.',
          like: [
            'sum by (host) (label_replace(rate(requests_total{job="app"}[5m]), "host", "$0", "instance", "(.*):.*"))',
          ],
        },
        {
          id: 'still-instance',
          says: 'The new label is there, beside the others. Add up by it.',
          like: [`label_replace(${EACH}, ${HOST})`],
        },
        {
          id: 'no-host',
          says: 'These are the instances, with their ports. The question wants a label that Prometheus does not have: make it.',
          like: [EACH],
        },
      ],
      because:
        '`label_replace` makes a label for one query. What every query needs is better done once, by `relabel_configs`.',
    },
    {
      id: 'Qh',
      where: 'homework',
      asks: [
        'How old, in seconds, is the newest sample of donated_euros_total of each program?',
        'A row for each program of the job app, with its labels job and instance.',
      ],
      history: () => halfHour(4),
      references: [`time() - timestamp(${EUROS})`],
      hints: [
        {
          id: 'of-a-result',
          says: 'What a function or an operator gives is as old as your question: 0 seconds. Only a stored sample has a time of its own.',
          like: [
            `time() - timestamp(0 + ${EUROS})`,
            `time() - timestamp(rate(${EUROS}[5m]))`,
            `time() - timestamp(rate(${EUROS}[1m]))`,
          ],
        },
        {
          id: 'value',
          says: 'This takes the euros away from the time. Which function knows when a sample was stored?',
          like: [`time() - ${EUROS}`],
        },
        {
          id: 'moment',
          says: 'That is the moment, in seconds since 1970. The question wants how long ago it was.',
          like: [`timestamp(${EUROS})`],
        },
        {
          id: 'negative',
          says: 'An age below 0: the later moment stands on the left.',
          like: [`timestamp(${EUROS}) - time()`],
        },
        {
          id: 'program',
          says: 'That is the age of the program. The question is about the age of a sample.',
          when: ({ selectors }) =>
            selectors.some(({ name }) => name === 'process_start_time_seconds'),
        },
      ],
      because:
        '`timestamp` gives the moment at which Prometheus scraped a sample. Above the interval of the scrapes, something is late.',
    },
    {
      id: 'Qi',
      where: 'homework',
      asks: [
        'Within which time are 90 of 100 visits to /treecounter answered, of all programs together?',
        'In seconds, over five minutes. There is a summary, and there is a histogram: choose.',
      ],
      history: () => halfHour(8),
      references: [`histogram_quantile(0.9, sum by (le) (${BUCKETS}))`],
      hints: [
        {
          id: 'summary',
          says: 'A summary has a quantile for each program, and no function makes one of them all: neither their mean nor the highest is it.',
          when: ({ selectors }) =>
            selectors.some(({ name }) => name.startsWith('request_processing_seconds')),
        },
        {
          id: 'since-the-start',
          says: 'The buckets stand there as they are: all visits since each program started.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'mean-of-quantiles',
          says: 'These are quantiles of single series, put together afterwards: a program with few visitors weighs as much as one with many. Add up the buckets first.',
          like: ['avg', 'max', 'min', 'sum'].map(
            (name) => `${name}(histogram_quantile(0.9, sum by (instance, le) (${BUCKETS})))`,
          ),
        },
        {
          id: 'each-program',
          says: 'That is the time of each program. For all together, which label must not keep them apart?',
          like: [`histogram_quantile(0.9, sum by (instance, le) (${BUCKETS}))`],
        },
        {
          id: 'all-pages',
          says: 'Other pages are in it: the question is about the visits to one.',
          like: [`histogram_quantile(0.9, sum by (le) (${BUCKETS.replace(PAGE, '')}))`],
        },
        {
          id: 'percent',
          says: 'The share of `histogram_quantile` is from 0 to 1.',
          like: [`histogram_quantile(90, sum by (le) (${BUCKETS}))`],
        },
        {
          id: 'no-le',
          says: 'Nothing comes back: the buckets lost the label that says where each ends.',
          like: [`histogram_quantile(0.9, sum(${BUCKETS}))`],
        },
      ],
      because:
        'Buckets are counters, and counters can be added up; quantiles cannot. That is why a service with several programs wants a histogram.',
    },
    {
      id: 'Qj',
      where: 'homework',
      asks: [
        'How many milliseconds of a visit to /treecounter does the program itself take, on average?',
        'The visit minus the time of the registry. Over five minutes, one number for all programs.',
      ],
      history: () => halfHour(10),
      references: [`1000 * (sum(${SPENT}) - sum(${REGISTRY})) / sum(${COUNT})`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'no-partner',
          says: 'Nothing comes back: the visits have a method and an endpoint, the registry has not, and an operator pairs rows with the same labels. Add up both.',
          like: [`1000 * (${SPENT} - ${REGISTRY}) / ${COUNT}`, `${SPENT} - ${REGISTRY}`],
        },
        {
          id: 'two-means',
          says: 'Two means of different things: not every visit asks the registry, so the two divide by different numbers. Divide both by the visits.',
          like: [`1000 * (sum(${SPENT}) / sum(${COUNT}) - sum(${REGISTRY}) / sum(${CALLS}))`],
        },
        {
          id: 'registry-too',
          says: 'The time of the registry is still in it.',
          like: [`1000 * sum(${SPENT}) / sum(${COUNT})`],
        },
        {
          id: 'per-second',
          says: 'That is how much time goes by per second, for all visits. How long is it for each visit?',
          like: [`1000 * (sum(${SPENT}) - sum(${REGISTRY}))`, `sum(${SPENT}) - sum(${REGISTRY})`],
        },
        {
          id: 'all-pages',
          says: 'Other pages are in it: the question is about the visits to one.',
          when: ({ selectors }) =>
            selectors.some(
              ({ name, matchers }) =>
                name.startsWith('request_duration_seconds') &&
                !matchers.some(({ label }) => label === 'endpoint'),
            ),
        },
      ],
      because:
        'Sums of seconds can be taken from each other, as long as both are per second and both are added up. Means of two different numbers of things cannot.',
    },
  ],
};
