import { beforeEach, describe, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { promisedStep, queryPanels } from '../tests/stack/dashboards.ts';
import { stepNames } from '../workshop/programs.ts';
import { startStep } from './program.ts';
import { needsPrometheus, startPrometheus, type Prometheus, type Series } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

/** The first step in which a rule has something to compute. */
const RULES: Readonly<Record<string, number>> = {
  'job_endpoint:requests:rate1m': 3,
  'job_endpoint:request_failures_per_requests:ratio_rate1m': 4,
  'job_endpoint:request_duration_seconds:p95_rate1m': 6,
  TargetDown: 1,
  TooMany503s: 4,
  SlowAnswers: 6,
  NotRunning: 9,
};

/** What Grafana puts in for its own variables, with a scrape every 5 s. */
const VARIABLES: readonly [string, string][] = [
  ['$__rate_interval', '20s'],
  ['$__interval', '5s'],
  ['$__range', '15m'],
];

beforeEach(needsPrometheus);

describe('dashboards, rules and alerts have the data that they promise with', () => {
  test.concurrent.each(stepNames())('%s', async (name) => {
    const step = Number(name.slice(0, 2));
    const { process, url, target } = await startStep(step);
    // More than a class sends, for the rates to be there sooner.
    const stopTraffic = startTraffic(url, 10);
    // Every second, so that there are rates after a few: this is not about time.
    const prometheus = await startPrometheus(target, '1s').catch(async (error) => {
      await stopTraffic();
      await process.stop();
      throw error;
    });
    try {
      const app = async () => {
        const targets = await prometheus.targets();
        return targets.find(({ labels }) => labels.job === 'app');
      };
      await until(async () => ((await app())?.health ?? 'unknown') !== 'unknown', 30_000);
      expect((await app())?.health).toBe(step === 1 ? 'down' : 'up');
      expect((await app())?.lastError).toMatch(step === 1 ? /\b404\b/ : /^$/);

      let problems: string[] = [];
      await until(async () => {
        problems = [
          ...(await brokenPanels(prometheus, step)),
          ...(await brokenRules(prometheus, step)),
        ];
        return problems.length === 0;
      }, 90_000);
      expect(problems).toEqual([]);
    } finally {
      await stopTraffic();
      await Promise.all([prometheus.stop(), process.stop()]);
    }
  });
});

async function brokenPanels(prometheus: Prometheus, step: number): Promise<string[]> {
  const checked = queryPanels().flatMap(({ board, panel, targets }) =>
    targets.map(async ({ refId, expr, legendFormat = '' }) => {
      const name = `${board}: ${panel.title} (${refId})`;
      const query = VARIABLES.reduce((text, [from, to]) => text.replaceAll(from, to), expr);
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      return judge(name, await prometheus.query(query), step >= promisedStep(panel), labels);
    }),
  );
  return (await Promise.all(checked)).flat();
}

async function brokenRules(prometheus: Prometheus, step: number): Promise<string[]> {
  const checked = (await prometheus.rules()).map(async (rule) => {
    const { type, name, query, health, lastError } = rule;
    if (health !== 'ok') return [`${name} is ${health}: ${lastError}`];
    const since = RULES[name];
    if (since === undefined) return [`${name} promises nothing: add it to this test`];
    if (type === 'recording') return judge(name, await prometheus.query(name), step >= since);
    // What an alert compares must be there; what passes its limit only when something is wrong.
    const compared = query.replace(/ (==|>) [\d.]+( (and|or) .*)?$/s, '');
    const fires = name === 'TargetDown' && step === 1;
    return [
      ...judge(`what ${name} compares`, await prometheus.query(compared), step >= since),
      ...judge(name, await prometheus.query(query), fires),
    ];
  });
  const found = await Promise.all(checked);
  if (found.length !== Object.keys(RULES).length) return [`There are ${found.length} rules.`];
  return found.flat();
}

/** What is wrong with an answer that must have finite numbers if `promised`, and nothing if not. */
function judge(name: string, series: Series[], promised: boolean, labels: string[] = []): string[] {
  if (!promised) return series.length > 0 ? [`${name} has data: ${JSON.stringify(series)}`] : [];
  if (series.length === 0) return [`${name} has no data`];
  return series.flatMap((one) => [
    ...(Number.isFinite(one.value) ? [] : [`${name} is ${one.value}: ${JSON.stringify(one)}`]),
    ...labels.flatMap((label) => (one.labels[label] ? [] : [`${name} has no label ${label}`])),
  ]);
}
