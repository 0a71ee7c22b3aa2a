import type { Answers } from './index.ts';

const probed = 'probe_success{job="pages"}';
const all = '{__name__!=""}';

export const answers: Answers = {
  Wc: {
    right: [
      `sum by (instance) (avg_over_time(${probed}[10m]))`,
      `sum by (instance) (sum_over_time(${probed}[10m])) / sum by (instance) (count_over_time(${probed}[10m]))`,
      `avg without (job) (avg_over_time(${probed}[10m]))`,
    ],
    wrong: {
      'avg by (instance) (avg_over_time(up{job="pages"}[10m]))': 'the-exporter',
      [`avg by (instance) (rate(${probed}[10m]))`]: 'a-rate',
      [probed]: 'now',
      [`avg by (instance) (${probed})`]: 'now',
      [`min by (instance) (min_over_time(${probed}[10m]))`]: 'ever',
      [`sum by (instance) (sum_over_time(${probed}[10m]))`]: 'how-many',
      [`avg(avg_over_time(${probed}[10m]))`]: 'all-pages',
      [`avg_over_time(${probed}[10m])`]: 'labels-extra',
      [`avg by (instance) (avg_over_time(${probed}[5m]))`]: 'range',
    },
  },
  Wd: {
    right: [
      `topk(1, sum by (job) (count by (job, __name__) (${all})))`,
      `topk by () (1, count by (job) ({__name__=~".+"}))`,
    ],
    wrong: {
      'topk(1, sum by (job) (scrape_samples_scraped))': 'as-sent',
      'topk(1, sum by (job) (scrape_samples_post_metric_relabeling))': 'as-sent',
      [`count by (job) (${all})`]: 'each-job',
      [`max(count by (job) (${all}))`]: 'no-name',
      [`topk(1, count by (__name__) (${all}))`]: 'by-name',
      [`topk(1, count by (job, instance) (${all}))`]: 'each-target',
      [`topk(1, sum by (job) (${all}))`]: 'adds-values',
    },
  },
};
