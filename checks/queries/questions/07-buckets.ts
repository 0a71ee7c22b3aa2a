import type { ChapterQuestions, QueryHint } from '../question.ts';
import { addsUpBuckets, takesRawCounters, uses, type Structure } from '../grammar.ts';
import { halfHour } from '../world.ts';

const history = () => halfHour(7);

const buckets = (le: string, matchers = 'job="app",') =>
  `rate(request_duration_seconds_bucket{${matchers}le="${le}"}[5m])`;
const all = (matchers = '{job="app"}') => `rate(request_duration_seconds_count${matchers}[5m])`;
const within = (le: string) => `sum by (endpoint) (${buckets(le)}) / sum by (endpoint) (${all()})`;

const grown = (le: string, matchers = 'job="app",endpoint="/treecounter",') =>
  `increase(request_duration_seconds_bucket{${matchers}le="${le}"}[10m])`;

const limitIs = (value: RegExp) => (structure: Structure) =>
  structure.selectors.some(({ matchers }) =>
    matchers.some(({ label, op, value: own }) => label === 'le' && op === '=' && value.test(own)),
  );

const wholeNumber: QueryHint = {
  id: 'le-of-1',
  says: 'Nothing comes back: no series has `le="1"`. /metrics writes 1, and Prometheus stores it in another way: look at the rows of the bucket without a condition on `le`.',
  when: limitIs(/^1$/),
};

const cumulative: QueryHint = {
  id: 'cumulative',
  says: 'Buckets are cumulative: several of them added up count a quick request many times. Each bucket holds all that were quicker.',
  when: (structure) =>
    addsUpBuckets(structure) &&
    structure.selectors.some(
      ({ name, matchers }) =>
        name === 'request_duration_seconds_bucket' &&
        !matchers.some(({ label, op }) => label === 'le' && op === '='),
    ),
};

export const chapter: ChapterQuestions = {
  heading: '07 Buckets',
  questions: [
    {
      id: '07a',
      where: 'class',
      asks: [
        'What share of the visitors of each page waited for longer than one second?',
        'Over the last five minutes. A row for each endpoint, from 0 to 1, all programs together.',
      ],
      history,
      references: [
        `1 - ${within('1.0')}`,
        // Without the page that nobody asked for.
        `1 - ${within('1.0')} >= 0`,
      ],
      hints: [
        wholeNumber,
        {
          id: 'quantile',
          says: 'A quantile goes the other way: you give a share, and it gives seconds. And it cannot see beyond the last limit.',
          when: uses('histogram_quantile'),
        },
        cumulative,
        {
          id: 'no-such-bucket',
          says: 'A bucket is named by its upper bound, and holds all that were quicker: none holds the slow ones alone. Who is missing in the one that ends at a second?',
          when: limitIs(/[<>]/),
        },
        {
          id: 'infinity',
          says: 'The bucket of `+Inf` holds everybody, not those beyond the last limit. Who is in the bucket that ends at one second, and who is missing there?',
          when: (structure) => limitIs(/^\+?Inf$/)(structure) && !limitIs(/^[\d.]+$/)(structure),
        },
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. How much did it grow in five minutes?',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'quick-share',
          says: 'That is the share of those who waited for at most a second. The others are what is missing to 1.',
          like: [within('1.0')],
        },
        {
          id: 'precedence',
          says: 'A division comes before a subtraction. Put the difference in parentheses, or take the ratio from 1.',
          like: [
            `sum by (endpoint) (${all()}) - sum by (endpoint) (${buckets('1.0')}) / sum by (endpoint) (${all()})`,
          ],
        },
        {
          id: 'per-second',
          says: 'That is how many visitors per second wait for longer. A share is part of something: divide it.',
          like: [`sum by (endpoint) (${all()}) - sum by (endpoint) (${buckets('1.0')})`],
        },
        {
          id: 'all-pages',
          says: 'One number for all pages. Which label must stay, on both sides of the division?',
          like: [`1 - sum(${buckets('1.0')}) / sum(${all()})`],
        },
        {
          id: 'pairs',
          says: 'A division pairs the rows that have the same labels on both sides, and here they do not: the buckets still carry `le`. Add up both sides by the label that you want.',
          like: [`1 - ${buckets('1.0')} / ${all()}`],
        },
        {
          id: 'mean-of-shares',
          says: 'This is a mean of shares: a program with few visitors weighs as much as one with many. Add up first, then divide.',
          like: [`1 - avg by (endpoint) (${buckets('1.0')} / ignoring (le) ${all()})`],
        },
        {
          id: 'quick-pages',
          says: 'This leaves out the pages that were quick for everybody: their share is 0, which is an answer.',
          like: [`1 - ${within('1.0')} > 0`],
        },
        {
          id: 'other-bucket',
          says: 'That is the bucket of another limit. `le` is its upper bound, in seconds.',
          like: [`1 - ${within('0.9')}`, `1 - ${within('0.1')}`],
        },
        {
          id: 'per-cent',
          says: 'That is a percentage. The question wants a number from 0 to 1.',
          like: [`(1 - ${within('1.0')}) * 100`],
        },
      ],
      because:
        'This is the expression of SlowAnswers in `alerts.yaml`. It is exact because a bucket ends at one second: without one there is no series, and no alert.',
    },
    {
      id: '07b',
      where: 'homework',
      asks: [
        'How many requests for /treecounter took longer than half a second, but at most one?',
        'In the last ten minutes. One number for all programs, as Prometheus estimates it.',
      ],
      history,
      references: [`sum(${grown('1.0')}) - sum(${grown('0.5')})`],
      hints: [
        wholeNumber,
        cumulative,
        {
          id: 'pairs',
          says: 'A subtraction pairs the rows that have the same labels on both sides, and these differ in `le`. Add up each side to one number first.',
          like: [
            `${grown('1.0')} - ${grown('0.5')}`,
            `sum by (le) (${grown('1.0')}) - sum by (le) (${grown('0.5')})`,
          ],
        },
        {
          id: 'each-program',
          says: 'There is a row for each program and method. Add them up.',
          like: [
            `${grown('1.0')} - ignoring (le) ${grown('0.5')}`,
            `sum by (instance) (${grown('1.0')}) - sum by (instance) (${grown('0.5')})`,
          ],
        },
        {
          id: 'sign',
          says: 'Your number is negative: the bucket of the larger limit holds more.',
          like: [`sum(${grown('0.5')}) - sum(${grown('1.0')})`],
        },
        {
          id: 'per-second',
          says: '`rate` gives requests per second. How many are that in ten minutes?',
          like: [`(sum(${grown('1.0')}) - sum(${grown('0.5')})) / 600`],
        },
        {
          id: 'rounded',
          says: 'The estimate is hardly ever a whole number. Leave it as it is.',
          when: uses('floor', 'ceil', 'round'),
        },
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. How much did it grow in ten minutes?',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'one-bucket',
          says: 'That is the whole bucket, the quick ones included. Who is to be taken out?',
          like: [`sum(${grown('1.0')})`, `sum(${grown('0.5')})`],
        },
        {
          id: 'beyond',
          says: 'That counts those who waited for longer than a second, too.',
          like: [`sum(${grown('+Inf')}) - sum(${grown('0.5')})`],
        },
        {
          id: 'all-pages',
          says: 'Those are all pages. The question is about /treecounter.',
          like: [`sum(${grown('1.0', 'job="app",')}) - sum(${grown('0.5', 'job="app",')})`],
        },
      ],
      because:
        'What lies between two limits is the difference of two cumulative buckets. That is how a heat map in Grafana is made.',
    },
  ],
};
