import { seriesName, type History } from '../history.ts';
import type { ChapterQuestions } from '../question.ts';
import { takesRawCounters } from '../grammar.ts';
import { halfHour } from '../world.ts';

/**
 * Twice no program of the job exports the donations: around 1211 s both are down, at 1468 s one
 * answers without them. A program of another job always does.
 */
const silence = (): History => {
  const first = { job: 'app', instance: 'app:8001' };
  const second = { job: 'app', instance: 'app:8002' };
  const euros = (target: typeof first) => seriesName('donated_euros_total', target);
  const other = { job: 'second', instance: 'app3:8001' };
  const up = (target: { job: string; instance: string }) => seriesName('up', target);
  return {
    everySeconds: 5,
    series: {
      [euros(first)]: '0+2x227 stale _x35 0+2x23 stale _x17 0+2x60',
      // For a while nobody donates.
      [euros(second)]: '0+1x199 199x15 stale _x107 0x40',
      [euros(other)]: '0+1x363',
      [up(first)]: '1x227 0x35 1x100',
      [up(second)]: '1x215 0x107 1x40',
      [up(other)]: '1x363',
      [up({ job: 'prometheus', instance: 'localhost:9090' })]: '1x363',
    },
  };
};

/** Besides, one visitor in a few minutes asks for `/fell`, and sees a failure. */
const quietFailures = (): History => {
  const { everySeconds, series } = halfHour(4);
  const rare = Object.keys(series).find((name) =>
    /app:8001.*fell.*500|fell.*500.*app:8001/.test(name),
  )!;
  return { everySeconds, series: { ...series, [rare]: '0x140 1x39 2x39 3x39 4x39 5x60' } };
};

const EUROS = 'donated_euros_total{job="app"}';

const ALL = 'sum by (endpoint) (rate(requests_total{job="app"}[5m]))';
const FAILED = 'sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[5m]))';
const TOTAL = 'rate(requests_total{job="app"}[5m])';
const TOTAL_FAILED = 'rate(requests_total{job="app",status=~"5.."}[5m])';

export const chapter: ChapterQuestions = {
  heading: 'Alerts',
  questions: [
    {
      id: 'A1',
      where: 'class',
      asks: [
        'Which query tells you when no program of the job app exports donated_euros_total any more?',
        'One row with the value 1 while none does, and no row at all while one does.',
      ],
      history: silence,
      references: [`absent(${EUROS})`, `absent(sum(${EUROS}))`],
      hints: [
        {
          id: 'equals-zero',
          says: 'Nothing has no value that could be compared with 0: where no series is, a comparison gives no row, and the alert stays silent.',
          when: ({ operators, calls }) =>
            operators.some(({ op, bool }) => /^(==|<|<=)$/.test(op) && !bool) &&
            !calls.some(({ name }) => name.startsWith('absent')) &&
            !operators.some(({ op }) => /^(unless|or)$/.test(op)),
        },
        {
          id: 'bool',
          says: 'With `bool` each row gets a 0 or a 1, and where no series is, there is still no row.',
          when: ({ operators }) =>
            operators.some(({ bool }) => bool) && !operators.some(({ op }) => op === 'or'),
        },
        {
          id: 'value-0',
          says: 'This speaks at the right moments, with the value 0. The text above has a function that says 1, and says it shorter.',
          like: [`(count(${EUROS}) or vector(0)) == 0`],
        },
        {
          id: 'always-a-row',
          says: 'Now there is a row at all times, 0 or 1. An alert fires on a row, whatever its value.',
          like: [`(count(${EUROS}) or vector(0)) == bool 0`, `count(${EUROS}) or vector(0)`],
        },
        {
          id: 'looks-back',
          says: 'A range finds samples that are minutes old: this speaks only when they are gone, too. A series that ends is gone at once, if you ask for the newest sample.',
          when: ({ selectors, calls }) =>
            calls.some(({ name }) => name.startsWith('absent')) &&
            selectors.some(({ range }) => range !== undefined),
        },
        {
          id: 'up-instead',
          says: 'A program can be up and export other metrics. The question is about this one.',
          when: ({ selectors }) => selectors.some(({ name }) => name === 'up'),
        },
        {
          id: 'other-job',
          says: 'A program of another job exports a metric of that name, too, and goes on with it. Say which job you mean.',
          like: ['absent(donated_euros_total)'],
        },
        {
          id: 'one-program',
          says: 'This speaks when one program is silent, even if another still exports the metric.',
          like: ['absent(donated_euros_total{job="app",instance="app:8001"})'],
        },
        {
          id: 'while-there',
          says: 'That is the other way round: rows while the series are there, none when they are gone.',
          like: [EUROS, `sum(${EUROS})`, `count(${EUROS})`],
        },
      ],
      because:
        'An alert fires on a row, so "nothing there" must become one. Write one beside each alert whose series may vanish.',
    },
    {
      id: 'A2',
      where: 'homework',
      asks: [
        'Which pages fail in more than 5 % of their answers (status 5xx), over the last five minutes?',
        'Only pages with more than 0.1 requests per second. A row for each endpoint: its share.',
      ],
      history: quietFailures,
      references: [`${FAILED} / ${ALL} > 0.05 and ${ALL} > 0.1`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'bool',
          says: '`bool` keeps each row and makes it 0 or 1. A comparison alone leaves out the rows for which it is not true.',
          when: ({ operators }) => operators.some(({ bool }) => bool),
        },
        {
          id: 'or',
          says: '`or` takes all rows of both sides. Both conditions must hold.',
          when: ({ operators }) => operators.some(({ op }) => op === 'or'),
        },
        {
          id: 'per-cent',
          says: 'Your share is a number from 0 to 1: none is over 5.',
          when: ({ numbers }) => numbers.includes(5),
        },
        {
          id: 'quiet-pages',
          says: 'Pages are in it that hardly anybody asks for: there one failure is a large share.',
          like: [`${FAILED} / ${ALL} > 0.05`],
        },
        {
          id: 'other-value',
          says: 'The rows are right, but the value is the rate: `and` keeps the left side. Which side has the share?',
          like: [`${ALL} > 0.1 and ${FAILED} / ${ALL} > 0.05`],
        },
        {
          id: 'not-a-share',
          says: 'That is how many requests fail per second. 5 % is a share: divide by all.',
          like: [`${FAILED} > 0.05 and ${ALL} > 0.1`],
        },
        {
          id: 'one-share',
          says: 'One share for all pages hides the one that fails. Keep the label of the page on both sides.',
          like: [
            `sum(${TOTAL_FAILED}) / sum(${TOTAL}) > 0.05 and sum(${TOTAL}) > 0.1`,
            `sum(${TOTAL_FAILED}) / sum(${TOTAL}) > 0.05`,
          ],
        },
        {
          id: 'pairs',
          says: 'Nothing comes back: `and` keeps a row on the left if one on the right has the same labels, and here the labels of the two sides differ.',
          like: [`${FAILED} / ${ALL} > 0.05 and sum(${TOTAL}) > 0.1`],
        },
        {
          id: 'failing-often',
          says: 'The second condition asks for failures. The question wants pages with enough requests, good and bad.',
          like: [`${FAILED} / ${ALL} > 0.05 and ${FAILED} > 0.1`],
        },
      ],
      because:
        '`and` keeps the rows on the left that have a partner on the right. TooMany503s does the same, so that two failures out of three clicks at night wake nobody.',
    },
  ],
};
