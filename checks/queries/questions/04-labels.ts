import type { ChapterQuestions, QueryHint } from '../question.ts';
import { takesRawCounters, type Structure } from '../grammar.ts';
import { halfHour } from '../world.ts';

/** Requests per second in five minutes, of those that fit some matchers. */
const rate = (matchers = '') => `rate(requests_total{job="app"${matchers}}[5m])`;

const FAILED = ',status=~"5.."';
const TREECOUNTER = ',endpoint="/treecounter"';
const EVER = 'requests_total{job="app"';

const sinceTheStart: QueryHint = {
  id: 'since-the-start',
  says: 'A counter stands there as it is: all since each program started, however long ago. Ask how fast it grows.',
  when: takesRawCounters,
  ofRows: true,
};

/** A condition on the status that cannot match what was meant by it. */
const statusMatched = (op: '=' | '=~', value: RegExp) => (structure: Structure) =>
  structure.selectors.some(({ matchers }) =>
    matchers.some((one) => one.label === 'status' && one.op === op && value.test(one.value)),
  );

const equalsAPattern: QueryHint = {
  id: 'equals-a-pattern',
  says: '`=` compares letter by letter, and no status is written like that. `=~` matches an expression.',
  when: statusMatched('=', /[.*x[|]/i),
};

const half: QueryHint = {
  id: 'part-of-a-status',
  says: 'An expression must match the whole value, and a status has three digits.',
  when: statusMatched('=~', /^\^?[45]$/),
};

export const chapter: ChapterQuestions = {
  heading: '04 Labels',
  questions: [
    {
      id: '04a',
      where: 'homework',
      asks: [
        'On which pages do visitors make mistakes (status 4xx), and how many per second?',
        'A row for each endpoint, all programs together, over the last five minutes.',
      ],
      history: () => halfHour(4),
      references: [`sum by (endpoint) (${rate(',status=~"4.."')})`],
      because: 'Each `.` stands for one character: `4..` is every status that begins with 4.',
      hints: [
        equalsAPattern,
        half,
        sinceTheStart,
        {
          id: 'all-requests',
          says: 'Those are all requests: choose the ones whose status begins with 4.',
          like: [`sum by (endpoint) (${rate()})`],
        },
        {
          id: 'all-pages-in-one',
          says: 'That is one number for all pages: name the label that is to stay.',
          like: [`sum(${rate(',status=~"4.."')})`],
        },
      ],
    },
    {
      id: '04b',
      where: 'homework',
      asks: [
        'How often did /treecounter answer 503 in the last ten minutes?',
        'One number for all programs, as Prometheus estimates it: not rounded.',
      ],
      history: () => halfHour(4),
      references: [`sum(increase(${EVER}${TREECOUNTER},status="503"}[10m]))`],
      because: 'First `increase`, which sees the restarts, then `sum` over all programs.',
      hints: [
        {
          id: 'rounded',
          says: 'The estimate is hardly ever a whole number. Leave it as it is: rounded figures do not add up.',
          when: ({ calls }) => calls.some(({ name }) => /^(floor|ceil|round)$/.test(name)),
        },
        sinceTheStart,
        {
          id: 'counts-samples',
          says: '`count_over_time` counts scrapes, whatever they brought.',
          when: ({ calls }) => calls.some(({ name }) => name === 'count_over_time'),
        },
        {
          id: 'each-program',
          says: 'A row for each program: add them up.',
          like: [
            `increase(${EVER}${TREECOUNTER},status="503"}[10m])`,
            `sum by (instance) (increase(${EVER}${TREECOUNTER},status="503"}[10m]))`,
          ],
        },
        {
          id: 'per-second',
          says: '`rate` gives requests per second. How many are that in ten minutes?',
          like: [`sum(rate(${EVER}${TREECOUNTER},status="503"}[10m]))`],
        },
        {
          id: 'all-pages',
          says: 'That adds up all that /treecounter answered, or the 503s of other pages, too.',
          like: [
            `sum(increase(${EVER}${TREECOUNTER}}[10m]))`,
            `sum(increase(${EVER},status=~"5.."}[10m]))`,
          ],
        },
      ],
    },
    {
      id: '04c',
      where: 'class',
      asks: [
        'Which page is asked for most, over the last five minutes?',
        'One row, which still says the endpoint, with its requests per second in all programs.',
      ],
      history: () => halfHour(4),
      references: [`topk(1, sum by (endpoint) (${rate()}))`],
      because: '`topk` chooses among rows and keeps their labels; `max` makes a new row of them.',
      hints: [
        sinceTheStart,
        {
          id: 'max-has-no-name',
          says: '`max` gives the largest value, and forgets whose it is. `topk` chooses rows, and keeps their labels.',
          like: [`max(sum by (endpoint) (${rate()}))`],
        },
        {
          id: 'busiest-series',
          says: 'That is the busiest series: one program, one method, one status. Add up what belongs to a page first.',
          like: [`topk(1, ${rate()})`, `max(${rate()})`],
        },
        {
          id: 'max-by-page',
          says: '`max by (endpoint)` gives each page with its busiest series. First add up each page, then choose one.',
          like: [`max by (endpoint) (${rate()})`, `topk by (endpoint) (1, ${rate()})`],
        },
        {
          id: 'all-pages',
          says: 'Those are all pages. Which one is on top?',
          like: [`sum by (endpoint) (${rate()})`],
        },
      ],
    },
    {
      id: '04d',
      where: 'class',
      asks: [
        'What share of all requests fails (status 5xx), over the last five minutes?',
        'One number from 0 to 1, for all pages and programs together.',
      ],
      history: () => halfHour(4),
      references: [`sum(${rate(FAILED)}) / sum(${rate()})`],
      because:
        'Add up first, then divide: so a page with a thousand visitors counts a thousand times.',
      hints: [
        equalsAPattern,
        half,
        {
          id: 'mean-of-ratios',
          says: 'The mean of shares is not the share of all: a page with few visitors counts as much as one with many. Add up first, then divide.',
          when: ({ operators }) =>
            operators.some(
              ({ op, inside }) => op === '/' && inside.some((outer) => /^(avg|sum)$/.test(outer)),
            ),
        },
        sinceTheStart,
        {
          id: 'not-summed',
          says: 'A division pairs series with the same labels, the status included: each failure is divided by itself. Add up both sides first.',
          like: [`${rate(FAILED)} / ${rate()}`],
        },
        {
          id: 'one-side-summed',
          says: 'One side still has labels, the other has none: no row finds its partner. Add up both sides.',
          like: [`${rate(FAILED)} / sum(${rate()})`],
        },
        {
          id: 'of-the-good',
          says: 'You divide by those that went well: a share is a part of all.',
          like: [
            `sum(${rate(FAILED)}) / sum(${rate(',status=~"2.."')})`,
            `sum(${rate(FAILED)}) / sum(${rate(',status!~"5.."')})`,
          ],
        },
        {
          id: 'only-503',
          says: 'There are other failures than 503: every status that begins with 5.',
          like: [`sum(${rate(',status="503"')}) / sum(${rate()})`],
        },
        {
          id: 'no-share',
          says: 'Those are failures per second. What share of all requests are they?',
          like: [`sum(${rate(FAILED)})`],
        },
      ],
    },
    {
      id: '04e',
      where: 'homework',
      asks: [
        'What share of the requests for /treecounter fails (status 5xx), in each program?',
        'A row for each instance, from 0 to 1, over the last five minutes.',
      ],
      history: () => halfHour(4),
      references: [
        `sum by (instance) (${rate(TREECOUNTER + FAILED)}) / sum by (instance) (${rate(TREECOUNTER)})`,
        `sum by (instance, job) (${rate(TREECOUNTER + FAILED)}) / sum by (instance, job) (${rate(TREECOUNTER)})`,
      ],
      because: 'Both sides keep the same label, and so each program finds its partner.',
      hints: [
        equalsAPattern,
        half,
        sinceTheStart,
        {
          id: 'status-kept',
          says: 'One side keeps a label that the other has lost, such as status: no row finds its partner. Keep the same labels on both sides.',
          like: [
            `sum by (instance, status) (${rate(TREECOUNTER + FAILED)}) / sum by (instance) (${rate(TREECOUNTER)})`,
          ],
        },
        {
          id: 'all-programs',
          says: 'That is the share of all programs together: name the label that tells them apart.',
          like: [`sum(${rate(TREECOUNTER + FAILED)}) / sum(${rate(TREECOUNTER)})`],
        },
        {
          id: 'all-pages',
          says: 'That is the share of all pages: choose the endpoint on both sides.',
          like: [
            `sum by (instance) (${rate(FAILED)}) / sum by (instance) (${rate()})`,
            `sum by (instance) (${rate(TREECOUNTER + FAILED)}) / sum by (instance) (${rate()})`,
          ],
        },
        {
          id: 'not-summed',
          says: 'A division pairs series with the same labels, the status included: each failure is divided by itself. Add up both sides first.',
          like: [`${rate(TREECOUNTER + FAILED)} / ${rate(TREECOUNTER)}`],
        },
      ],
    },
  ],
};
