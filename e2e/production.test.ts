import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, type TestContext } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { blocksIn, readDocument } from '../tests/text/document.ts';
import { findOnPath } from '../workshop/stack/path.ts';
import { needsPrometheus } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

beforeEach(needsPrometheus);
beforeEach(({ skip }: TestContext) => {
  const missing = ['alertmanager', 'amtool'].find((name) => !findOnPath(name, process.env));
  if (missing) skip(`There is no ${missing} on PATH.`);
});

interface Message {
  readonly message: {
    readonly status: string;
    readonly receiver: string;
    readonly alerts: readonly { status: string; labels: Record<string, string> }[];
  };
}

interface Held {
  readonly labels: Record<string, string>;
  readonly status: { inhibitedBy: string[]; silencedBy: string[] };
}

const PORTS = ['PORT', 'METRICS_PORT', 'PORT_9090', 'PORT_3000', 'PORT_9093', 'PORT_8060'];
const MANY = ['PORT_8011', 'PORT_8012', 'PORT_8013'];

/** What the chapters have one do, without Docker; the sandbox is a learner's clone. */
async function startStack(settings: Record<string, string> = {}) {
  const { folder, remove } = makeSandbox('production');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
  const names = [...PORTS, ...MANY];
  const ports = await freePorts(names.length);
  const env: Record<string, string> = {
    ...Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`])),
    REGISTRY_ERROR_RATE: '1',
    REGISTRY_DELAY_MS: '100',
    WITH: 'many+alertmanager',
    STEP: '',
    GRAFANA_HOME: folder,
    ...settings,
  };
  const type = (...words: string[]) =>
    startTyped(['node', 'workshop/run.js', ...words], folder, env);
  const native = type('native');
  onTestFinished(async () => {
    native.signal('SIGINT');
    await native.ended;
    remove();
  });
  const get = async <Body>(port: string, path: string) =>
    (await (await fetch(`http://127.0.0.1:${env[port]}${path}`)).json()) as Body;
  await native.says('Alertmanager answers on');
  return {
    program: `http://127.0.0.1:${env.PORT}`,
    /** Saves a file as editors do it that write a new one and rename it. */
    save(path: string, text: string) {
      writeFileSync(join(folder, `${path}~`), text);
      renameSync(join(folder, `${path}~`), join(folder, path));
    },
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    /** Types a command to its end. @returns what it has printed */
    async type(...words: string[]) {
      const { code, stdout, stderr } = await type(...words).ended;
      expect(code, stderr).toBe(0);
      return stdout;
    },
    /** The messages that have come since the first so many, the oldest first. */
    async messages(after = 0) {
      const all = await get<Message[]>('PORT_8060', '/messages');
      return all
        .map(({ message }) => message)
        .toReversed()
        .slice(after);
    },
    held: () => get<Held[]>('PORT_9093', '/api/v2/alerts'),
    async query(expr: string) {
      const path = `/api/v1/query?${new URLSearchParams({ query: expr })}`;
      const { data } = await get<{ data: { result: unknown[] } }>('PORT_9090', path);
      return data.result;
    },
  };
}

test('three instances down make one message; a fast burn inhibits its slow one; a silence holds', async () => {
  const stack = await startStack();
  const app = stack.read('app/server.ts');
  const broken = app.replace('createServer(', 'createServer(]');
  expect(broken).not.toBe(app);
  const up = async () => (await stack.query('up{job=~"app|many"} == 1')).length === 4;
  expect(await until(up, 60_000)).toBe(true);

  // As the file begins: each alert is a message.
  stack.save('app/server.ts', broken);
  const alone = async () => (await stack.messages()).length >= 4;
  expect(await until(alone, 90_000)).toBe(true);
  for (const { alerts } of await stack.messages()) expect(alerts).toHaveLength(1);
  stack.save('app/server.ts', app);
  const over = async () =>
    (await stack.messages()).filter(({ status }) => status === 'resolved').length === 4;
  expect(await until(over, 90_000)).toBe(true);

  // As the chapter leaves it.
  stack.save('production/alertmanager.yaml', stack.read('production/end/alertmanager.yaml'));
  expect(await stack.type('reload')).toContain('Alertmanager has taken over');
  const before = (await stack.messages()).length;
  stack.save('app/server.ts', broken);
  expect(await until(async () => (await stack.messages(before)).length > 0, 90_000)).toBe(true);
  const [message, ...more] = await stack.messages(before);
  expect(more).toEqual([]);
  const jobs = message!.alerts.map(({ labels }) => `${labels.alertname} ${labels.job}`);
  expect(jobs.toSorted()).toEqual(['TargetDown app', ...Array(3).fill('TargetDown many')]);
  stack.save('app/server.ts', app);
  const resolved = async () => (await stack.messages(before)).at(-1)?.status === 'resolved';
  expect(await until(resolved, 90_000)).toBe(true);

  const stopTraffic = startTraffic(stack.program, 10);
  try {
    const called = async (alert: string, receiver: string) =>
      (await stack.messages(before)).some(
        (one) => one.receiver === receiver && one.alerts[0]!.labels.alertname === alert,
      );
    expect(await until(() => called('BudgetBurnsFast', 'pager'), 120_000)).toBe(true);
    expect(await until(() => called('RegistryFails', 'registry-team'), 60_000)).toBe(true);
    const slow = async () =>
      (await stack.held()).find(({ labels }) => labels.alertname === 'BudgetBurnsSlowly');
    expect(await until(async () => (await slow()) !== undefined, 90_000)).toBe(true);
    expect((await slow())!.status.inhibitedBy).toHaveLength(1);
    expect(
      await stack.query('ALERTS{alertname="BudgetBurnsSlowly",alertstate="firing"}'),
    ).toHaveLength(1);

    const words =
      'silence add alertname=BudgetBurnsFast --duration=10m --author=me --comment=known';
    const id = (await stack.type('amtool', words)).trim();
    const fast = async () =>
      (await stack.held()).find(({ labels }) => labels.alertname === 'BudgetBurnsFast');
    expect(await until(async () => (await fast())?.status.silencedBy[0] === id, 30_000)).toBe(true);
    expect(await stack.type('amtool', 'silence query')).toContain(id);
    // What is silenced inhibits all the same.
    expect(await called('BudgetBurnsSlowly', 'desk')).toBe(false);
  } finally {
    await stopTraffic();
  }
});

test('a file that Alertmanager refuses is told of, and it goes on with what it had', async () => {
  const stack = await startStack();
  const good = stack.read('production/alertmanager.yaml');
  stack.save('production/alertmanager.yaml', good.replace('receiver: pager', 'receiver: nobody'));
  await expect(stack.type('reload')).rejects.toThrow(
    /Alertmanager refuses the edit .*\n {2}production\/alertmanager\.yaml: .*nobody/,
  );
  stack.save('production/alertmanager.yaml', good);
  expect(await stack.type('reload')).toContain('Alertmanager has taken over');
});

test('four of ten visits that fail burn slowly, and the late ones fire by the rules of the text', async () => {
  const stack = await startStack({
    WITH: 'alertmanager',
    REGISTRY_ERROR_RATE: '0.4',
    REGISTRY_DELAY_MS: '1000',
  });
  const chapter = readDocument('PRODUCTION.md').chapters.find(
    ({ title }) => title === 'What did we promise?',
  )!;
  const { lines } = blocksIn(chapter, 'yaml').find(
    ({ caption }) => caption === '`production/rules/mine.yaml`, a new file:',
  )!;
  const stopTraffic = startTraffic(stack.program, 10);
  try {
    const fires = async (alert: string) =>
      (await stack.query(`ALERTS{alertname="${alert}",alertstate="firing"}`)).length === 1;
    expect(await until(() => fires('BudgetBurnsSlowly'), 120_000)).toBe(true);
    // TooMany503s asks for more than half.
    expect(await fires('BudgetBurnsFast')).toBe(false);
    stack.save('production/rules/mine.yaml', `${lines.join('\n')}\n`);
    await stack.type('reload');
    expect(await until(() => fires('LateBurnsFast'), 60_000)).toBe(true);
    for (const { lines } of blocksIn(chapter, 'promql')) {
      expect(await stack.query(lines.join('\n'))).toHaveLength(1);
    }
  } finally {
    await stopTraffic();
  }
});
