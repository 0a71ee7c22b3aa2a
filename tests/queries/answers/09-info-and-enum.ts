import type { Answers } from './index.ts';

const state = 'application_state{job="app"}';
const running = 'application_state{job="app",application_state="running"}';
const failed = 'rate(requests_total{job="app",status=~"5.."}[5m])';
const info = 'application_info{job="app"}';
const join = '* on (instance, job) group_left (version)';

export const answers: Answers = {
  '09a': {
    right: [
      `count(${running} == 1)`,
      `sum(${running} == 1)`,
      'sum without (instance, job, application_state) (application_state{application_state="running"})',
      `count(${running} > 0)`,
    ],
    wrong: {
      [`count(${running})`]: 'counts-zeros',
      [`sum(${state})`]: 'any-state',
      [`count(${state} == 1)`]: 'any-state',
      [`sum by (application_state) (${state})`]: 'each-state',
      [running]: 'each-program',
      [`${running} == 1`]: 'each-program',
      'sum(up{job="app"})': 'up',
      [`count(${running} == 0)`]: 'not-running',
      [`${state} == "running"`]: 'text',
      'sum(application_state{job="app",state="running"})': 'no-such-label',
      'sum(application_state{job="app",application_state="Running"})': 'no-such-value',
    },
  },
  '09b': {
    right: [
      `sum by (version) (${failed} * on (instance) group_left (version) application_info)`,
      `sum by (version) (${info} * on (instance) group_left () sum by (instance) (${failed}))`,
      `sum by (version) (sum by (instance) (${failed}) * on (instance) group_left (version) ${info})`,
      `sum(${failed} * on (job, instance) group_left (version, runtime) ${info}) by (version)`,
    ],
    wrong: {
      [`sum by (version) (${failed} * on (instance, job) ${info})`]: 'many-on-the-left',
      [`${failed} * on (instance, job) ${info}`]: 'many-on-the-left',
      [`sum by (version) (${failed} * on (instance, job) group_left () ${info})`]: 'version-lost',
      [`sum by (version) (${failed})`]: 'no-version-there',
      [`sum by (version) (${failed} * ${info})`]: 'no-on',
      [`sum by (version) (rate(requests_total{job="app"}[5m]) ${join} ${info})`]: 'all-requests',
      [`${failed} ${join} ${info}`]: 'not-summed',
      [`sum by (version) (requests_total{job="app",status=~"5.."} ${join} ${info})`]:
        'since-the-start',
      [`sum by (version) (sum(${failed}) ${join} ${info})`]: 'instance-lost',
      [`sum(${failed}) * on (instance, job) ${info}`]: 'instance-lost',
      [`requests_total{job="app"} * on (instance, job) ${info}`]: 'many-on-the-left',
      [`sum by (version) (${failed} ${join} ${info}) * 60`]: 'factor',
      [info]: 'labels-extra',
      [`sum by (version) (${failed} + on (instance, job) group_left (version) ${info})`]: 'values',
      [`sum by (version) (increase(requests_total{job="app",status=~"5.."}[5m]) ${join} ${info})`]:
        'factor',
      [`sum by (version) (rate(requests_total{job="app",status=~"5"}[5m]) ${join} ${info})`]:
        'no-such-value',
      [`sum by (version) (${failed.replace('5m', '1m')} ${join} ${info})`]: 'range',
    },
  },
};
