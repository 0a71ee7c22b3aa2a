import { takesRawCounters } from '../grammar.ts';
import type { ChapterQuestions, QueryHint } from '../question.ts';
import { halfHour } from '../world.ts';

/** The half hour with targets of other jobs and ports. */
function manyTargets() {
  const { everySeconds, series } = halfHour(3);
  return {
    everySeconds,
    series: {
      ...series,
      'up{job="second",instance="app3:8001"}': '1x200 0x160',
      'up{job="node",instance="app:9100"}': '1x360',
    },
  };
}

const EUROS = 'donated_euros_total{job="app"}';
const CPU = 'process_cpu_seconds_total{job="app"}';

const rawCounter: QueryHint = {
  id: 'raw-counter',
  says: 'That is the counter itself: all since the program started. Ask by how much it has grown.',
  when: takesRawCounters,
  ofRows: true,
};

export const chapter: ChapterQuestions = {
  heading: 'Prometheus and Grafana',
  questions: [
    {
      id: 'P1',
      where: 'homework',
      asks: [
        'Which targets listen on port 8001, and does each answer?',
        'A row for each of them, whatever its job: 1 if the last scrape worked, else 0.',
      ],
      history: manyTargets,
      references: ['up{instance=~".*:8001"}'],
      because: 'An expression has to match the whole value, so it begins with `.*`.',
      hints: [
        {
          id: 'part-of-a-value',
          says: 'An expression must match the whole value of a label: the text before the colon, too.',
          when: ({ selectors }) =>
            selectors.some(({ matchers }) =>
              matchers.some(({ op, value }) => op === '=~' && /^:?8001$/.test(value)),
            ),
        },
        {
          id: 'only-those-up',
          says: 'A comparison leaves out the rows for which it is false: those that are down are gone.',
          when: ({ operators }) => operators.some(({ op, bool }) => op === '==' && !bool),
        },
        {
          id: 'one-target',
          says: 'That is one target. There are more on that port, under other host names.',
          like: ['up{instance="app:8001"}', 'up{instance="app2:8001"}'],
        },
        {
          id: 'by-job',
          says: 'A job says what kind of program it is, not its port: another job has a target on 8001, too.',
          like: ['up{job="app"}', 'up{job!="prometheus"}'],
        },
      ],
    },
    {
      id: 'P2',
      where: 'class',
      asks: [
        'How many euros came in during the last ten minutes?',
        'A row for each program. What came before a restart within that time counts, too.',
      ],
      history: () => halfHour(3),
      references: [
        `increase(${EUROS}[10m])`,
        `sum by (instance) (increase(${EUROS}[10m]))`,
        `sum by (instance, job) (increase(${EUROS}[10m]))`,
      ],
      because:
        '`increase` sees that the counter fell, and counts on from 0. A difference of two values does not.',
      hints: [
        {
          id: 'delta-of-a-counter',
          says: '`delta` is for gauges: where the program restarted, it takes the fall for a loss.',
          when: ({ calls }) => calls.some(({ name }) => name === 'delta'),
        },
        {
          id: 'difference',
          says: 'A difference of two values knows nothing of a restart between them, and there is one.',
          when: ({ selectors, operators }) =>
            operators.some(({ op }) => op === '-') &&
            (selectors.some(({ offset }) => offset) || selectors.length > 1),
        },
        rawCounter,
        {
          id: 'per-second',
          says: '`rate` gives euros per second. How many is that in ten minutes?',
          like: [`rate(${EUROS}[10m])`, `rate(${EUROS}[1m])`, `rate(${EUROS}[5m])`],
        },
        {
          id: 'all-programs',
          says: 'That is one number for all programs: a row for each is asked for.',
          like: [`sum(increase(${EUROS}[10m]))`],
        },
      ],
    },
    {
      id: 'P3',
      where: 'class',
      asks: [
        'How busy does our program keep a processor, in percent, over the last five minutes?',
        'A row for each program of the job app. process_cpu_seconds_total counts processor time.',
      ],
      history: () => halfHour(3),
      references: [`rate(${CPU}[5m]) * 100`, `sum by (instance) (rate(${CPU}[5m])) * 100`],
      because:
        'Seconds of work per second are a share without a unit: times 100 they are percent of one processor.',
      hints: [
        {
          id: 'prometheus-too',
          says: 'Prometheus measures its own processor time under the same name: choose the job.',
          like: [
            'rate(process_cpu_seconds_total[5m]) * 100',
            'rate(process_cpu_seconds_total[5m])',
            'process_cpu_seconds_total',
          ],
        },
        {
          id: 'share',
          says: 'Seconds of work per second: that is a share, from 0 to 1. A percentage is asked for.',
          like: [`rate(${CPU}[5m])`],
        },
        rawCounter,
        {
          id: 'not-per-second',
          says: '`increase` gives the seconds of work in five minutes: divide them by the time that it took.',
          like: [`increase(${CPU}[5m])`, `increase(${CPU}[5m]) * 100`],
        },
        {
          id: 'last-two-samples',
          says: '`irate` looks at the last two samples only, and five minutes are asked for.',
          when: ({ calls }) => calls.some(({ name }) => name === 'irate'),
        },
      ],
    },
  ],
};
