import { beforeEach, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { serveParts } from '../tests/support/page.ts';
import { prometheusPart } from '../workshop/page/prometheus.ts';
import type { GraphAnswer, MetricAnswer, Refused, TableAnswer } from '../workshop/page/said.ts';
import { needsPrometheus, startPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

test('the page asks a real Prometheus, and nothing else of it', async ({ onTestFinished }) => {
  const prometheus = await startPrometheus('127.0.0.1:1', '1s');
  onTestFinished(() => prometheus.stop());
  const ports = { program: 1, visitors: 1, prometheus: Number(new URL(prometheus.url).port) };
  const { get } = await serveParts(prometheusPart({ ports }));
  const ask = <Body>(path: string, query: string) =>
    get<Body>(`/prometheus/${path}query=${encodeURIComponent(query)}`);
  await until(async () => (await prometheus.query('up')).length === 2, 20_000);

  const { body: now } = await ask<TableAnswer>('query?', 'sum by (job) (up)');
  expect(now.rows.toSorted()).toEqual([
    ['{job="app"}', '0'],
    ['{job="prometheus"}', '1'],
  ]);
  expect((await ask('query?', '1 / 0')).body).toEqual({ rows: [['{}', 'Inf']], more: 0 });
  expect((await ask('query?', '"oak"')).body).toEqual({ rows: [['a text', 'oak']], more: 0 });
  const { body: stored } = await ask<TableAnswer>('query?', 'up{job="app"}[1m]');
  expect(stored.rows[0]).toEqual([
    expect.stringMatching(/^up\{instance=.*job="app"\}$/),
    expect.stringMatching(/^0 at \d\d:\d\d:\d\d/),
  ]);
  await until(async () => {
    const { body } = await ask<GraphAnswer>('query_range?minutes=10&', 'sum by (job) (up)');
    return body.series.length === 2 && body.series.every(({ samples }) => samples.length > 0);
  }, 20_000);

  const wrong = await ask<Refused>('query?', 'sum(\n  rate(up[5m))');
  expect(wrong.status).toBe(422);
  expect(wrong.body.message).toMatch(/^Prometheus says: line 2, column 13: unexpected /);
  expect(wrong.body.place?.[1]).toMatch(/^ {16}\^$/);
  const noGraph = await ask<Refused>('query_range?minutes=15&', 'up[1m]');
  expect([noGraph.status, noGraph.body.message]).toEqual([
    422,
    expect.stringMatching(/^Prometheus says: invalid expression type "range vector"/),
  ]);
  const long = '$1'.repeat(200);
  const huge = `label_replace({__name__=~".+"}, "long", "${long}", "__name__", "(.+)")`;
  expect((await ask<Refused>('query?', huge)).body.message).toMatch(/longer than 1 MB/);

  const { body: names } = await get<string[]>('/prometheus/values?label=__name__');
  expect(names).toContain('scrape_samples_scraped');
  const { body: jobs } = await get<string[]>('/prometheus/values?label=job&metric=up');
  expect(jobs).toEqual(['app', 'prometheus']);
  const { body: labels } = await get<string[]>('/prometheus/labels?metric=up');
  expect(labels).toEqual(['__name__', 'instance', 'job']);
  const { body: said } = await get<MetricAnswer[]>('/prometheus/metadata');
  expect(said.find(({ name }) => name === 'prometheus_http_requests_total')).toMatchObject({
    type: 'counter',
    help: expect.stringMatching(/HTTP requests/),
  });

  await prometheus.stop();
  const { status, body } = await ask<Refused>('query?', 'up');
  expect(status).toBe(503);
  expect(body.message).toMatch(/^No Prometheus answers on port \d+\. To start one, type /);
});
