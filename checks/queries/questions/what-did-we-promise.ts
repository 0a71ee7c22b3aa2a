import { asValues, seriesName, type History } from '../history.ts';
import { takesRawCounters } from '../grammar.ts';
import type { ChapterQuestions } from '../question.ts';

const OF = (status: string, range: string) =>
  `requests_total{job="app",endpoint="/treecounter"${status}}[${range}]`;
const BAD = ',status=~"5.."';

const LOST = `sum(increase(${OF(BAD, '10m')})) / sum(increase(${OF('', '10m')}))`;

const share = (range: string) =>
  `sum by (instance) (rate(${OF(BAD, range)})) / sum by (instance) (rate(${OF('', range)}))`;
const LONG = share('5m');
const SHORT = share('1m');

/**
 * Two programs with two visits per second each. In the first, 40 of 100 fail from 700 to 1000 s, else 2;
 * in the second, 25 of 100 until 1250 s, and then 1.
 */
const promise = (): History => {
  const program = (instance: string, failing: (seconds: number) => number) => {
    let [bad, good] = [0, 0];
    const steps = Array.from({ length: 361 }, (_, at) => {
      bad += 10 * failing(5 * at);
      good += 10 * (1 - failing(5 * at));
      return [Number(bad.toFixed(4)), Number(good.toFixed(4))] as const;
    });
    const name = (status: string) =>
      seriesName('requests_total', { job: 'app', instance, endpoint: '/treecounter', status });
    return [
      [name('503'), asValues(steps.map(([value]) => value))],
      [name('200'), asValues(steps.map(([, value]) => value))],
    ];
  };
  return {
    everySeconds: 5,
    series: Object.fromEntries([
      ...program('app:8001', (seconds) => (seconds >= 700 && seconds < 1000 ? 0.4 : 0.02)),
      ...program('app2:8001', (seconds) => (seconds < 1250 ? 0.25 : 0.01)),
    ]),
  };
};

/** One window alone is lifted at some of them, both at others, and none at the last. */
const moments = [733, 952, 1062, 1211, 1283, 1784];

export const chapter: ChapterQuestions = {
  heading: 'What did we promise?',
  questions: [
    {
      id: 'Wa',
      where: 'second half-day',
      asks: [
        'Promised: 95 of 100 visits to /treecounter do not fail. How much of the budget is left?',
        'Of the last ten minutes, all programs together: 1 is all of it, 0 is nothing (status 5xx fails).',
      ],
      history: promise,
      moments,
      references: [`1 - ${LOST} / 0.05`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask for the last ten minutes.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'promise-for-budget',
          says: 'The failing share is divided by the share that must go well. Which share may fail?',
          like: [`1 - ${LOST} / 0.95`, `${LOST} / 0.95`],
        },
        {
          id: 'spent',
          says: 'That is how much of the budget is spent.',
          like: [`${LOST} / 0.05`],
        },
        {
          id: 'share',
          says: 'That is a share of the visits. The budget is the share of them that may fail: how much of that is left?',
          like: [LOST, `1 - ${LOST}`, `0.05 - ${LOST}`],
        },
        {
          id: 'each-program',
          says: 'That is a row for each program. The promise is about the visits of all together.',
          like: [
            `1 - sum by (instance) (increase(${OF(BAD, '10m')})) / sum by (instance) (increase(${OF('', '10m')})) / 0.05`,
          ],
        },
      ],
      because:
        'The budget is what may fail, 0.05 of all: the failing share, divided by it, is what is spent. Below 0 the promise is broken.',
    },
    {
      id: 'Wb',
      where: 'second half-day',
      asks: [
        'Which programs burn it over three times too fast, over five minutes and over one minute?',
        '5 of 100 visits to /treecounter may fail (status 5xx). A row for each instance for which both',
        'are so: its burn rate over the five minutes.',
      ],
      history: promise,
      moments,
      references: [`${LONG} / 0.05 > 3 and ${SHORT} / 0.05 > 3`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'either',
          says: '`or` keeps a row for which one of the windows is enough. Here both must agree.',
          when: ({ operators }) => operators.some(({ op }) => op === 'or'),
        },
        {
          id: 'one-window',
          says: 'One window alone: the long one goes on long after the end, and the short one is lifted by one bad minute.',
          like: [`${LONG} / 0.05 > 3`, `${SHORT} / 0.05 > 3`],
        },
        {
          id: 'short-first',
          says: 'The rows are right, and `and` keeps the values of its left side: those are of the short window here.',
          like: [`${SHORT} / 0.05 > 3 and ${LONG} / 0.05 > 3`],
        },
        {
          id: 'share',
          says: 'The rows are right, but their value is the failing share. The burn rate is that, divided by what may fail.',
          like: [`${LONG} > 3 * 0.05 and ${SHORT} > 3 * 0.05`],
        },
        {
          id: 'zeros-and-ones',
          says: '`bool` makes a number of a comparison: each program keeps its row, also where nothing burns.',
          when: ({ operators }) => operators.some(({ bool }) => bool),
        },
      ],
      because:
        '`and` keeps the rows, and the values, of its left side that have a partner on the right: the long window says that it matters, the short one that it goes on.',
    },
  ],
};
