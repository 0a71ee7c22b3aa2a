import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { ALL_PROFILES, COMPONENTS, imagesOf } from '../workshop/stack/components.ts';
import { ask, findDocker, hasImage, images } from '../workshop/stack/docker.ts';
import { fetchWithin } from '../workshop/stack/fetch.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeStack, type Stack } from './stack.ts';

const docker = findDocker();
const { node, prometheus, grafana } = images();

/** Why the containers cannot run here; undefined if they can. */
function lacks(): string | undefined {
  if (!docker.engine) return 'No Docker engine answers.';
  const missing = [node, prometheus].filter((image) => !hasImage(image));
  if (missing.length > 0) return `Images are not here: ${missing.join(', ')}. Type: make prefetch`;
  return undefined;
}

const why = lacks();
beforeEach(({ skip }) => {
  if (why) skip(why);
});

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

async function target({ at }: Stack, job = 'app'): Promise<Target | undefined> {
  const answer = await fetchWithin(2000, at(9090, '/api/v1/targets'));
  if (!answer?.ok) return undefined;
  const { data } = JSON.parse(answer.text) as { data: { activeTargets: Target[] } };
  return data.activeTargets.find(({ labels }) => labels.job === job);
}

async function becomes(
  stack: Stack,
  health: 'up' | 'down',
  { job = 'app', error = '' } = {},
): Promise<Target> {
  let found: Target | undefined;
  const became = await until(async () => {
    found = await target(stack, job);
    // A program that has just started may first refuse the connection.
    return found?.health === health && found.lastError.includes(error);
  }, 60_000);
  expect(became, JSON.stringify(found)).toBe(true);
  return found!;
}

async function answers(url: string, status: number, text = ''): Promise<boolean> {
  return until(async () => {
    const answer = await fetchWithin(2000, url);
    return answer?.status === status && answer.text.includes(text);
  }, 60_000);
}

/** The addresses on which this computer listens for a port. */
function listeners(port: string): string[] {
  return ask('ss', ['-Hltn', 'sport', '=', `:${port}`])
    .text.split('\n')
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/)[3]!);
}

function leftovers({ env }: Stack): string {
  const filter = [
    '--quiet',
    '--filter',
    `label=com.docker.compose.project=${env.COMPOSE_PROJECT_NAME}`,
  ];
  return [
    ask('docker', ['ps', '--all', ...filter]).text,
    ask('docker', ['network', 'ls', ...filter]).text,
    ask('docker', ['volume', 'ls', ...filter]).text,
  ].join('');
}

const inspect = (id: string, format: string) =>
  ask('docker', ['inspect', '--format', format, id]).text;

/** Sees that a container can do no harm: read-only, without rights, bounded, and nothing runs as root. */
function expectLocked(id: string): void {
  expect(inspect(id, '{{.HostConfig.ReadonlyRootfs}}')).toBe('true');
  expect(inspect(id, '{{.HostConfig.CapDrop}}')).toBe('[ALL]');
  expect(inspect(id, '{{.HostConfig.SecurityOpt}}')).toContain('no-new-privileges');
  expect(Number(inspect(id, '{{.HostConfig.Memory}}'))).toBeGreaterThan(0);
  const users = ask('docker', ['top', id, '-eo', 'pid,uid'])
    .text.split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/)[1]);
  expect(users.length).toBeGreaterThan(0);
  expect(users).not.toContain('0');
  const mounts = JSON.parse(inspect(id, '{{json .Mounts}}')) as { Type: string; RW: boolean }[];
  expect(mounts.some(({ Type, RW }) => Type === 'bind' && RW)).toBe(false);
}

function expectLoopback({ env }: Stack, port: number): void {
  const addresses = listeners(env[`PORT_${port}`]!);
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address).toMatch(/^127\.0\.0\.1:/);
}

