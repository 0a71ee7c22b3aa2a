import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { judgeAnswer, readAnswer } from '../tests/text/answers.ts';
import { blocksIn, readDocument } from '../tests/text/document.ts';
import { needsPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

/** Those that ask the fleet. */
const CHAPTERS = readDocument('PRODUCTION.md').chapters.filter(({ title }) =>
  ['Many', 'A quiet pager'].includes(title),
);

interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
  readonly infos?: readonly string[];
}

test('a fleet of three that differ answers the queries of the text', async () => {
  const { folder, remove } = makeSandbox('many');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
  const names = [
    'PORT',
    'METRICS_PORT',
    'PORT_9090',
    'PORT_3000',
    'PORT_8021',
    'PORT_8022',
    'PORT_8023',
  ];
  const ports = await freePorts(names.length);
  const env: Record<string, string> = {
    ...Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`])),
    WITH: 'fleet',
    STEP: '',
    GRAFANA_HOME: folder,
  };
  const native = startTyped(['node', 'workshop/run.js', 'native'], folder, env);
  onTestFinished(async () => {
    native.signal('SIGINT');
    await native.ended;
    remove();
  });
  await native.says('Prometheus answers on');
  for (const [index, port] of [env.PORT_8021, env.PORT_8022, env.PORT_8023].entries()) {
    await native.says(`fleet-${index + 1} answers on http://localhost:${port}/metrics`);
  }
  await native.says('Visitors come to fleet-1, fleet-2, fleet-3.');
  const ask = async (query: string) => {
    const path = `/api/v1/query?${new URLSearchParams({ query })}`;
    return (await (await fetch(`http://127.0.0.1:${env.PORT_9090}${path}`)).json()) as Answer;
  };
  for (const block of CHAPTERS.flatMap((chapter) => blocksIn(chapter, 'promql'))) {
    const query = block.lines.join('\n');
    let wrong: string | undefined;
    const right = async () => {
      const series = (await ask(query)).data.result.map(({ metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }));
      wrong = judgeAnswer(readAnswer(block), series);
      return wrong === undefined;
    };
    expect(await until(right, 60_000), `${query}: ${wrong}`).toBe(true);
  }

  const at = (name: string) => `localhost:${env[name]}`;
  const time = (part: string) =>
    `sum by (instance) (rate(request_duration_seconds_${part}{job="fleet",endpoint="/treecounter"}[1m]))`;
  const slowest = async () =>
    (await ask(`topk(1, ${time('sum')} / ${time('count')})`)).data.result[0]?.metric.instance;
  expect(await until(async () => (await slowest()) === at('PORT_8022'), 30_000)).toBe(true);
  const older = await ask('up{job="fleet"} unless on (instance) application_info');
  expect(older.data.result[0]!.metric.instance).toBe(at('PORT_8023'));
  const known = await ask(
    'count by (le) (request_duration_seconds_bucket{job="fleet",endpoint="/treecounter"}) == 3',
  );
  const limits = known.data.result.map(({ metric }) => metric.le);
  expect(limits.toSorted()).toEqual(['+Inf', '0.1', '0.5', '1.0']);
  const summed =
    'histogram_quantile(0.5, sum by (le) (rate(request_duration_seconds_bucket{job="fleet",endpoint="/treecounter"}[1m])))';
  const told = async () => (await ask(summed)).infos?.join().includes('monotonicity') ?? false;
  expect(await until(told, 60_000)).toBe(true);

  // The mistake: two run that file, and the third runs a step.
  const file = join(folder, 'app/server.ts');
  const app = readFileSync(file, 'utf8');
  writeFileSync(file, app.replace('createServer(', 'createServer(]'));
  const left = async () => (await ask('count(up{job="fleet"} == 1)')).data.result[0]?.value[1];
  expect(await until(async () => (await left()) === '1', 60_000)).toBe(true);
  writeFileSync(file, app);
  expect(await until(async () => (await left()) === '3', 60_000)).toBe(true);
});
