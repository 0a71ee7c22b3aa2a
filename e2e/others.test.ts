import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, type TestContext } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { judgeAnswer, readAnswer } from '../tests/text/answers.ts';
import { readDocument } from '../tests/text/document.ts';
import { readCaption, replaceLines } from '../tests/text/typing.ts';
import { replaceFile } from '../workshop/replace.ts';
import { findOnPath } from '../workshop/stack/path.ts';
import { needsPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);
beforeEach(({ skip }: TestContext) => {
  const names = ['node_exporter', 'blackbox_exporter'];
  const missing = names.find((name) => !findOnPath(name, process.env));
  if (missing) skip(`There is no ${missing} on PATH.`);
});

const CHAPTER = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'What others measure',
)!;
const CONFIG = 'production/prometheus.yaml';
const PORTS = ['PORT', 'METRICS_PORT', 'PORT_9090', 'PORT_3000'];
const THEIRS = ['PORT_9100', 'PORT_9115', 'PORT_8072', 'PORT_8071'];

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

/** A learner's clone with the end of the class, and the chapter's stack without Docker. */
async function startStack(settings: Record<string, string>) {
  const { folder, remove } = makeSandbox('others');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
  const names = [...PORTS, ...THEIRS];
  const ports = await freePorts(names.length);
  const env: Record<string, string> = {
    ...Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`])),
    WITH: 'node-exporter+blackbox-exporter+exporter',
    STEP: '',
    GRAFANA_HOME: folder,
    ...settings,
  };
  const type = (...words: string[]) =>
    startTyped(['node', 'workshop/run.js', ...words], folder, env);
  onTestFinished(remove);
  const refused = await type('native').ended;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^There is no app\/exporter\.ts\. Get one with: /);
  expect((await type('begin', 'exporter').ended).stdout).toContain('exercises/exporter/begin');
  const native = type('native');
  onTestFinished(async () => {
    native.signal('SIGINT');
    await native.ended;
  });
  await native.says('Your exporter answers on');
  const get = async <Body>(path: string) =>
    (await (await fetch(`http://127.0.0.1:${env.PORT_9090}${path}`)).json()) as Body;
  return {
    /** Where a port of the stack is for Prometheus. */
    at: (name: string) => `localhost:${env[name]}`,
    /** What `make metrics PORT=` prints, typed where no port is set otherwise. */
    async metrics(port: string, name: string) {
      const words = ['metrics', '--port', env[port]!, name];
      const plain = { ...env, PORT: '', METRICS_PORT: '' };
      return (await startTyped(['node', 'workshop/run.js', ...words], folder, plain).ended).stdout;
    },
    async type(...words: string[]) {
      const { code, stdout, stderr } = await type(...words).ended;
      expect(code, stderr).toBe(0);
      return stdout;
    },
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    save: (path: string, text: string) => void replaceFile(join(folder, path), text),
    async query(query: string) {
      const { data } = await get<{
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      }>(`/api/v1/query?${new URLSearchParams({ query })}`);
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async target(job: string) {
      const { data } = await get<{ data: { activeTargets: Target[] } }>(
        '/api/v1/targets?state=active',
      );
      return data.activeTargets.find(({ labels }) => labels.job === job);
    },
  };
}

type Stack = Awaited<ReturnType<typeof startStack>>;

/** What is to be seen once a block of the text has been followed, beyond the shapes of answers. */
const SEEN: readonly (readonly [words: string, see: (stack: Stack) => Promise<void>])[] = [
  [
    'max_over_time(probe_duration_seconds',
    async (stack) => {
      const of = async (query: string, path: string) => {
        const instance = `instance="http://${stack.at('PORT')}${path}"`;
        return (await stack.query(query.replace('$', `job="pages",${instance}`)))[0]?.value;
      };
      const hangs = async () =>
        (await of('min_over_time(probe_success{$}[2m])', '/treecounter')) === 0;
      expect(await until(hangs, 60_000)).toBe(true);
      expect(
        await of('max_over_time(probe_duration_seconds{$}[2m])', '/treecounter'),
      ).toBeGreaterThan(1.9);
      expect(await of('min_over_time(probe_success{$}[2m])', '/')).toBe(1);
      expect((await stack.query('up{job="app"} == 1')).length).toBe(1);
    },
  ],
  [
    'sample_limit: 200\n    dns_sd_configs',
    async (stack) => {
      const refused = async () =>
        (await stack.target('node'))?.lastError === 'sample limit exceeded';
      expect(await until(refused, 30_000)).toBe(true);
    },
  ],
  [
    'replacement: laptop',
    async (stack) => {
      const up = async () => {
        const target = await stack.target('node');
        return target?.health === 'up' && target.labels.instance === 'laptop';
      };
      expect(await until(up, 30_000)).toBe(true);
      const modes = await stack.query(
        'count by (mode) (node_cpu_seconds_total{instance="laptop"})',
      );
      expect(modes.map(({ labels }) => labels.mode)).toEqual(['idle']);
    },
  ],
];

test('the chapter, typed from top to bottom, shows what it says', async () => {
  const stack = await startStack({ REGISTRY_DELAY_MS: '4000', REGISTRY_ERROR_RATE: '0' });
  // An exporter without metrics is up, and knows nothing.
  const empty = async () => (await stack.target('registry'))?.health === 'up';
  expect(await until(empty, 30_000)).toBe(true);
  expect(await stack.query('{job="registry",__name__=~"registry.*"}')).toEqual([]);
  for (const block of CHAPTER.blocks) {
    const text = block.lines.join('\n');
    if (block.language === 'sh') {
      if (text.includes('make check')) {
        await stack.type('solve', 'exporter');
        expect(await stack.type('check', 'exporter')).toMatch(/^What others measure passes/m);
        const restarted = async () =>
          (await stack.metrics('PORT_8071', 'registry')).includes(
            'registry_applications_waiting{office="south"}',
          );
        expect(await until(restarted, 30_000)).toBe(true);
      }
      if (text === 'make reload') await stack.type('reload');
    }
    if (block.language === 'yaml') {
      const { file, use, atEnd } = readCaption(block);
      if (use === 'read') continue;
      expect(file).toBe(CONFIG);
      const before = stack.read(file);
      stack.save(file, atEnd ? `${before}${text}\n` : replaceLines(before, block, file));
    }
    if (block.language === 'promql') {
      let wrong: string | undefined;
      const right = async () => {
        wrong = judgeAnswer(readAnswer(block), await stack.query(text));
        return wrong === undefined;
      };
      expect(await until(right, 60_000), `${text}: ${wrong}`).toBe(true);
    }
    for (const [words, see] of SEEN) if (text.includes(words)) await see(stack);
  }
  const [most] = await stack.query('topk(1, count by (job) ({__name__!=""}))');
  expect(most!.labels.job).toBe('prometheus');

  // The break: first it says no, then it says nothing.
  const away = async () => (await stack.query('registry_up == 0')).length === 1;
  expect(await until(away, 180_000)).toBe(true);
  const gone = async () =>
    (await stack.query('{__name__=~"registry_(applications|lookups).*"}')).length === 0;
  expect(await until(gone, 30_000)).toBe(true);
  const back = async () => (await stack.query('registry_up == 1')).length === 1;
  expect(await until(back, 60_000)).toBe(true);
  expect(await stack.query('min_over_time(up{job="registry"}[1m])')).toMatchObject([{ value: 1 }]);
});
