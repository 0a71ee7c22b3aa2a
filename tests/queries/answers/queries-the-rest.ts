import type { Answers } from './index.ts';

const all = 'sum by (endpoint) (rate(requests_total{job="app"}[5m]))';
const failed = 'sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[5m]))';
const each = 'sum by (instance) (rate(requests_total{job="app"}[5m]))';
const get = 'requests_total{job="app",method="GET",endpoint="/treecounter"';
const bad = `rate(${get},status="503"}[5m])`;
const good = `rate(${get},status="200"}[5m])`;
const now = 'rate(requests_total{job="app"}[1m])';
const free = 'host_memory_free_bytes{job="app"}';
const euros = 'donated_euros_total{job="app"}';
const rates = 'rate(requests_total{job="app"}[5m])';
const buckets = 'rate(request_duration_seconds_bucket{job="app",endpoint="/treecounter"}[5m])';
const spent = 'rate(request_duration_seconds_sum{job="app",endpoint="/treecounter"}[5m])';
const count = 'rate(request_duration_seconds_count{job="app",endpoint="/treecounter"}[5m])';
const registry = 'rate(registry_duration_seconds_sum{job="app"}[5m])';
const calls = 'rate(registry_duration_seconds_count{job="app"}[5m])';

export const answers: Answers = {
  Qa: {
    right: [
      `${failed} or ${all} * 0`,
      `${failed} or on (endpoint) (${all} - ${all})`,
      `sum by (endpoint) (rate(requests_total{job="app",status=~"5.."}[5m]) or 0 * ${rates})`,
    ],
    wrong: {
      [failed]: 'missing',
      [`${failed} or vector(0)`]: 'row-without-labels',
      [`0 * ${all} or ${failed}`]: 'left-wins',
      [`${failed} or ${all}`]: 'not-zero',
      [`${failed} + 0 * ${all}`]: 'both-sides',
      'sum by (endpoint) (requests_total{job="app",status=~"5.."})': 'since-the-start',
      [`${failed} or 0`]: 'types',
    },
  },
  Qb: {
    right: [
      `(${all} > 0) unless on (endpoint) (${failed} > 0)`,
      `${all} > 0 and (${failed} or 0 * ${all}) == 0`,
      `(${all} unless ${failed} != 0) > 0`,
    ],
    wrong: {
      [`${all} > 0 unless ${failed}`]: 'zero-is-a-row',
      [`${all} unless ${failed}`]: 'zero-is-a-row',
      [`${all} unless ${failed} > 0`]: 'idle',
      [`${all} > 0 and ${failed} == 0`]: 'no-series',
      [`${all} > 0 and ${failed} > 0`]: 'the-other-way-round',
      'sum by (endpoint) (requests_total{job="app"}) unless sum by (endpoint) (requests_total{job="app",status=~"5.."}) > 0':
        'since-the-start',
    },
  },
  Qc: {
    right: [
      `sum(${each} > bool 0.7) / count(${each})`,
      `count(${each} > 0.7) / count(${each})`,
      `avg(0.7 < bool ${each})`,
    ],
    wrong: {
      [`avg(${each} > 0.7)`]: 'mean-rate',
      [`count(${each} > bool 0.7) / count(${each})`]: 'counts-zeros',
      [`count(${each} > bool 0.7)`]: 'counts-zeros',
      [`count(${each} > 0.7)`]: 'how-many',
      [`sum(${each} > bool 0.7)`]: 'how-many',
      [`${each} > bool 0.7`]: 'each-program',
      [`avg(${rates} > bool 0.7)`]: 'each-series',
      'avg(sum by (instance) (requests_total{job="app"}) > bool 0.7)': 'since-the-start',
      [`avg(${each.replace('5m', '1m')} > bool 0.7)`]: 'range',
    },
  },
  Qd: {
    right: [
      `sum without (status) (${bad}) / sum without (status) (${good})`,
      `${bad} / on (job, instance, method, endpoint) ${good}`,
    ],
    wrong: {
      [`${bad} / ${good}`]: 'no-partner',
      [`${bad} / on (instance) ${good}`]: 'too-few-labels',
      [`${bad} / ignoring (status) group_left () ${good}`]: 'still-status',
      [`${bad} / ignoring (status) (${bad} + ignoring (status) ${good})`]: 'of-all',
      [`sum(${bad}) / sum(${good})`]: 'all-programs',
      [`${good} / ignoring (status) ${bad}`]: 'the-other-way-round',
      [`${get},status="503"} / ignoring (status) ${get},status="200"}`]: 'since-the-start',
    },
  },
  Qe: {
    right: [
      `max_over_time((sum(${now}))[10m:60s])`,
      `quantile_over_time(1, sum(${now})[10m:1m])`,
      `max(max_over_time(sum(${now})[10m:1m]))`,
    ],
    wrong: {
      [`max_over_time(sum(${now})[10m])`]: 'no-subquery',
      [`sum(max_over_time(${now}[10m:1m]))`]: 'each-its-own',
      [`max_over_time(${now}[10m:1m])`]: 'each-series',
      [`max_over_time(sum by (instance) (${now})[10m:1m])`]: 'each-series',
      'sum(rate(requests_total{job="app"}[10m]))': 'mean',
      [`avg_over_time(sum(${now})[10m:1m])`]: 'mean',
      [`sum(${now})`]: 'now',
      [`max_over_time(sum(${now})[10m:5s])`]: 'step',
      [`max_over_time(sum(${rates})[10m:30s])`]: 'rate-of-another-time',
      [`max_over_time(sum(${rates.replace('5m', '10m')})[10m:1m])`]: 'rate-of-another-time',
      'max_over_time(rate(sum(requests_total{job="app"})[1m:5s])[10m:1m])': 'rate-of-sum',
    },
  },
  Qf: {
    right: [
      `predict_linear(${free}[10m], 60 * 60) < 0`,
      `predict_linear(${free}[10m], 0) + deriv(${free}[10m]) * 3600 < 0`,
      `0 > predict_linear(${free}[600s], 3600)`,
    ],
    wrong: {
      [`predict_linear(${free}[10m], 3600)`]: 'all-machines',
      [`predict_linear(${free}[10m], 60)`]: 'seconds',
      [`predict_linear(${free}[10m], 60) < 0`]: 'seconds',
      [`predict_linear(${free}[10m], 3600) < bool 0`]: 'bool',
      [`predict_linear(${free}[10m], 3600) == 0`]: 'exactly-zero',
      [`${free} + 3600 * rate(${free}[10m]) < 0`]: 'counter',
      [`${free} + 6 * delta(${free}[10m]) < 0`]: 'two-samples',
      [`deriv(${free}[10m]) < 0`]: 'falls',
      [`predict_linear(${free}[5m], 3600) < 0`]: 'range',
      [`predict_linear(${free}, 3600) < 0`]: 'no-range',
    },
  },
  Qg: {
    right: [
      `sum by (host) (label_replace(${each}, "host", "$1", "instance", "([^:]+):[0-9]+"))`,
      `sum without (instance) (label_replace(${each}, "host", "$1", "instance", "(.+):8001"))`,
    ],
    wrong: {
      [each]: 'no-host',
      [`label_replace(${each}, "host", "$1", "instance", "(.*):.*")`]: 'still-instance',
      [`sum by (host) (label_replace(${rates}, "host", "$1", "instance", "(.*):"))`]: 'whole-value',
      [`sum by (host) (label_replace(${rates}, "host", "$0", "instance", "(.*):.*"))`]:
        'whole-instance',
      'sum by (host) (rate(label_replace(requests_total{job="app"}[5m], "host", "$1", "instance", "(.*):.*")))':
        'many-samples',
      'sum by (host) (rate(label_replace(requests_total{job="app"}, "host", "$1", "instance", "(.*):.*")[5m]))':
        'range-of-a-result',
      'sum by (host) (label_replace(requests_total{job="app"}, "host", "$1", "instance", "(.*):.*"))':
        'since-the-start',
    },
  },
  Qh: {
    right: [
      `-(timestamp(${euros}) - time())`,
      `time() - max by (job, instance) (timestamp(${euros}))`,
    ],
    wrong: {
      [`time() - timestamp(rate(${euros}[5m]))`]: 'of-a-result',
      [`time() - timestamp(${euros} * 1)`]: 'of-a-result',
      [`time() - ${euros}`]: 'value',
      [`timestamp(${euros})`]: 'moment',
      [`timestamp(${euros}) - time()`]: 'negative',
      'time() - process_start_time_seconds{job="app"}': 'program',
    },
  },
  Qi: {
    right: [
      `histogram_quantile(0.9, sum without (instance, job, method, endpoint) (${buckets}))`,
      `histogram_quantile(0.9, sum by (le) (${buckets.replace('rate', 'increase')}))`,
    ],
    wrong: {
      'avg(request_processing_seconds{job="app",endpoint="/treecounter",quantile="0.9"})':
        'summary',
      'max(request_processing_seconds{job="app",quantile="0.9"})': 'summary',
      [`avg(histogram_quantile(0.9, sum by (instance, le) (${buckets})))`]: 'mean-of-quantiles',
      [`histogram_quantile(0.9, sum by (instance, le) (${buckets}))`]: 'each-program',
      [`histogram_quantile(0.9, sum(${buckets}))`]: 'no-le',
      [`histogram_quantile(0.9, sum by (le) (${buckets}))`.replace(',endpoint="/treecounter"', '')]:
        'all-pages',
      [`histogram_quantile(90, sum by (le) (${buckets}))`]: 'percent',
      'histogram_quantile(0.9, sum by (le) (request_duration_seconds_bucket{job="app",endpoint="/treecounter"}))':
        'since-the-start',
    },
  },
  Qj: {
    right: [
      `(sum(${spent}) - sum(${registry})) / sum(${count}) * 1000`,
      `1000 * (sum(${spent}) / sum(${count}) - sum(${registry}) / sum(${count}))`,
      `1000 * (sum(${spent}) - sum(${registry})) / sum(${count})`.replaceAll('rate', 'increase'),
    ],
    wrong: {
      [`1000 * (${spent} - ${registry}) / ${count}`]: 'no-partner',
      [`1000 * (sum(${spent}) / sum(${count}) - sum(${registry}) / sum(${calls}))`]: 'two-means',
      [`1000 * sum(${spent}) / sum(${count})`]: 'registry-too',
      [`1000 * (sum(${spent}) - sum(${registry}))`]: 'per-second',
      [`(sum(${spent}) - sum(${registry})) / sum(${count})`]: 'factor',
      [`1000 * (sum(${spent}) - sum(${registry})) / sum(${count})`.replaceAll(
        ',endpoint="/treecounter"',
        '',
      )]: 'all-pages',
      '1000 * (sum(request_duration_seconds_sum{endpoint="/treecounter"}) - sum(registry_duration_seconds_sum)) / sum(request_duration_seconds_count{endpoint="/treecounter"})':
        'since-the-start',
    },
  },
};
