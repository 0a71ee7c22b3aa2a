import type { Answers } from './index.ts';

const D = 'request_duration_seconds';
const of = '{job="app",endpoint="/treecounter"}';
const sum = `rate(${D}_sum${of}[5m])`;
const count = `rate(${D}_count${of}[5m])`;
const within = (le: string, range = '5m') => `rate(${D}_bucket{job="app",le="${le}"}[${range}])`;
const all = `rate(${D}_count{job="app"}[5m])`;
const buckets = `rate(${D}_bucket{job="app"}[5m])`;

export const answers: Answers = {
  '06a': {
    right: [
      `sum(increase(${D}_sum${of}[5m])) / sum(increase(${D}_count${of}[5m]))`,
      `sum(${sum}) / sum(rate(${D}_bucket{job="app",endpoint="/treecounter",le="+Inf"}[5m]))`,
      `avg(${sum}) / avg(${count})`,
    ],
    wrong: {
      [`sum(${D}_sum${of}) / sum(${D}_count${of})`]: 'since-the-start',
      [`avg(${sum} / ${count})`]: 'mean-of-means',
      [`sum(${sum} / ${count})`]: 'adds-means',
      [`${sum} / ${count}`]: 'each-program',
      [`sum by (instance) (${sum}) / sum by (instance) (${count})`]: 'each-program',
      [`sum(rate(${D}_sum{job="app"}[5m])) / sum(${all})`]: 'all-pages',
      [`sum(${count}) / sum(${sum})`]: 'upside-down',
      'sum(request_seconds_sum) / sum(request_seconds_count)': 'no-such-metric',
      [`sum(${sum})`]: 'not-divided',
      [`avg(${sum})`]: 'not-divided',
      [`histogram_quantile(0.5, sum by (le) (rate(${D}_bucket${of}[5m])))`]: 'median',
      [`avg_over_time(${D}${of}[5m])`]: 'no-average-of-the-name',
      [`sum(rate(${D}_sum${of}[1m])) / sum(rate(${D}_count${of}[1m]))`]: 'range',
      [`sum(${sum}) / ${count}`]: 'nothing',
      [`sum(${sum.replace('}', ',method="GET"}')}) / sum(${count.replace('}', ',method="GET"}')})`]:
        'values',
    },
  },
  '06b': {
    right: [
      `sum by (endpoint) (increase(${D}_bucket{job="app",le="0.25"}[5m])) / sum by (endpoint) (increase(${D}_count{job="app"}[5m]))`,
      `sum(${within('0.25')}) by (endpoint) / sum(${within('+Inf')}) by (endpoint)`,
      `sum without (instance, job, method, le) (${within('0.25')}) / sum without (instance, job, method) (${all})`,
      `sum by (endpoint) (${within('0.25')}) / (sum by (endpoint) (${all}) > 0)`,
    ],
    wrong: {
      [`sum by (endpoint) (${buckets}) / sum by (endpoint) (${all})`]: 'all-buckets',
      [`sum by (endpoint) (${within('0.25')}) / sum by (endpoint) (${buckets})`]: 'all-buckets',
      [`sum by (endpoint) (rate(${D}_bucket{job="app",le=~"0.005|0.01|0.025|0.05|0.1|0.25"}[5m])) / sum by (endpoint) (${all})`]:
        'several-buckets',
      [`sum by (endpoint) (${within('250')}) / sum by (endpoint) (${all})`]: 'milliseconds',
      [`sum by (endpoint) (${within('0.5')}) / sum by (endpoint) (${all})`]: 'other-bucket',
      [`sum(${within('0.25')}) / sum(${all})`]: 'all-pages',
      [`${within('0.25')} / ${all}`]: 'pairs',
      [`sum by (endpoint, le) (${within('0.25')}) / sum by (endpoint) (${all})`]: 'pairs',
      [`sum by (endpoint) (${within('0.25')}) / sum(${all})`]: 'pairs',
      [`${buckets} / ${all}`]: 'pairs',
      [`histogram_fraction(0, 0.25, sum by (endpoint, le) (${buckets}))`]: 'values',
      [`sum by (endpoint) (${within('0.25')})`]: 'per-second',
      [`sum by (endpoint) (${D}_bucket{job="app",le="0.25"}) / sum by (endpoint) (${D}_count{job="app"})`]:
        'since-the-start',
      [`histogram_quantile(0.25, sum by (endpoint, le) (${buckets}))`]: 'quantile',
      [`avg by (endpoint) (${within('0.25')} / ignoring (le) ${all})`]: 'mean-of-shares',
      [`sum by (endpoint) (${within('0.25')}) / sum by (endpoint) (${all}) * 100`]: 'per-cent',
      [`1 - sum by (endpoint) (${within('0.25')}) / sum by (endpoint) (${all})`]: 'slow-share',
      [`sum by (endpoint) (${within('0.25', '1m')}) / sum by (endpoint) (${all.replace('5m', '1m')})`]:
        'range',
      [`sum by (endpoint) (rate(${D}_bucket{job="app",le<="0.25"}[5m]))`]: 'syntax',
      [`sum by (endpoint) (rate(${D}_bucket{job="app",le=0.25}[5m]))`]: 'syntax',
    },
  },
  '06c': {
    right: [
      `histogram_quantile(0.9, sum by (le, instance) (increase(${D}_bucket{job="app"}[5m])))`,
      `histogram_quantile(0.9, sum without (method, endpoint) (${buckets}))`,
      `histogram_quantile(0.90, sum(${buckets}) by (le, instance))`,
      `histogram_quantile(9 / 10, sum by (instance, le) (${buckets}))`,
    ],
    wrong: {
      [`histogram_quantile(0.9, sum by (instance) (${buckets}))`]: 'no-le',
      [`histogram_quantile(0.9, sum(${buckets}))`]: 'no-le',
      [`histogram_quantile(0.9, sum by (le) (${buckets}))`]: 'all-programs',
      [`histogram_quantile(0.9, sum by (endpoint, le) (${buckets}))`]: 'by-page',
      [`histogram_quantile(0.9, ${buckets})`]: 'each-series',
      [`histogram_quantile(0.9, sum by (instance, le) (${D}_bucket{job="app"}))`]:
        'since-the-start',
      [`histogram_quantile(90, sum by (instance, le) (${buckets}))`]: 'share-of-90',
      [`histogram_quantile(sum by (instance, le) (${buckets}), 0.9)`]: 'types',
      [`histogram_quantile(0.1, sum by (instance, le) (${buckets}))`]: 'one-of-ten',
      [`histogram_quantile(0.95, sum by (instance, le) (${buckets}))`]: 'other-share',
      [`histogram_quantile(0.9, sum by (instance, le) (rate(${D}_bucket${of}[5m])))`]: 'one-page',
      [`histogram_quantile(0.9, sum by (instance, le) (rate(${D}{job="app"}[5m])))`]: 'no-buckets',
      [`quantile by (instance) (0.9, rate(${D}_sum{job="app"}[5m]))`]: 'no-buckets',
      [`quantile by (instance) (0.9, ${buckets})`]: 'quantile-of-rows',
      [`avg by (instance) (histogram_quantile(0.9, sum by (instance, endpoint, le) (${buckets})))`]:
        'mean-of-quantiles',
      [`max(histogram_quantile(0.9, sum by (instance, le) (${buckets})))`]: 'mean-of-quantiles',
      [`histogram_quantile(0.9, sum by (instance, le) (rate(${D}_bucket{job="app"}[1m])))`]:
        'range',
      [`histogram_quantile(0.9, sum by (instance, endpoint, le) (${buckets}))`]: 'labels-extra',
      // Empty too, but not for want of le.
      [`${within('0.25')} / ${all}`]: 'nothing',
    },
  },
};
