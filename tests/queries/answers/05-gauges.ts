import type { Answers } from './index.ts';

const busy = 'requests_in_progress{job="app"}';
const trees = 'trees_standing{job="app"}';
const start = 'process_start_time_seconds{job="app"}';

export const answers: Answers = {
  '05a': {
    right: [
      `max_over_time(max(${busy})[10m:5s])`,
      `max without (instance, job) (max_over_time(${busy.replace('{', '{ ')}[600s]))`,
      `max(max by (instance) (max_over_time(requests_in_progress[10m])))`,
      `sum(topk(1, max_over_time(${busy}[10m])))`,
    ],
    wrong: {
      [`max(${busy})`]: 'now',
      [busy]: 'now',
      [`sum(${busy})`]: 'now',
      [`max_over_time(${busy}[10m])`]: 'each-program',
      [`max by (instance) (max_over_time(${busy}[10m]))`]: 'labels-extra',
      [`topk(1, max_over_time(${busy}[10m]))`]: 'keeps-labels',
      [`sum(max_over_time(${busy}[10m]))`]: 'adds-peaks',
      [`max_over_time(sum(${busy})[10m:5s])`]: 'adds-peaks',
      [`max(avg_over_time(${busy}[10m]))`]: 'mean',
      [`avg(max_over_time(${busy}[10m]))`]: 'mean',
      [`max(increase(${busy}[10m]))`]: 'rate-of-gauge',
      [`max_over_time(rate(${busy}[1m])[10m:])`]: 'rate-of-gauge',
      [`max(max_over_time(${busy}[1m]))`]: 'range',
      [`max_over_time(max(${busy})[10m])`]: 'range-of-a-result',
      [`max(${busy}[10m])`]: 'many-samples',
      [`${busy}[10m]`]: 'range-vector',
    },
  },
  '05b': {
    right: [
      `sum without (instance, job) (delta(${trees}[5m]))`,
      `sum(${trees}) by (species) - sum(${trees} offset 300s) by (species)`,
      `-sum by (species) (${trees} offset 5m - ${trees})`,
    ],
    wrong: {
      [`sum by (species) (increase(${trees}[5m]))`]: 'rate-of-gauge',
      [`sum by (species) (rate(${trees}[5m]))`]: 'rate-of-gauge',
      [`sum by (species) (changes(${trees}[5m]))`]: 'counts-changes',
      [`sum by (species) (idelta(${trees}[5m]))`]: 'last-step',
      [`sum by (species) (deriv(${trees}[5m]))`]: 'slope',
      [`delta(${trees}[5m])`]: 'each-program',
      [`${trees} - ${trees} offset 5m`]: 'each-program',
      [`sum(delta(${trees}[5m]))`]: 'all-species',
      [`sum(${trees}) - sum(${trees} offset 5m)`]: 'all-species',
      [`sum by (species) (${trees} offset 5m) - sum by (species) (${trees})`]: 'sign',
      [`sum by (species) (${trees} offset 5m)`]: 'one-moment',
      [`sum by (species) (${trees})`]: 'one-moment',
      [`sum by (species) (delta(${trees}[1m]))`]: 'range',
      [`sum by (species) (${trees}) - sum by (species) (${trees}) offset 5m`]: 'offset-of-a-result',
    },
  },
  '05c': {
    right: [
      `(time() - max by (instance, job) (${start})) / 60`,
      `time() / 60 - ${start} / 60`,
      `-(${start} - time()) / 60`,
    ],
    wrong: {
      [start]: 'since-1970',
      [`${start} / 60`]: 'since-1970',
      [`time() - ${start} / 60`]: 'precedence',
      [`(${start} - time()) / 60`]: 'sign',
      [`time() - ${start}`]: 'seconds',
      [`(time() - ${start}) / 3600`]: 'hours',
      [`(timestamp(${start}) - ${start}) / 60`]: 'at-the-scrape',
      'count_over_time(up{job="app"}[30m]) * 5 / 60': 'counts-scrapes',
      'process_cpu_seconds_total{job="app"} / 60': 'busy',
      '(time() - process_start_time_seconds) / 60': 'other-job',
      [`floor((time() - ${start}) / 60)`]: 'rounded',
      [`(now() - ${start}) / 60`]: 'syntax',
      [`max(time() - ${start}) / 60`]: 'labels-missing',
    },
  },
  '05d': {
    right: [
      'resets(process_cpu_seconds_total{job="app"}[20m])',
      `changes(${start}[1200s])`,
      `sum without (job) (changes(${start}[20m]))`,
    ],
    wrong: {
      [`count_over_time(${start}[20m])`]: 'counts-scrapes',
      [`sum(changes(${start}[20m]))`]: 'one-for-all',
      'changes(up{job="app"}[20m])': 'up-again',
      'resets(up{job="app"}[20m])': 'up-again',
      [`resets(${start}[20m])`]: 'never-falls',
      'resets(requests_total{job="app"}[20m])': 'many-series',
      'sum by (instance, job) (resets(requests_total{job="app"}[20m]))': 'many-series',
      'changes(process_cpu_seconds_total{job="app"}[20m])': 'always-changes',
      'changes(process_start_time_seconds[20m])': 'other-job',
      [`changes(${start}[5m])`]: 'range',
      [`changes(${start})`]: 'no-range',
      [start]: 'now',
    },
  },
};
