import { asValues, seriesName, type History, type Point } from '../history.ts';
import { takesRawCounters } from '../grammar.ts';
import type { ChapterQuestions } from '../question.ts';

const UP = 'up{job="fleet"}';
const EACH = 'sum by (instance) (rate(requests_total{job="fleet"}[5m]))';
const ALL = 'sum(rate(requests_total{job="fleet"}[5m]))';

/**
 * Three instances that get 4, 2 and 1 visits per second. The second is down from 800 to 1000 s, and gone
 * from 1100 s on; the third is down after 1300 s; the first is gone after 1600 s, and the third with it.
 */
const fleet = (): History => {
  const values = (of: (seconds: number) => Point) =>
    asValues(Array.from({ length: 361 }, (_, at) => of(5 * at)));
  const instance = (name: string, perSecond: number, down: [number, number], gone: number) => {
    const labels = { job: 'fleet', instance: `${name}:8001` };
    const isDown = (seconds: number) => seconds >= down[0] && seconds < down[1];
    const count = (share: number) => (seconds: number) => {
      if (seconds >= gone || isDown(seconds)) return 'stale';
      return share * perSecond * (seconds >= down[1] ? seconds - down[1] : 100 + seconds);
    };
    const page = { endpoint: '/treecounter', method: 'GET' };
    const counter = (status: string) =>
      seriesName('requests_total', { ...labels, ...page, status });
    return [
      [
        seriesName('up', labels),
        values((seconds) => (seconds >= gone ? 'stale' : isDown(seconds) ? 0 : 1)),
      ],
      [counter('200'), values(count(0.85))],
      [counter('503'), values(count(0.15))],
    ];
  };
  return {
    everySeconds: 5,
    series: Object.fromEntries([
      ...instance('fleet-1', 4, [Infinity, Infinity], 1600),
      ...instance('fleet-2', 2, [800, 1000], 1100),
      ...instance('fleet-3', 1, [1300, Infinity], 1600),
      [seriesName('up', { job: 'app', instance: 'app:8001' }), '1x360'],
    ]),
  };
};

export const chapter: ChapterQuestions = {
  heading: 'Many',
  questions: [
    {
      id: 'Ma',
      where: 'second half-day',
      asks: [
        'How many of the three instances of the job `fleet` are missing?',
        'One number. Missing is who is down, and who is gone from the list; 0 if all three are well.',
      ],
      history: fleet,
      references: [`3 - (sum(${UP}) or vector(0))`],
      hints: [
        {
          id: 'none-left',
          says: 'When no instance is well any more, your query gives nothing in place of 3: bring a 0 that is always there.',
          like: [`3 - sum(${UP})`, `3 - count(${UP} == 1)`],
        },
        {
          id: 'down-is-there',
          says: '`count` counts rows, and an instance that is down has one: its value is 0.',
          like: [`3 - count(${UP})`, `3 - (count(${UP}) or vector(0))`],
        },
        {
          id: 'only-down',
          says: 'Those are the ones that Prometheus asks in vain. Who is gone from the list has no `up`.',
          like: [`count(${UP} == 0)`, `count(${UP} == 0) or vector(0)`, `sum(1 - ${UP})`],
        },
        {
          id: 'only-the-last',
          says: '`absent` has a value only when the last one is gone.',
          when: ({ calls }) => calls.some(({ name }) => name === 'absent'),
        },
        {
          id: 'who-is-well',
          says: 'That is how many are well.',
          like: [`sum(${UP})`, `count(${UP} == 1)`, `sum(${UP}) or vector(0)`],
        },
      ],
      because:
        'Who is gone has no series, so the number that there should be stands in the query. A sum of no rows is no row: `or vector(0)` makes it 0.',
    },
    {
      id: 'Mb',
      where: 'second half-day',
      asks: [
        'Which share of all visits of the job `fleet` does each instance get, over the last five minutes?',
        'A row for each instance, from 0 to 1. Each request in requests_total is a visit.',
      ],
      history: fleet,
      moments: [433, 733, 952, 1211, 1468],
      references: [`${EACH} / scalar(${ALL})`, `${EACH} / on () group_left () ${ALL}`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'no-partner',
          says: 'Each row on the left has the label `instance`, and that on the right has none: they are no partners.',
          like: [`${EACH} / ${ALL}`],
        },
        {
          id: 'of-itself',
          says: 'Each instance is divided by itself. What is to be below the line is the sum of all.',
          like: [`${EACH} / ${EACH}`],
        },
        {
          id: 'no-share',
          says: 'Those are visits per second. A share is that, divided by those of all.',
          like: [EACH],
        },
      ],
      because:
        'One row on the right has many partners on the left: say so by `group_left`, or make it a plain number by `scalar`.',
    },
  ],
};
