import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, type TestContext } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { blocksIn, readDocument } from '../tests/text/document.ts';
import { findOnPath } from '../workshop/stack/path.ts';
import { needsPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);
beforeEach(({ skip }: TestContext) => {
  if (!findOnPath('pushgateway', process.env)) skip('There is no pushgateway on PATH.');
});

interface Series {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

const CHAPTER = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'A job that ends',
)!;

test('a job pushes, its last success gets too old, and a group stays until it is deleted', async () => {
  const { folder, remove } = makeSandbox('job');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
  // What takes minutes in the class.
  const rules = join(folder, 'production/rules/census.yaml');
  const quick = readFileSync(rules, 'utf8').replace('> 120', '> 10').replace('for: 1m', 'for: 5s');
  writeFileSync(rules, quick);
  const names = ['PORT', 'METRICS_PORT', 'PORT_9090', 'PORT_3000', 'PORT_9091'];
  const ports = await freePorts(names.length);
  const env: Record<string, string> = {
    ...Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`])),
    REGISTRY_DELAY_MS: '100',
    WITH: 'pushgateway',
    STEP: '',
    GRAFANA_HOME: folder,
  };
  const type = (words: string[], more = {}) =>
    startTyped(['node', 'workshop/run.js', ...words], folder, { ...env, ...more });
  const native = type(['native']);
  onTestFinished(async () => {
    native.signal('SIGINT');
    await native.ended;
    remove();
  });
  await native.says('Pushgateway answers on');
  const query = async (expr: string) => {
    const path = `/api/v1/query?${new URLSearchParams({ query: expr })}`;
    const answer = await fetch(`http://127.0.0.1:${env.PORT_9090}${path}`);
    return ((await answer.json()) as { data: { result: Series[] } }).data.result;
  };
  const holds = async (expr: string, count = 1) =>
    expect(await until(async () => (await query(expr)).length === count, 60_000), expr).toBe(true);
  const fires = (alert: string) => holds(`ALERTS{alertname="${alert}",alertstate="firing"}`);
  const job = async (errorRate: string) =>
    (await type(['job'], { REGISTRY_ERROR_RATE: errorRate }).ended).code;

  // The job as it begins is lost.
  const begun = await type(['begin', 'job']).ended;
  expect(begun).toMatchObject({ code: 0, stderr: '' });
  expect(begun.stdout).toContain('app/ now holds job.ts of exercises/job/begin beside the rest.');
  expect(await job('0')).toBe(0);
  await fires('CensusUnknown');
  expect(await query('push_time_seconds')).toEqual([]);

  expect((await type(['solve', 'job']).ended).code).toBe(0);
  expect(existsSync(join(folder, 'app/server.ts'))).toBe(true);
  expect((await type(['check', 'job']).ended).stdout).toMatch(/^A job that ends passes/m);
  expect(await job('0')).toBe(0);
  await holds('census_trees', 3);
  const [trees] = await query('census_trees{species="oak"}');
  expect(trees!.metric).toEqual({ __name__: 'census_trees', job: 'census', species: 'oak' });
  for (const { lines } of blocksIn(CHAPTER, 'promql')) {
    expect((await query(lines.join('\n'))).length, lines.join('\n')).toBeGreaterThan(0);
  }
  await holds('ALERTS{alertname="CensusUnknown"}', 0);

  // It runs and fails.
  const success = async () => (await query('census_last_success_timestamp_seconds'))[0]!.value[1];
  const before = await success();
  await fires('CensusTooOld');
  expect(await job('1')).toBe(1);
  await holds('push_time_seconds{job="census"} - census_last_success_timestamp_seconds > 5');
  expect(await success()).toBe(before);
  expect(await query('census_trees')).toHaveLength(3);
  expect(await job('0')).toBe(0);
  await holds('ALERTS{alertname="CensusTooOld"}', 0);

  const address = `http://127.0.0.1:${env.PORT_9091}/metrics/job/census`;
  expect((await fetch(address, { method: 'DELETE' })).status).toBe(202);
  await holds('push_time_seconds', 0);
  await fires('CensusUnknown');
});
