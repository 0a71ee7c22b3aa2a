import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { judgeAnswer, readAnswer } from '../tests/text/answers.ts';
import { readDocument, type Block } from '../tests/text/document.ts';
import { readCaption, replaceLines } from '../tests/text/typing.ts';
import { needsPrometheus } from './prometheus.ts';

// The chapter looks back over two minutes twice, and a busy machine is slow.
vi.setConfig({ testTimeout: 480_000 });

beforeEach(needsPrometheus);

const CHAPTER = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'More than one Prometheus',
)!;

const NAMES = [
  'PORT',
  'METRICS_PORT',
  'PORT_9090',
  'PORT_3000',
  'PORT_9095',
  'PORT_8021',
  'PORT_8022',
  'PORT_8023',
];

interface Answer {
  readonly data: {
    readonly result: readonly {
      metric: Record<string, string>;
      value: [number, string];
      values: [number, string][];
    }[];
  };
}

test('the chapter, typed from its beginning to its end, on two real servers', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
  const { folder, remove } = makeSandbox('central');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
  const ports = await freePorts(NAMES.length);
  const env: Record<string, string> = {
    ...Object.fromEntries(NAMES.map((name, index) => [name, `${ports[index]}`])),
    WITH: 'fleet+central',
    STEP: '',
    GRAFANA_HOME: folder,
  };
  const type = (...words: string[]) =>
    startTyped(['node', 'workshop/run.js', ...words], folder, env);
  const native = type('native');
  onTestFinished(async () => {
    native.signal('SIGINT');
    await native.ended;
    remove();
  });
  await native.says('Central answers on');

  const ask = async (server: string, query: string, time?: number) => {
    const search = new URLSearchParams({ query, ...(time && { time: `${time}` }) });
    const url = `http://127.0.0.1:${env[`PORT_${server}`]}/api/v1/query?${search}`;
    return ((await (await fetch(url)).json()) as Answer).data.result;
  };
  const answers = async (server: string, block: Block) => {
    const query = block.lines.join('\n');
    let wrong: string | undefined;
    const right = async () => {
      const series = (await ask(server, query)).map(({ metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }));
      wrong = judgeAnswer(readAnswer(block), series);
      return wrong === undefined;
    };
    expect(await until(right, 180_000), `${query} on ${server}: ${wrong}`).toBe(true);
  };
  /** Every sample of two minutes, by its series. */
  const samples = async (server: string, time: number) => {
    const all = await ask(server, '{job=~"app|fleet"}[2m]', time);
    return new Map(
      all.flatMap(({ metric: { site, ...labels }, values }) => {
        const sent = site === 'laptop';
        if (server === '9095' && !sent) return [];
        return [[JSON.stringify(Object.entries(labels).toSorted()), values] as const];
      }),
    );
  };
  const outage = async () => {
    const command = type('outage');
    expect((await command.ended).code, command.output).toBe(0);
    expect(command.stdout).toBe(
      'The second Prometheus is stopped. It comes back in 10 s.\nIt is back.\n',
    );
  };

  let outages = 0;
  for (const block of CHAPTER.blocks) {
    const [command] = block.lines;
    if (block.language === 'promql') {
      const named = block.caption.match(/\b909[05]\b/g) ?? ['9090'];
      for (const server of named) await answers(server, block);
    } else if (block.language === 'yaml') {
      const { file, use } = readCaption(block);
      if (use !== 'edit') continue;
      const path = join(folder, file);
      const text = replaceLines(readFileSync(path, 'utf8'), block, file);
      writeFileSync(`${path}~`, text);
      renameSync(`${path}~`, path);
    } else if (command === 'make reload') {
      const reload = type('reload');
      expect((await reload.ended).code, reload.output).toBe(0);
      expect(reload.stdout).toMatch(
        /^Prometheus has taken over production\/prometheus\.yaml .*\nThe second Prometheus has taken over production\/central\.yaml\.$/m,
      );
    } else if (command === 'make outage') {
      outages += 1;
      if (outages === 2) {
        // So that what is missing afterwards is the outage.
        const whole = 'min(count_over_time(up{job="fleet",site=""}[1m])) == 12';
        expect(await until(async () => (await ask('9095', whole)).length === 1, 90_000)).toBe(true);
      }
      const before = Date.now();
      await outage();
      if (outages === 2) continue;
      const retried = 'prometheus_remote_storage_samples_retried_total > 0';
      expect(await until(async () => (await ask('9090', retried)).length === 1, 20_000)).toBe(true);
      const time = Date.now() / 1000;
      // A rule's result comes later than its moment: what was sent last is not always the newest.
      const sent = `prometheus_remote_storage_queue_highest_sent_timestamp_seconds > ${time + 10}`;
      expect(await until(async () => (await ask('9090', sent)).length === 1, 60_000)).toBe(true);
      const [own, central] = [await samples('9090', time), await samples('9095', time)];
      expect(own.size).toBeGreaterThan(500);
      // What has come since remote write began, a minute or so ago.
      for (const [series, values] of central) {
        expect(values, series).toEqual(own.get(series)?.slice(-values.length));
      }
      // A series that ended before remote write began is not sent.
      const isNew = ([at]: readonly [number, string]) => at > before / 1000;
      const missing = [...own].filter(([name, all]) => all.some(isNew) && !central.has(name));
      expect(missing).toEqual([]);
      const inGap = [...central.values()].flat().filter(([at]) => at > before / 1000 + 1);
      expect(inGap.length).toBeGreaterThan(500);
    }
  }
  expect(outages).toBe(2);

  const central = readFileSync(join(folder, 'production/central.yaml'), 'utf8');
  expect(central).toBe(readFileSync(join(folder, 'production/end/central.yaml'), 'utf8'));
  writeFileSync(
    join(folder, 'production/central.yaml'),
    central.replace('static_configs', 'statc_configs'),
  );
  const refused = type('reload');
  expect((await refused.ended).code).toBe(1);
  expect(refused.output).toMatch(
    /The second Prometheus refuses the edit .*\n {2}production\/central\.yaml, line \d+: field statc_configs/,
  );
});
