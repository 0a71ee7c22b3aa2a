import type { Answers } from './index.ts';

const rate = (matchers = '') => `rate(requests_total{job="app"${matchers}}[5m])`;
const of503 = 'requests_total{job="app",endpoint="/treecounter",status="503"}';

export const answers: Answers = {
  '04a': {
    right: [
      'sum by (endpoint) (rate(requests_total{status=~"4.*"}[5m]))',
      'sum by (endpoint) (rate(requests_total{status=~"4[0-9]{2}", job="app"}[5m]))',
      `sum without (instance, job, method, status) (${rate(',status=~"4.."')})`,
      `sum(increase(requests_total{job="app",status=~"4.."}[5m]) / 300) by (endpoint)`,
    ],
    wrong: {
      [`sum by (endpoint) (${rate(',status="4.."')})`]: 'equals-a-pattern',
      [`sum by (endpoint) (${rate(',status="4xx"')})`]: 'equals-a-pattern',
      [`sum by (endpoint) (${rate(',status=~"4"')})`]: 'part-of-a-status',
      'sum by (endpoint) (requests_total{job="app",status=~"4.."})': 'since-the-start',
      [`sum by (endpoint) (${rate()})`]: 'all-requests',
      [`sum(${rate(',status=~"4.."')})`]: 'all-pages-in-one',
      [`sum by (endpoint, status) (${rate(',status=~"4.."')})`]: 'labels-extra',
      [`sum by (endpoint) (rate(requests_total{status=~"4.."}[1m]))`]: 'range',
      'sum by (endpoint) (rate(requests_total{status>=400}[5m]))': 'syntax',
      'rate(sum by (endpoint) (requests_total{status=~"4.."})[5m])': 'rate-of-sum',
      'rate(sum by (endpoint) (requests_total{status=~"4.."})[5m:])': 'rate-of-sum',
      'sum by (endpoint) (rate(requests_total{code=~"4.."}[5m]))': 'no-such-label',
    },
  },
  '04b': {
    right: [
      `sum(rate(${of503}[10m])) * 600`,
      'sum(increase(requests_total{endpoint="/treecounter",status=~"503"}[10m]))',
      `600 * sum by () (rate(${of503}[10m]))`,
    ],
    wrong: {
      [`round(sum(increase(${of503}[10m])))`]: 'rounded',
      [`sum(floor(increase(${of503}[10m])))`]: 'rounded',
      [`sum(${of503})`]: 'since-the-start',
      [`sum(${of503} - ${of503} offset 10m)`]: 'since-the-start',
      [`sum(count_over_time(${of503}[10m]))`]: 'counts-samples',
      [`increase(${of503}[10m])`]: 'each-program',
      [`sum(rate(${of503}[10m]))`]: 'per-second',
      'sum(increase(requests_total{endpoint="/treecounter"}[10m]))': 'all-pages',
      [`increase(sum(${of503})[10m:])`]: 'rate-of-sum',
      [`sum(delta(${of503}[10m]))`]: 'values',
      'sum(increase(requests_total{endpoint="treecounter",status="503"}[10m]))': 'no-such-value',
    },
  },
  '04c': {
    right: [
      'topk(1, sum by (endpoint) (rate(requests_total[5m])))',
      `topk(1, sum without (instance, job, method, status) (${rate()}))`,
      `sum by (endpoint) (${rate()}) == scalar(max(sum by (endpoint) (${rate()})))`,
      `topk(1, sum by (endpoint) (increase(requests_total{job="app"}[5m]) / 300))`,
    ],
    wrong: {
      [`max(sum by (endpoint) (${rate()}))`]: 'max-has-no-name',
      [`topk(1, ${rate()})`]: 'busiest-series',
      [`max by (endpoint) (${rate()})`]: 'max-by-page',
      [`sum by (endpoint) (${rate()})`]: 'all-pages',
      'topk(1, sum by (endpoint) (requests_total{job="app"}))': 'since-the-start',
      [`topk(1, sum by (endpoint, method) (${rate()}))`]: 'labels-extra',
      [`topk(1, sum(${rate()}))`]: 'labels-missing',
      [`bottomk(1, sum by (endpoint) (${rate()}))`]: 'rows',
    },
  },
  '04d': {
    right: [
      'sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))',
      `sum(increase(requests_total{status=~"5.*"}[5m])) / sum(increase(requests_total[5m]))`,
      `1 - sum(${rate(',status!~"5.."')}) / sum(${rate()})`,
      `# failing\nsum(${rate(',status=~"5.."')})\n  /\nsum(${rate()}) # all`,
    ],
    wrong: {
      [`${rate(',status=~"5.."')} / ${rate()}`]: 'not-summed',
      [`avg(sum by (endpoint) (${rate(',status=~"5.."')}) / sum by (endpoint) (${rate()}))`]:
        'mean-of-ratios',
      [`avg(${rate(',status=~"5.."')} / ${rate()})`]: 'mean-of-ratios',
      'sum(requests_total{status=~"5.."}) / sum(requests_total)': 'since-the-start',
      [`${rate(',status=~"5.."')} / sum(${rate()})`]: 'one-side-summed',
      [`sum(${rate(',status=~"5.."')}) / sum(requests_total)`]: 'since-the-start',
      [`sum(${rate(',status=~"5.."')}) / sum(${rate(',status=~"2.."')})`]: 'of-the-good',
      [`sum(${rate(',status="503"')}) / sum(${rate()})`]: 'only-503',
      [`sum(${rate(',status=~"5.."')})`]: 'no-share',
      [`sum(${rate(',status="5.."')}) / sum(${rate()})`]: 'equals-a-pattern',
      [`sum(${rate(',status=~"5"')}) / sum(${rate()})`]: 'part-of-a-status',
      [`sum by (endpoint) (${rate(',status=~"5.."')}) / sum by (endpoint) (${rate()})`]:
        'labels-extra',
      [`sum(${rate(',status=~"5.."')}) / sum(${rate()}) * 100`]: 'factor',
      '0.0957843702257478': 'values',
      'rate(sum(requests_total{status=~"5.."})[5m:]) / rate(sum(requests_total)[5m:])':
        'rate-of-sum',
      [`sum(${rate(',status=~"5.."')}) / sum(${rate()}`]: 'syntax',
      '"5xx"': 'text',
    },
  },
  '04e': {
    right: [
      'sum by (instance) (rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m])) / sum by (instance) (rate(requests_total{endpoint="/treecounter"}[5m]))',
      'sum without (status, method, endpoint) (rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m])) / sum without (status, method, endpoint) (rate(requests_total{endpoint="/treecounter"}[5m]))',
      'sum by (instance, endpoint) (rate(requests_total{endpoint="/treecounter",status="503"}[5m])) / on (instance) sum by (instance) (rate(requests_total{endpoint="/treecounter"}[5m]))',
    ],
    wrong: {
      'sum by (instance, status) (rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m])) / sum by (instance) (rate(requests_total{endpoint="/treecounter"}[5m]))':
        'status-kept',
      'sum(rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m])) / sum(rate(requests_total{endpoint="/treecounter"}[5m]))':
        'all-programs',
      'sum by (instance) (rate(requests_total{status=~"5.."}[5m])) / sum by (instance) (rate(requests_total[5m]))':
        'all-pages',
      'rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m]) / rate(requests_total{endpoint="/treecounter"}[5m])':
        'not-summed',
      'sum by (instance) (requests_total{endpoint="/treecounter",status=~"5.."}) / sum by (instance) (requests_total{endpoint="/treecounter"})':
        'since-the-start',
      'sum by (instance) (rate(requests_total{endpoint="/treecounter",status="5.."}[5m])) / sum by (instance) (rate(requests_total{endpoint="/treecounter"}[5m]))':
        'equals-a-pattern',
      'sum by (instance) (rate(requests_total{endpoint="/treecounter",status=~"5"}[5m])) / sum by (instance) (rate(requests_total{endpoint="/treecounter"}[5m]))':
        'part-of-a-status',
      'rate(requests_total{endpoint="/treecounter",status=~"5.."}[5m]) / on (instance) rate(requests_total{endpoint="/treecounter"}[5m])':
        'pairs',
    },
  },
};
