import type { Answers } from './index.ts';

const up = 'up{job="fleet"}';
const each = 'sum by (instance) (rate(requests_total{job="fleet"}[5m]))';
const all = 'sum(rate(requests_total{job="fleet"}[5m]))';

export const answers: Answers = {
  Ma: {
    right: [`3 - (count(${up} == 1) or vector(0))`, `3 - sum(${up}) or vector(3)`],
    wrong: {
      [`3 - sum(${up})`]: 'none-left',
      [`3 - count(${up} == 1)`]: 'none-left',
      [`3 - count(${up})`]: 'down-is-there',
      [`count(${up} == 0)`]: 'only-down',
      [`count(${up} == 0) or vector(0)`]: 'only-down',
      [`absent(${up})`]: 'only-the-last',
      [`sum(${up})`]: 'who-is-well',
    },
  },
  Mb: {
    right: [
      `${each} / ignoring (instance) group_left () ${all}`,
      'sum by (instance) (increase(requests_total{job="fleet"}[5m])) / scalar(sum(increase(requests_total{job="fleet"}[5m])))',
    ],
    wrong: {
      [`${each} / ${all}`]: 'no-partner',
      [`${each} / ${each}`]: 'of-itself',
      [each]: 'no-share',
      'sum by (instance) (requests_total{job="fleet"}) / scalar(sum(requests_total{job="fleet"}))':
        'since-the-start',
      [`${each} / scalar(${all}) * 100`]: 'factor',
    },
  },
};
