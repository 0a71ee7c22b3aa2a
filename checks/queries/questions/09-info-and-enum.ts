import type { ChapterQuestions } from '../question.ts';
import { takesRawCounters } from '../grammar.ts';
import { halfHour } from '../world.ts';

const history = () => halfHour(9);

const RUNNING = 'application_state{job="app",application_state="running"}';
const FAILED = 'rate(requests_total{job="app",status=~"5.."}[5m])';
const INFO = 'application_info{job="app"}';
const JOIN = '* on (instance, job) group_left (version)';

export const chapter: ChapterQuestions = {
  heading: '09 Info and Enum',
  questions: [
    {
      id: '09a',
      where: 'homework',
      asks: [
        'How many of your programs are running now, by their own word?',
        'One number, without labels. A program that is still starting does not count.',
      ],
      history,
      // Now and then a program is just starting.
      moments: [702, 952, 1183, 1409, 1784],
      references: [`sum(${RUNNING})`],
      hints: [
        {
          id: 'up',
          says: '`up` says that the scrape worked. A program that is starting answers it as well.',
          when: ({ selectors }) => selectors.some(({ name }) => name === 'up'),
        },
        {
          id: 'text',
          says: 'The value of a state is 0 or 1. Its name is in the label `application_state`.',
          when: ({ operators, numbers }) =>
            numbers.length === 0 && operators.some(({ op }) => op === '=='),
        },
        {
          id: 'any-state',
          says: 'Each program is in some state: without choosing one, you count programs. The question is about those that run.',
          when: ({ selectors, calls }) =>
            selectors.some(
              ({ name, matchers }) =>
                name === 'application_state' && !matchers.some(({ label }) => /state/.test(label)),
            ) && !calls.some(({ grouping }) => grouping?.labels.includes('application_state')),
        },
        {
          id: 'counts-zeros',
          says: '`count` counts rows, and a program that is starting has the row running, too: its value is 0.',
          like: [`count(${RUNNING})`],
        },
        {
          id: 'each-state',
          says: 'Those are the programs in each state. The question is about one of them.',
          like: [
            'sum by (application_state) (application_state{job="app"})',
            'count by (application_state) (application_state{job="app"} == 1)',
          ],
        },
        {
          id: 'each-program',
          says: 'That is a row for each program. How many are they together?',
          like: [RUNNING, `${RUNNING} == 1`, `sum by (instance) (${RUNNING})`],
        },
        {
          id: 'not-running',
          says: 'Those are the ones that do not run.',
          like: [
            `count(${RUNNING} == 0)`,
            'sum(application_state{job="app",application_state!="running"})',
          ],
        },
      ],
      because:
        'Of an enum, `sum` counts who is in a state, because the others have 0; `count` alone counts everybody.',
    },
    {
      id: '09b',
      where: 'homework',
      asks: [
        'How many requests per second fail (status 5xx) in each version of your program?',
        'Over the last five minutes. A row for each version.',
      ],
      history,
      references: [`sum by (version) (${FAILED} ${JOIN} ${INFO})`],
      hints: [
        {
          id: 'since-the-start',
          says: 'A counter stands there as it is: all since each program started. Ask how fast it grows.',
          when: takesRawCounters,
          ofRows: true,
        },
        {
          id: 'no-version-there',
          says: '`requests_total` has no label version: all go into one row without it. Another metric knows the version of each program.',
          when: ({ selectors, calls }) =>
            selectors.length > 0 &&
            selectors.every(({ name }) => name === 'requests_total') &&
            calls.some(({ grouping }) => grouping?.labels.includes('version')),
        },
        {
          id: 'no-on',
          says: 'Nothing comes back: without `on`, a multiplication pairs rows whose labels are all the same, and these two metrics share only some.',
          when: ({ operators, selectors, numbers }) =>
            numbers.length === 0 &&
            selectors.some(({ name }) => name === 'application_info') &&
            operators.some(({ op, on, ignoring }) => op === '*' && !on && !ignoring),
        },
        {
          id: 'many-on-the-left',
          says: 'Several series of a program on the left share one on the right. Prometheus wants you to say so: the chapter has the word for it.',
          when: ({ operators, selectors }) =>
            operators.some(
              ({ op, on, group, inside }) =>
                op === '*' &&
                on !== undefined &&
                !group &&
                // Not where the left side is added up before.
                selectors.some(
                  (one) =>
                    one.name === 'requests_total' &&
                    one.inside.filter((name) => name !== 'rate' && name !== 'increase').length ===
                      inside.length,
                ),
            ),
        },
        {
          id: 'version-lost',
          says: 'The rows are paired, but the version is not taken over: everything falls into one row without it. In which parentheses do you name the labels that come along?',
          like: [`sum by (version) (${FAILED} * on (instance, job) group_left () ${INFO})`],
        },
        {
          id: 'all-requests',
          says: 'Those are all requests. Choose the ones whose status begins with 5.',
          like: [`sum by (version) (rate(requests_total{job="app"}[5m]) ${JOIN} ${INFO})`],
        },
        {
          id: 'not-summed',
          says: 'The version is there, beside all labels of the requests. Now add up what belongs to one version.',
          like: [`${FAILED} ${JOIN} ${INFO}`],
        },
        {
          id: 'instance-lost',
          says: 'Nothing comes back: the sum has dropped `instance`, and with it what tells whose version it is. Join first, or keep `instance`.',
          like: [`sum by (version) (sum(${FAILED}) ${JOIN} ${INFO})`],
        },
      ],
      because:
        'The info metric is 1: multiplied, it changes no value and lends its labels. So the version stands in one series, not in all.',
    },
  ],
};
