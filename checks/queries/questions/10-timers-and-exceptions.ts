import type { ChapterQuestions } from '../question.ts';
import { takesRawCounters } from '../grammar.ts';
import { halfHour } from '../world.ts';

const FAILED = 'rate(registry_exceptions_total{job="app"}[5m])';
const ASKED = 'rate(registry_duration_seconds_count{job="app"}[5m])';

export const chapter: ChapterQuestions = {
  heading: '10 Timers and exceptions',
  questions: [
    {
      id: '10a',
      where: 'class',
      asks: [
        'What share of the calls to the tree registry failed, over the last five minutes?',
        'One number from 0 to 1 for all your programs together.',
      ],
      history: () => halfHour(10),
      references: [`sum(${FAILED}) / sum(${ASKED})`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. How much did it grow in five minutes?',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'each-program',
          says: 'That is the share of each program. For all together, add up both sides before you divide.',
          like: [
            `${FAILED} / ${ASKED}`,
            `sum by (instance) (${FAILED}) / sum by (instance) (${ASKED})`,
          ],
        },
        {
          id: 'mean-of-ratios',
          says: 'This is a mean of shares: a program that calls rarely weighs as much as one that calls all the time. Add up first, divide last.',
          like: [`avg(${FAILED} / ${ASKED})`],
        },
        {
          id: 'adds-ratios',
          says: 'This adds up shares: with enough programs it is more than 1. Add up first, divide last.',
          like: [`sum(${FAILED} / ${ASKED})`],
        },
        {
          id: 'seconds',
          says: 'The series that ends in `_sum` holds seconds. Which series of the histogram counts the calls?',
          when: ({ selectors }) =>
            selectors.some(({ name }) => name === 'registry_duration_seconds_sum'),
        },
        {
          id: 'all-requests',
          says: 'Most requests never reach the registry. Which metric knows its calls?',
          when: ({ selectors }) =>
            selectors.some(({ name }) => /^request(s_total|_duration_seconds_count)$/.test(name)),
        },
        {
          id: 'failed-twice',
          says: 'The timer has counted the failed calls already: here they count twice.',
          like: [`sum(${FAILED}) / (sum(${FAILED}) + sum(${ASKED}))`],
        },
        {
          id: 'not-divided',
          says: 'That is how many calls fail per second. A share is part of something: divide it.',
          like: [`sum(${FAILED})`],
        },
        {
          id: 'one-side-summed',
          says: 'Nothing comes back: one side has no labels any more, the other one has, and a division pairs rows with the same labels.',
          like: [`sum(${FAILED}) / ${ASKED}`, `${FAILED} / sum(${ASKED})`],
        },
        {
          id: 'per-cent',
          says: 'That is a percentage. The question wants a number from 0 to 1.',
          like: [`100 * sum(${FAILED}) / sum(${ASKED})`],
        },
      ],
      because:
        'Add up first, divide last: then each call weighs the same, in whichever program it was made. The count of the histogram is the number of all calls.',
    },
  ],
};
