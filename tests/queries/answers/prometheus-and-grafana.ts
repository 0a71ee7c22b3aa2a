import type { Answers } from './index.ts';

const euros = 'donated_euros_total{job="app"}';
const cpu = 'process_cpu_seconds_total{job="app"}';

export const answers: Answers = {
  P1: {
    right: [
      'up{instance=~".+:8001"}',
      "up{instance=~'[^:]*:8001'}",
      'sum by (instance, job) (up{instance=~".*:8001"})',
    ],
    wrong: {
      'up{instance=~"8001"}': 'part-of-a-value',
      'up{instance=~":8001"}': 'part-of-a-value',
      'up{instance=~".*:8001"} == 1': 'only-those-up',
      'up{instance="app:8001"}': 'one-target',
      'up{job="app"}': 'by-job',
      'up{port="8001"}': 'no-such-label',
      'up{instance="8001"}': 'no-such-value',
      'sum(up{instance=~".*:8001"})': 'labels-missing',
      up: 'rows',
    },
  },
  P2: {
    right: [
      'increase(donated_euros_total[10m])',
      `rate(${euros}[10m]) * 600`,
      `rate(${euros}[10m]) * 60 * 10`,
      `sum without (job) (increase(${euros}[600s]))`,
    ],
    wrong: {
      [`delta(${euros}[10m])`]: 'delta-of-a-counter',
      [`${euros} - ${euros} offset 10m`]: 'difference',
      [`max_over_time(${euros}[10m]) - min_over_time(${euros}[10m])`]: 'difference',
      [euros]: 'raw-counter',
      [`rate(${euros}[10m])`]: 'per-second',
      [`sum(increase(${euros}[10m]))`]: 'all-programs',
      [`increase(${euros}[5m])`]: 'range',
      [`${euros}[10m]`]: 'range-vector',
      [`increase(${euros})`]: 'no-range',
      'increase(euros_total[10m])': 'no-such-metric',
    },
  },
  P3: {
    right: [
      `100 * rate(${cpu}[5m])`,
      'rate(process_cpu_seconds_total{job!="prometheus"}[5m]) * 100',
      `increase(${cpu}[5m]) / 3`,
      `increase(${cpu}[5m]) / (5 * 60) * 100`,
    ],
    wrong: {
      'rate(process_cpu_seconds_total[5m]) * 100': 'prometheus-too',
      [`rate(${cpu}[5m])`]: 'share',
      [cpu]: 'raw-counter',
      [`increase(${cpu}[5m])`]: 'not-per-second',
      [`irate(${cpu}[5m]) * 100`]: 'last-two-samples',
      [`rate(${cpu}[1m]) * 100`]: 'range',
      [`rate(${cpu}[5m]) * 1000`]: 'factor',
      [`rate(${cpu}[5m]) %`]: 'syntax',
    },
  },
};
