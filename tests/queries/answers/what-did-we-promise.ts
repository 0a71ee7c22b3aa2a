import type { Answers } from './index.ts';

const page = '{job="app",endpoint="/treecounter"';
const of = (call: string, status: string, range: string) =>
  `${call}(requests_total${page}${status}}[${range}])`;
const bad = ',status=~"5.."';
const lost = `sum(${of('increase', bad, '10m')}) / sum(${of('increase', '', '10m')})`;
const share = (range: string) =>
  `sum by (instance) (${of('rate', bad, range)}) / sum by (instance) (${of('rate', '', range)})`;

export const answers: Answers = {
  Wa: {
    right: [
      `1 - sum(${of('rate', bad, '10m')}) / sum(${of('rate', '', '10m')}) / 0.05`,
      `(0.05 - ${lost}) / 0.05`,
      `1 - 20 * (${lost})`,
    ],
    wrong: {
      [lost]: 'share',
      [`1 - ${lost}`]: 'share',
      [`${lost} / 0.05`]: 'spent',
      [`1 - ${lost} / 0.95`]: 'promise-for-budget',
      [`1 - sum by (instance) (${of('rate', bad, '10m')}) / sum by (instance) (${of('rate', '', '10m')}) / 0.05`]:
        'each-program',
      [`1 - sum(requests_total${page}${bad}}) / sum(requests_total${page}}) / 0.05`]:
        'since-the-start',
    },
  },
  Wb: {
    right: [
      `(${share('5m')}) / 0.05 > 3 and ${share('1m')} > 0.15`,
      `((${share('5m')}) * 20 and (${share('1m')}) * 20 > 3) > 3`,
    ],
    wrong: {
      [`${share('5m')} / 0.05 > 3`]: 'one-window',
      [`${share('1m')} / 0.05 > 3`]: 'one-window',
      [`${share('1m')} / 0.05 > 3 and ${share('5m')} / 0.05 > 3`]: 'short-first',
      [`${share('5m')} / 0.05 > 3 or ${share('1m')} / 0.05 > 3`]: 'either',
      [`${share('5m')} > 3 * 0.05 and ${share('1m')} > 3 * 0.05`]: 'share',
      [`${share('5m')} / 0.05 > bool 3 and ${share('1m')} / 0.05 > 3`]: 'zeros-and-ones',
      [`sum by (instance) (requests_total${page}${bad}}) / 0.05 > 3`]: 'since-the-start',
    },
  },
};
