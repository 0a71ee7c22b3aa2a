import { asValues, seriesName, type History } from '../history.ts';
import type { ChapterQuestions } from '../question.ts';

const PROBED = 'probe_success{job="pages"}';
const SHARE = `avg by (instance) (avg_over_time(${PROBED}[10m]))`;
const EACH = 'count by (job) ({__name__!=""})';

const LASTS = 361;
const every = (of: (at: number) => number) =>
  asValues(Array.from({ length: LASTS }, (_, at) => of(at)));

/** Two pages that are visited every 5 s: one hangs from 900 to 1100 s, the other fails now and then. */
const visits = (): History => {
  const page = (path: string, good: (at: number) => boolean) => {
    const labels = { job: 'pages', instance: `http://app:8000${path}` };
    const seconds = (at: number) => (good(at) ? 0.01 + (at % 7) / 100 : 2);
    return [
      [seriesName('probe_success', labels), every((at) => (good(at) ? 1 : 0))],
      [seriesName('probe_duration_seconds', labels), every(seconds)],
      // blackbox_exporter itself is away for a moment.
      [seriesName('up', labels), every((at) => (at > 330 && at < 334 ? 0 : 1))],
    ];
  };
  return {
    everySeconds: 5,
    series: Object.fromEntries([
      ...page('/', (at) => at < 180 || at > 220),
      ...page('/treecounter', (at) => at % 6 !== 0),
    ]),
  };
};

/**
 * Three jobs: of one target of `node`, most of what it sends is dropped; `app` has two targets, the
 * second from 600 s on; `prometheus` has the metric with the most series.
 */
const stored = (): History => {
  const series: Record<string, string> = {};
  const target = (job: string, instance: string, scraped: number, kept: number, from = 0) => {
    const lives = (of: number) => (from > 0 ? `_x${from} ` : '') + `${of}x${LASTS - from - 1}`;
    const labels = { job, instance };
    series[seriesName('up', labels)] = lives(1);
    series[seriesName('scrape_samples_scraped', labels)] = lives(scraped);
    series[seriesName('scrape_samples_post_metric_relabeling', labels)] = lives(kept);
    for (let number = 0; number < kept; number++) {
      const name = number < kept / 2 ? `${job}_things` : `${job}_others`;
      series[seriesName(name, { ...labels, number: `${number}` })] = lives(number);
    }
  };
  target('node', 'laptop', 700, 6);
  target('app', 'app:8001', 9, 9);
  target('app', 'app2:8001', 9, 9, 120);
  target('prometheus', 'localhost:9090', 14, 14);
  return { everySeconds: 5, series };
};

export const chapter: ChapterQuestions = {
  heading: 'What others measure',
  questions: [
    {
      id: 'Wc',
      where: 'second half-day',
      asks: [
        'What share of the visits from outside went well in the last ten minutes, by page?',
        'By probe_success of the job pages: a row for each page, with the label instance alone.',
      ],
      history: visits,
      references: [SHARE],
      hints: [
        {
          id: 'the-exporter',
          says: '`up` says whether blackbox_exporter answered, and it answers well when a page does not.',
          when: ({ selectors }) => selectors.some(({ name }) => name === 'up'),
        },
        {
          id: 'a-rate',
          says: 'A gauge that goes up and down between 0 and 1 is no counter: `rate` and `increase` take each fall for a restart.',
          when: ({ calls }) =>
            calls.some(({ name }) => ['rate', 'increase', 'irate'].includes(name)),
        },
        {
          id: 'now',
          says: 'That is the last visit alone. How many of ten minutes went well?',
          like: [PROBED, `avg by (instance) (${PROBED})`, `sum by (instance) (${PROBED})`],
        },
        {
          id: 'ever',
          says: 'That says whether one of the visits failed, or whether one went well. The question wants a share.',
          like: [
            `min by (instance) (min_over_time(${PROBED}[10m]))`,
            `max by (instance) (max_over_time(${PROBED}[10m]))`,
          ],
        },
        {
          id: 'how-many',
          says: 'That is how many went well. A share is part of something: of how many visits?',
          like: [`sum by (instance) (sum_over_time(${PROBED}[10m]))`],
        },
        {
          id: 'all-pages',
          says: 'One number for all pages: one that is always well hides one that is not.',
          like: [`avg(avg_over_time(${PROBED}[10m]))`],
        },
      ],
      because:
        'The mean of zeros and ones over time is a share. As an objective, it is the availability that a visitor sees.',
    },
    {
      id: 'Wd',
      where: 'second half-day',
      asks: [
        'Which job has the most series in Prometheus now?',
        'One row with the label job: how many, with those that Prometheus adds to each target.',
      ],
      history: stored,
      references: [`topk(1, ${EACH})`],
      hints: [
        {
          id: 'as-sent',
          says: 'That is what the targets have sent. What is dropped is not stored, and what Prometheus adds itself is not in it.',
          when: ({ selectors }) => selectors.some(({ name }) => name?.startsWith('scrape_samples')),
        },
        {
          id: 'each-job',
          says: 'That is a row for each job. Which one has the most?',
          like: [EACH, `sort_desc(${EACH})`],
        },
        {
          id: 'no-name',
          says: 'The number is right, and does not say whose it is: `max` loses the label.',
          like: [`max(${EACH})`],
        },
        {
          id: 'by-name',
          says: 'That is the metric with the most series. The question wants the job.',
          like: [
            'topk(1, count by (__name__) ({__name__!=""}))',
            'topk(1, count by (__name__, job) ({__name__!=""}))',
          ],
        },
        {
          id: 'each-target',
          says: 'That is a single target. A job has those of all its targets.',
          like: [
            'topk(1, count by (job, instance) ({__name__!=""}))',
            'topk(1, count by (instance) ({__name__!=""}))',
          ],
        },
        {
          id: 'adds-values',
          says: '`sum` adds the values up. How many series there are is a matter of `count`.',
          like: ['topk(1, sum by (job) ({__name__!=""}))'],
        },
      ],
      because:
        '`{__name__!=""}` is every series that there is. It is a heavy query on a large Prometheus: /tsdb-status tells the same for less.',
    },
  ],
};