const COMPOSES = [
  { name: 'docker compose', command: ['docker', 'compose'] },
  { name: 'docker-compose', command: ['docker-compose'] },
].map((compose) => {
  const [program, ...rest] = compose.command;
  const { ok, missing } = ask(program!, [...rest, 'version']);
  // A busy machine can take too long over docker-compose, which is there all the same.
  return { ...compose, here: ok || (rest.length === 0 && !missing) };
});

describe.each(COMPOSES)('$name', ({ name, command, here }) => {
  let stack: Stack;
  beforeEach(({ skip }) => {
    if (!here) skip(`There is no ${name}.`);
  });
  beforeAll(async () => {
    if (!why && here) stack = await makeStack(command.join('-'));
  });
  afterAll(async () => {
    if (!stack) return;
    const all = { COMPOSE_PROFILES: ALL_PROFILES.join() };
    await stack.run([...command, 'down', '--volumes'], all).catch(console.error);
    stack.remove();
  });
  // Grafana is left out: the tests of its dashboards ask a Grafana that runs already.
  const up = (env: Record<string, string> = {}) =>
    stack.run([...command, 'up', '--build', '--detach', 'app', 'prometheus'], env);

  test('takes the file as it is, with and without the second instance', async () => {
    for (const COMPOSE_PROFILES of ['', 'second', ALL_PROFILES.join()]) {
      const output = await stack.run([...command, 'config'], { COMPOSE_PROFILES });
      expect(output).not.toMatch(/warn|deprecat|obsolete/i);
      expect(output).toContain('  prometheus:');
    }
  });

  test('up shows the target down with the 404, and up once a save has brought metrics', async () => {
    await up();
    await becomes(stack, 'down', { error: '404' });
    expect((await becomes(stack, 'up', { job: 'prometheus' })).lastError).toBe('');

    const app = stack.container('app');
    const started = inspect(app, '{{.State.StartedAt}}');
    const file = join(stack.folder, 'app', 'server.ts');
    // As editors do it that write a new file and rename it.
    writeFileSync(
      `${file}~`,
      readFileSync(join(stack.folder, 'steps/02-expose-metrics/server.ts')),
    );
    renameSync(`${file}~`, file);
    expect(await answers(stack.at(8001, '/metrics'), 200, 'process_cpu')).toBe(true);
    await becomes(stack, 'up');
    expect(inspect(app, '{{.State.StartedAt}}')).toBe(started);
  });

  test('containers are locked down, and ports are open to this computer alone', () => {
    for (const service of ['app', 'prometheus']) expectLocked(stack.container(service));
    const id = stack.container('app');
    const write = "require('fs').writeFileSync('/workshop/x', '')";
    expect(ask('docker', ['exec', id, 'node', '-e', write]).errors).toContain('EROFS');
    expect(inspect(id, '{{.Config.User}}')).toBe('node');
    for (const port of [8000, 8001, 9090]) expectLoopback(stack, port);
  });

  test('STEP runs a step, and settings reach it', async () => {
    await up({ STEP: '6', REGISTRY_ERROR_RATE: '1', REGISTRY_DELAY_MS: '0' });
    expect(await answers(stack.at(8001, '/treecounter'), 503)).toBe(true);
    expect(await answers(stack.at(8001, '/metrics'), 200, 'request_duration_seconds')).toBe(true);
    await becomes(stack, 'up');
    await up({ STEP: 'own', RESERVATION_MS: '5000' });
    const reserve = () => fetch(stack.at(8001, '/reserve?species=oak'), { method: 'POST' });
    const reserved = () => reserve().then((answer) => answer.text());
    expect(await answers(stack.at(8001, '/metrics'), 200, 'reservations_open')).toBe(true);
    expect(await reserved()).toContain('within 5 seconds');
    await up({ STEP: '11' });
    expect(await answers(stack.at(8000, '/metrics'), 404)).toBe(true);
    expect(await answers(stack.at(8001, '/metrics'), 200, 'application_info')).toBe(true);
    await becomes(stack, 'up');
  });

  test('a second instance is a target of its own, once it is written into prometheus.yaml', async () => {
    const second = [...command, 'up', '--build', '--detach', 'app2'];
    await stack.run(second, { STEP: '2', COMPOSE_PROFILES: 'second' });
    expect(await answers(stack.at(8002, '/metrics'), 200)).toBe(true);
    const file = join(stack.folder, 'prometheus.yaml');
    const before = readFileSync(file, 'utf8');
    const job = "\n  - job_name: second\n    static_configs:\n      - targets: ['app2:8001']\n";
    writeFileSync(`${file}~`, before + job);
    renameSync(`${file}~`, file);
    await becomes(stack, 'up', { job: 'second' });
  });

  test('what PRODUCTION.md adds answers and is found, and is locked down, too', async ({
    skip,
  }) => {
    const missing = imagesOf(COMPONENTS).filter((image) => !hasImage(image));
    if (missing.length > 0) skip(`Images are not here: ${missing.join(', ')}.`);
    const services = COMPONENTS.flatMap((component) => component.services);
    // As chapter More than one Prometheus leaves them.
    for (const name of ['prometheus.yaml', 'central.yaml']) {
      cpSync(join(stack.folder, 'production/end', name), join(stack.folder, 'production', name));
    }
    const exporter = 'exporter.ts';
    cpSync(
      join(stack.folder, 'exercises/exporter/end', exporter),
      join(stack.folder, 'app', exporter),
    );
    await stack.run([...command, 'up', '--build', '--detach', 'prometheus', ...services], {
      STEP: '11',
      COMPOSE_PROFILES: ALL_PROFILES.join(),
      PROMETHEUS_CONFIG: 'production/prometheus.yaml',
    });
    for (const { ports } of COMPONENTS) {
      for (const { usual, ready, signs } of ports) {
        expect(await answers(stack.at(usual, ready), 200), ready).toBe(true);
        expectLoopback(stack, usual);
        for (const [path, sign] of Object.entries(signs)) {
          expect((await fetchWithin(2000, stack.at(usual, path)))?.text).toContain(sign);
        }
      }
    }
    for (const service of services) {
      expectLocked(stack.container(service));
      if (service.startsWith('many')) {
        expect(ask('docker', ['port', stack.container(service)]).text).toBe('');
      }
    }
    const found = async () => {
      const query = encodeURIComponent('count(up{job=~"many|pushgateway"} == 1)');
      const answer = await fetchWithin(2000, stack.at(9090, `/api/v1/query?query=${query}`));
      return answer?.text.includes('"4"') ?? false;
    };
    expect(await until(found, 60_000)).toBe(true);
    // The machine, a page from outside, and the registry by the learner's exporter.
    const others = async () => {
      const query = encodeURIComponent(
        'count(node_filesystem_size_bytes{mountpoint="/"}) + count(probe_duration_seconds{job="pages"}) + sum(registry_up)',
      );
      const answer = await fetchWithin(2000, stack.at(9090, `/api/v1/query?query=${query}`));
      return answer?.text.includes('"result":[{') ?? false;
    };
    expect(await until(others, 60_000)).toBe(true);
    const sent = async () => {
      const query = encodeURIComponent('count(up{job="fleet",site="laptop"} == 1)');
      const answer = await fetchWithin(2000, stack.at(9095, `/api/v1/query?query=${query}`));
      return answer?.text.includes('"3"') ?? false;
    };
    expect(await until(sent, 60_000)).toBe(true);
    const outage = await stack.run(['node', 'workshop/run.js', 'outage', '1']);
    expect(outage).toMatch(/is stopped\. It comes back in 1 s\.\nIt is back\./);
    expect(await until(sent, 60_000)).toBe(true);
    const file = join(stack.folder, 'production/central.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('static_configs', 'statc_configs'));
    await expect(stack.run(['node', 'workshop/run.js', 'reload'])).rejects.toThrow(
      /refuses the edit .*\n {2}production\/central\.yaml, line \d+: field statc_configs/,
    );
  });

  test('SIGTERM ends it in 5 s, and down leaves nothing', async () => {
    const id = stack.container('app');
    const hanging = fetch(stack.at(8000, '/treecounter')).catch(() => undefined);
    const start = Date.now();
    await stack.run(['docker', 'stop', '--time', '20', id]);
    expect(Date.now() - start).toBeLessThan(6000);
    await hanging;
    expect(inspect(id, '{{.State.ExitCode}}')).toBe('0');
    const all = { COMPOSE_PROFILES: ALL_PROFILES.join() };
    await stack.run([...command, 'down', '--volumes'], all);
    expect(leftovers(stack)).toBe('');
  });
});

describe('make up', () => {
  let stack: Stack;
  beforeAll(async () => {
    if (!why) stack = await makeStack('up');
  });
  afterAll(async () => {
    if (!stack) return;
    await stack.run(['npm', 'run', '--silent', 'down', '--', '--volumes']).catch(console.error);
    stack.remove();
  });

  test('prints the URLs, follows the log, tells of a broken edit; Ctrl-C leaves the stack', async () => {
    const following = startTyped(['node', 'workshop/run.js', 'up', '2'], stack.folder, stack.env);
    await following.says(stack.at(9090), 180_000);
    await following.says('Listening on');
    expect(following.output).toContain(stack.at(8001));
    if (!hasImage(grafana)) expect(following.output).toMatch(/Grafana +left out/);

    const second = await stack.run(['npm', 'run', '--silent', 'up', '--', '2', '--second']);
    expect(second).toContain(stack.at(8002));
    expect(await answers(stack.at(8002, '/metrics'), 200)).toBe(true);

    const file = join(stack.folder, 'prometheus.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}  - job_nam: x\n`);
    const line = good.split('\n').length;
    await following.says(`prometheus.yaml, line ${line}: field job_nam not found`);
    await expect(stack.run(['npm', 'run', '--silent', 'reload'])).rejects.toThrow(
      `prometheus.yaml, line ${line}: field job_nam`,
    );
    await becomes(stack, 'up');
    writeFileSync(file, good);
    expect(await stack.run(['npm', 'run', '--silent', 'reload'])).toContain('has taken over');

    following.signal('SIGINT');
    expect((await following.ended).code).toBe(0);
    expect(following.output).toMatch(/The stack goes on\. Stop it with: npm run down/);
    expect(await answers(stack.at(8001, '/metrics'), 200)).toBe(true);

    const other = await makeStack('other');
    const taken = { ...other.env, PORT_8001: stack.env.PORT_8001! };
    await expect(other.run(['node', 'workshop/run.js', 'up'], taken)).rejects.toThrow(
      new RegExp(`Port ${stack.env.PORT_8001} is held by the container \\S+app`),
    );
    other.remove();

    await stack.run(['npm', 'run', '--silent', 'down', '--', '--volumes']);
    expect(leftovers(stack)).toBe('');
  });

  test('Grafana answers beside them, with the workshop as its home page', async ({ skip }) => {
    if (!hasImage(grafana)) skip(`The image ${grafana} is not here. Type: make prefetch`);
    const command = startTyped(['node', 'workshop/run.js', 'up', '2'], stack.folder, stack.env);
    await command.says(stack.at(3000), 180_000);
    expect(await answers(stack.at(3000, '/api/health'), 200)).toBe(true);
    expect(await answers(stack.at(3000, '/api/dashboards/home'), 200, 'Tree counter')).toBe(true);
    command.signal('SIGINT');
    await command.ended;
  });

  test('a setting that the program refuses ends up with its own line', async () => {
    const refused = stack.run(['node', 'workshop/run.js', 'up', '2'], { REGISTRY_ERROR_RATE: '7' });
    await expect(refused).rejects.toThrow('REGISTRY_ERROR_RATE="7" is not allowed');
  });
});
