import type { Answers } from './index.ts';

const euros = 'donated_euros_total{job="app"}';
const all = 'sum by (endpoint) (rate(requests_total{job="app"}[5m]))';
const failed = 'sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[5m]))';

export const answers: Answers = {
  A1: {
    right: [`absent(count(${euros}))`, `absent(${euros}) == 1`, `vector(1) unless on () ${euros}`],
    wrong: {
      [`${euros} == 0`]: 'equals-zero',
      [`count(${euros}) == 0`]: 'equals-zero',
      [`sum(${euros}) < 1`]: 'equals-zero',
      [`rate(${euros}[1m]) == 0`]: 'equals-zero',
      [`${euros} == bool 0`]: 'bool',
      [`count(${euros}) == bool 0`]: 'bool',
      [`(count(${euros}) or vector(0)) == bool 0`]: 'always-a-row',
      [`(count(${euros}) or vector(0)) == 0`]: 'value-0',
      [`absent(rate(${euros}[5m]))`]: 'looks-back',
      [`absent_over_time(${euros}[5m])`]: 'looks-back',
      'absent(up{job="app"})': 'up-instead',
      'absent(donated_euros_total)': 'other-job',
      'absent(donated_euros_total{job="app",instance="app:8001"})': 'one-program',
      [euros]: 'while-there',
      [`!${euros}`]: 'syntax',
    },
  },
  A2: {
    right: [
      `(${failed} / ${all} > 0.05) and on (endpoint) (${all} > 0.1)`,
      `${failed} / (${all} > 0.1) > 0.05`,
      `${failed} / ${all} > 0.05 unless ${all} <= 0.1`,
    ],
    wrong: {
      [`${failed} / ${all} > 0.05`]: 'quiet-pages',
      [`${failed} / ${all} > 5 and ${all} > 0.1`]: 'per-cent',
      [`${failed} / ${all} > bool 0.05 and ${all} > 0.1`]: 'bool',
      [`${failed} / ${all} > 0.05 or ${all} > 0.1`]: 'or',
      [`${all} > 0.1 and ${failed} / ${all} > 0.05`]: 'other-value',
      [`${failed} > 0.05 and ${all} > 0.1`]: 'not-a-share',
      [`sum(${failed}) / sum(${all}) > 0.05 and sum(${all}) > 0.1`]: 'one-share',
      [`${failed} / ${all} > 0.05 and sum(${all}) > 0.1`]: 'pairs',
      [`${failed} / ${all} > 0.05 and rate(requests_total{job="app"}[5m]) > 0.1`]: 'pairs',
      [`${failed} / ${all} > 0.05 and ${failed} > 0.1`]: 'failing-often',
      'sum by (endpoint) (requests_total{job="app",status=~"5.."}) / sum by (endpoint) (requests_total{job="app"}) > 0.05':
        'since-the-start',
      [`${failed} / ${all} > 0.05 && ${all} > 0.1`]: 'syntax',
      [`${failed.replace('5m', '1m')} / ${all} > 0.05 and ${all} > 0.1`]: 'range',
    },
  },
};
