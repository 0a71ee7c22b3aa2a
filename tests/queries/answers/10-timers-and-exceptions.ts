import type { Answers } from './index.ts';

const failed = 'rate(registry_exceptions_total{job="app"}[5m])';
const calls = 'rate(registry_duration_seconds_count{job="app"}[5m])';

export const answers: Answers = {
  '10a': {
    right: [
      'sum(increase(registry_exceptions_total[5m])) / sum(increase(registry_duration_seconds_count[5m]))',
      `avg(${failed}) / avg(${calls})`,
      `sum without (instance, job) (${failed}) / sum without (instance, job) (${calls})`,
      `sum(${failed}) / sum(rate(registry_duration_seconds_bucket{job="app",le="+Inf"}[5m]))`,
    ],
    wrong: {
      [`${failed} / ${calls}`]: 'each-program',
      [`sum by (instance) (${failed}) / sum by (instance) (${calls})`]: 'each-program',
      [`avg(${failed} / ${calls})`]: 'mean-of-ratios',
      [`sum(${failed} / ${calls})`]: 'adds-ratios',
      'sum(registry_exceptions_total{job="app"}) / sum(registry_duration_seconds_count{job="app"})':
        'since-the-start',
      [`sum(${failed}) / sum(rate(registry_duration_seconds_sum{job="app"}[5m]))`]: 'seconds',
      [`sum(${failed}) / sum(rate(requests_total{job="app"}[5m]))`]: 'all-requests',
      [`sum(${failed}) / (sum(${failed}) + sum(${calls}))`]: 'failed-twice',
      [`sum(${failed})`]: 'not-divided',
      [`sum(${failed}) / ${calls}`]: 'one-side-summed',
      [`sum(${failed}) / sum(${calls}) * 100`]: 'per-cent',
      [`sum(${failed}) / sum(${calls})`.replaceAll('5m', '1m')]: 'range',
      [`sum(${failed}) / sum(rate(registry_duration_seconds{job="app"}[5m]))`]: 'no-such-metric',
      'sum(registry_errors_total) / sum(registry_calls_count)': 'no-such-metric',
    },
  },
};
