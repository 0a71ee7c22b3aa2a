import type { Answers } from './index.ts';

const D = 'request_duration_seconds';
const within = (le: string) => `rate(${D}_bucket{job="app",le="${le}"}[5m])`;
const all = `rate(${D}_count{job="app"}[5m])`;
const share = (le: string) => `sum by (endpoint) (${within(le)}) / sum by (endpoint) (${all})`;
const grown = (le: string, more = ',endpoint="/treecounter"') =>
  `increase(${D}_bucket{job="app"${more},le="${le}"}[10m])`;

export const answers: Answers = {
  '07a': {
    right: [
      `(sum by (endpoint) (${all}) - sum by (endpoint) (${within('1.0')})) / sum by (endpoint) (${all})`,
      `1 - ${share('1.0').replaceAll('rate', 'increase')}`,
      `1 - sum by (endpoint) (${within('1.0')}) / (sum by (endpoint) (${all}) > 0)`,
      `1 - sum(${within('1.0')}) by (endpoint) / sum(${within('+Inf')}) by (endpoint)`,
    ],
    wrong: {
      [`1 - ${share('1')}`]: 'le-of-1',
      [share('1')]: 'le-of-1',
      [share('1.0')]: 'quick-share',
      [share('+Inf')]: 'infinity',
      [share('>1.0')]: 'no-such-bucket',
      [`sum by (endpoint) (rate(${D}_bucket{job="app",le!="1.0"}[5m])) / sum by (endpoint) (${all})`]:
        'cumulative',
      [`1 - sum(${within('1.0')}) / sum(${all})`]: 'all-pages',
      [`1 - sum by (endpoint) (${D}_bucket{job="app",le="1.0"}) / sum by (endpoint) (${D}_count{job="app"})`]:
        'since-the-start',
      [`1 - ${within('1.0')} / ${all}`]: 'pairs',
      [`1 - ${share('0.9')}`]: 'other-bucket',
      [`1 - sum by (endpoint) (${within('0.9')}) / sum by (endpoint) (${within('+Inf')})`]:
        'other-bucket',
      [`sum by (endpoint) (${all}) - sum by (endpoint) (${within('1.0')})`]: 'per-second',
      [`sum by (endpoint) (${all}) - sum by (endpoint) (${within('1.0')}) / sum by (endpoint) (${all})`]:
        'precedence',
      [`1 - ${share('1.0')} > 0`]: 'quick-pages',
      [`histogram_quantile(1, sum by (endpoint, le) (rate(${D}_bucket{job="app"}[5m])))`]:
        'quantile',
      [`1 - avg by (endpoint) (${within('1.0')} / ignoring (le) ${all})`]: 'mean-of-shares',
      [`(1 - ${share('1.0')}) * 100`]: 'per-cent',
      [`1 - ${share('1.0').replaceAll('5m', '1m')}`]: 'range',
      [`1 - sum by (endpoint) (rate(${D}_bucket{job="app",le>"1.0"}[5m]))`]: 'syntax',
    },
  },
  '07b': {
    right: [
      `sum(${grown('1.0')} - ignoring (le) ${grown('0.5')})`,
      `600 * (sum(${grown('1.0')}) - sum(${grown('0.5')}))`.replaceAll('increase', 'rate'),
      `sum without (instance, job, method, endpoint, le) (${grown('1.0')}) - sum(${grown('0.5')})`,
    ],
    wrong: {
      [`${grown('1.0')} - ${grown('0.5')}`]: 'pairs',
      [`sum by (le) (${grown('1.0')}) - sum by (le) (${grown('0.5')})`]: 'pairs',
      [`${grown('1.0')} - ignoring (le) ${grown('0.5')}`]: 'each-program',
      [`sum(${grown('1')}) - sum(${grown('0.5')})`]: 'le-of-1',
      [`sum(increase(${D}_bucket{job="app",endpoint="/treecounter",le=~"0.6|0.7|0.8|0.9|1.0"}[10m]))`]:
        'cumulative',
      [`sum(${grown('0.5')}) - sum(${grown('1.0')})`]: 'sign',
      [`sum(${grown('1.0')}) - sum(${grown('0.5')})`.replaceAll('increase', 'rate')]: 'per-second',
      [`sum(${D}_bucket{job="app",endpoint="/treecounter",le="1.0"}) - sum(${D}_bucket{job="app",endpoint="/treecounter",le="0.5"})`]:
        'since-the-start',
      [`sum(${grown('1.0')})`]: 'one-bucket',
      [`sum(${grown('+Inf')}) - sum(${grown('0.5')})`]: 'beyond',
      [`sum(${grown('1.0', '')}) - sum(${grown('0.5', '')})`]: 'all-pages',
      [`sum(${grown('1.0')}) - sum(${grown('0.5')})`.replaceAll('10m', '5m')]: 'range',
      [`floor(sum(${grown('1.0')}) - sum(${grown('0.5')}))`]: 'rounded',
      [`sum(rate(${D}_sum{job="app"}[10m]))`]: 'values',
    },
  },
};
