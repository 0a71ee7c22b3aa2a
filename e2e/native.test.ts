import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { makeArchive, serveFolder } from '../tests/support/archive.ts';
import { ask } from '../workshop/stack/docker.ts';
import { findOnPath } from '../workshop/stack/path.ts';
import { PROMETHEUS } from '../workshop/stack/releases.ts';
import { startTyped, type RunningCommand } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { freePort, needsPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

/** A stand-in for Grafana, to see how one is started and stopped: it answers, and tells its settings. */
const GRAFANA = `#!${process.execPath}
const { createServer } = require('node:http');
const { GF_SERVER_HTTP_ADDR, GF_SERVER_HTTP_PORT } = process.env;
const settings = Object.entries(process.env).filter(([name]) => /^(GF_|PROMETHEUS_URL|DASHBOARDS)/.test(name));
createServer((_, response) => response.end(JSON.stringify({ ...Object.fromEntries(settings), args: process.argv.slice(2) })))
  .listen(GF_SERVER_HTTP_PORT, GF_SERVER_HTTP_ADDR);
`;

async function startNative(args: string[] = []) {
  const { folder, remove } = makeSandbox('native');
  const home = join(folder, 'grafana-home');
  mkdirSync(join(home, 'bin'), { recursive: true });
  mkdirSync(join(home, 'conf'));
  writeFileSync(join(home, 'conf', 'defaults.ini'), '');
  writeFileSync(join(home, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(join(home, 'bin', 'grafana'), GRAFANA);
  chmodSync(join(home, 'bin', 'grafana'), 0o755);
  const ports = {
    PORT: await freePort(),
    PORT_9090: await freePort(),
    PORT_3000: await freePort(),
  };
  const texts = Object.entries(ports).map(([name, port]) => [name, `${port}`]);
  const env: Record<string, string> = {
    ...Object.fromEntries(texts),
    GRAFANA_HOME: home,
    STEP: '',
  };
  const start = (more: string[] = args) =>
    startTyped(['node', 'workshop/run.js', 'native', ...more], folder, env);
  let command: RunningCommand | undefined;
  onTestFinished(() => {
    command?.signal('SIGKILL');
    remove();
  });
  return {
    folder,
    home,
    ports,
    env,
    start: (more?: string[]) => (command = start(more)),
    config: join(folder, 'prometheus.yaml'),
  };
}

/** Saves as editors do it that write a new file and rename it. */
function save(file: string, text: string): void {
  writeFileSync(`${file}~`, text);
  renameSync(`${file}~`, file);
}

async function targets(port: number): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/targets`);
  const { data } = (await response.json()) as {
    data: { activeTargets: { scrapeUrl: string; health: string }[] };
  };
  return data.activeTargets.map(({ scrapeUrl, health }) => `${scrapeUrl} ${health}`);
}

const group = (pid: number) => ask('ps', ['-o', 'pid=', '-g', `${pid}`]).text;

test('native runs the program, Prometheus and Grafana on loopback, and Ctrl-C ends all', async ({
  skip,
}) => {
  if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
  const { ports, start, config, folder, home, env } = await startNative(['2']);
  const native = start();
  await native.says(`Prometheus answers on http://localhost:${ports.PORT_9090}/`);
  await native.says(`Grafana answers on http://localhost:${ports.PORT_3000}/`);
  await native.says(`Listening on http://localhost:${ports.PORT}/`);
  const program = `http://localhost:${ports.PORT}/metrics`;
  const up = async () => (await targets(ports.PORT_9090)).includes(`${program} up`);
  expect(await until(up, 60_000)).toBe(true);

  const told = (await (await fetch(`http://127.0.0.1:${ports.PORT_3000}`)).json()) as Record<
    string,
    unknown
  >;
  expect(told).toMatchObject({
    args: ['server', '--homepath', home],
    PROMETHEUS_URL: `http://localhost:${ports.PORT_9090}`,
    DASHBOARDS_PATH: join(folder, 'grafana', 'dashboards'),
    GF_PATHS_PROVISIONING: join(folder, 'grafana', 'provisioning'),
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Editor',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  });
  for (const port of Object.values(ports)) {
    const addresses = ask('ss', ['-Hltn', 'sport', '=', `:${port}`]).text.split('\n');
    for (const line of addresses) expect(line).toContain(` 127.0.0.1:${port} `);
  }

  const good = readFileSync(config, 'utf8');
  save(config, `${good}  - job_nam: x\n`);
  const line = good.split('\n').length;
  await native.says(`prometheus.yaml, line ${line}: field job_nam not found`, 30_000);
  expect(await up()).toBe(true);
  save(config, `${good}\n  - job_name: mine\n    static_configs: [{ targets: ['app:8001'] }]\n`);
  await native.says('has taken over', 30_000);
  const scraped = async () =>
    (await targets(ports.PORT_9090)).filter((target) => target === `${program} up`).length === 2;
  expect(await until(scraped, 30_000)).toBe(true);
  save(config, good.replace('interval: 5s', 'interval: often'));
  const reload = startTyped(['node', 'workshop/run.js', 'reload'], folder, env);
  expect((await reload.ended).code).toBe(1);
  expect(reload.output).toMatch(/prometheus\.yaml, line \d+: not a valid duration string: "often"/);

  expect(group(native.child.pid!)).not.toBe('');
  native.signal('SIGINT');
  expect((await native.ended).code).toBe(0);
  expect(await until(() => group(native.child.pid!) === '', 5000)).toBe(true);
});

test('Ctrl-C that reaches native after the others is no failure of theirs', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
  const { ports, home, start } = await startNative(['2']);
  const native = start();
  await native.says(`Grafana answers on http://localhost:${ports.PORT_3000}/`);
  const grafana = () =>
    ask('ps', ['-o', 'pid=,args=', '-g', `${native.child.pid}`]).text.match(
      new RegExp(`^ *(\\d+) .*${home}/bin/grafana`, 'm'),
    )?.[1];
  process.kill(Number(grafana()), 'SIGINT');
  expect(await until(() => grafana() === undefined, 5000)).toBe(true);
  native.signal('SIGINT');
  expect((await native.ended).code, native.output).toBe(0);
  expect(native.output).not.toContain('has ended');
});

test('native does not start with a broken prometheus.yaml, and says which line', async () => {
  const { start, config } = await startNative();
  save(config, `${readFileSync(config, 'utf8')}  - job_nam: x\n`);
  const native = start();
  expect((await native.ended).code).toBe(1);
  expect(native.output).toMatch(
    /^Prometheus does not start:\n {2}prometheus\.yaml, line \d+: field job_nam/m,
  );
  expect(await until(() => group(native.child.pid!) === '', 5000)).toBe(true);
});

test('a setting that the program refuses ends native, and leaves none behind', async () => {
  const { start } = await startNative();
  const native = start(['2', '--error-rate', '7']);
  expect((await native.ended).code).toBe(2);
  expect(native.output).toContain('REGISTRY_ERROR_RATE="7" is not allowed');
  expect(await until(() => group(native.child.pid!) === '', 5000)).toBe(true);
});

test('Prometheus is fetched from a mirror, and native runs it', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
  const { folder, ports, start, env } = await startNative();
  const [mirror, path] = ['mirror', 'path'].map((name) => join(folder, name)) as [string, string];
  for (const made of [mirror, path]) mkdirSync(made);
  const real = (name: string) => ({ file: findOnPath(name, process.env)! });
  makeArchive(mirror, { prometheus: real('prometheus'), promtool: real('promtool') });
  // All that is there, and neither Docker nor Prometheus.
  for (const name of ['gzip', 'node', 'tar']) symlinkSync(real(name).file, join(path, name));
  env.PATH = path;
  env.MIRROR = await serveFolder(mirror);
  const prefetch = startTyped(['node', 'workshop/run.js', 'prefetch'], folder, env);
  expect((await prefetch.ended).code, prefetch.output).toBe(0);
  expect(readdirSync(join(folder, '.workshop', `prometheus-${PROMETHEUS.version}`))).toHaveLength(
    2,
  );

  const native = start();
  await native.says(`Prometheus answers on http://localhost:${ports.PORT_9090}/`);
  native.signal('SIGINT');
  expect((await native.ended).code).toBe(0);
  expect(await until(() => group(native.child.pid!) === '', 5000)).toBe(true);
});
