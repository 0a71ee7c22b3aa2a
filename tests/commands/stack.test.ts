import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { until } from '../../checks/harness/program.ts';
import { findGrafana } from '../../workshop/stack/grafana.ts';
import { translateTargets } from '../../workshop/stack/native-files.ts';
import { findOnPath } from '../../workshop/stack/path.ts';
import {
  holderOf,
  listenerIn,
  takenPorts,
  whoHas,
  whoHasOther,
} from '../../workshop/stack/ports.ts';
import {
  ARCHIVE,
  makeArchive,
  putPrometheus,
  serve,
  serveFolder,
  tells,
} from '../support/archive.ts';
import { callCommand, refusal, runCommand, startCommand } from '../support/cli.ts';
import { runStep, STEPS } from '../support/steps.ts';
import { repository } from '../support/workspace.ts';
import { needsPosix } from '../support/posix.ts';

const WINDOWS = process.platform === 'win32';

const FOLDER = mkdtempSync(join(tmpdir(), 'tree-counter-stack-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** A PATH on which there is neither Docker nor Prometheus. */
const BARE = { PATH: emptyFolder(), Path: '', GRAFANA_HOME: '' };

/** Ports on which nobody listens. */
const FREE = { PORT_8000: '1', PORT_8001: '2', PORT_9090: '3', PORT_3000: '4' };

function emptyFolder(): string {
  return mkdtempSync(join(FOLDER, 'folder-'));
}

function executable(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
}

async function listenOn(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each([['up'], ['down']])(
  'without Docker, %s says what to install and names the way without',
  async (command) => {
    const { code, stdout, stderr } = await callCommand([command], BARE);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('https://docs.docker.com/get-docker/');
    expect(stdout + stderr).toContain('npm run native');
  },
);

test('without Prometheus, native says how to fetch it', async () => {
  const { code, stderr } = await runCommand(['native'], BARE, [], await repository());
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^To run .* no Prometheus 3 is here\. Fetch it with npm run prefetch -- --native, .*: npm run native\n$/,
  );
});

test.skipIf(WINDOWS)('a Prometheus that is too old is named, and none of them is run', async () => {
  const root = await repository();
  const old = putPrometheus(emptyFolder(), '2.42.0');
  const env = { ...BARE, ...FREE, PATH: dirname(old) };
  const native = await runCommand(['native'], env, [], root);
  expect(native.code).toBe(1);
  expect(native.stderr).toContain(`no Prometheus 3 is here (${old} is 2.42.0). Fetch it`);
  const doctor = await runCommand(['doctor'], env, [], root);
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(
    /^FAIL {2}Docker is not installed, and no Prometheus 3 is here \(/m,
  );
  expect(doctor.stdout).toMatch(/^ {6}Or fetch Prometheus.*: npm run prefetch$/m);
  // It could not start: there is no Prometheus.
  expect(doctor.stdout).not.toContain('npm run native');
});

describe.skipIf(WINDOWS)('without Docker, prefetch', () => {
  /** A PATH on which there is tar, and what tar needs. */
  function withTar(): string {
    const folder = emptyFolder();
    for (const name of ['gzip', 'tar']) {
      symlinkSync(findOnPath(name, process.env)!, join(folder, name));
    }
    return folder;
  }

  test('fetches Prometheus, once, and doctor takes it', async () => {
    const root = await repository();
    const folder = emptyFolder();
    makeArchive(folder, { prometheus: { text: tells('3.13.4') }, promtool: { text: '' } });
    const asked: string[] = [];
    const env = { ...BARE, PATH: withTar(), MIRROR: await serveFolder(folder, asked) };
    for (const times of [1, 2]) {
      const { code, stdout, stderr } = await runCommand(['prefetch'], env, [], root);
      expect(stderr, `${times}`).toBe('');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Docker is not installed, so no images/m);
      expect(stdout).toMatch(/^Prometheus 3\.13\.4 is here: .*\.workshop.prometheus-/m);
      expect(stdout).toMatch(/^All is here: .*npm run doctor$/m);
    }
    expect(asked).toEqual(['/sha256sums.txt', `/${ARCHIVE}`]);
    const doctor = await runCommand(['doctor'], { ...BARE, ...FREE }, [], root);
    expect(doctor.stdout).toMatch(/^ok {4}Without Docker: Prometheus 3\.13\.4 \(.*\.workshop/m);
    expect(doctor.code).toBe(0);
  });

  test('fetches it, too, where there is a Prometheus without its promtool', async () => {
    const root = await repository();
    const MIRROR = emptyFolder();
    makeArchive(MIRROR, { prometheus: { text: tells('3.13.4') }, promtool: { text: '' } });
    const PATH = withTar();
    putPrometheus(PATH, '3.5.0');
    const doctor = await runCommand(['doctor'], { ...BARE, ...FREE, PATH }, [], root);
    expect(doctor.stdout).toMatch(
      /^warn {2}No promtool, .*\n {6}.*: npm run prefetch -- --native$/m,
    );
    const { stdout } = await runCommand(['prefetch'], { ...BARE, PATH, MIRROR }, [], root);
    expect(stdout).toMatch(/^Its promtool is missing\.\nFetching Prometheus 3\.13\.4 /m);
    expect(stdout).toMatch(/^All is here: /m);
  });

  test('says what is missing and what to type, and leaves nothing half', async () => {
    const root = await repository();
    const MIRROR = emptyFolder();
    const { code, stdout, stderr } = await runCommand(['prefetch'], { ...BARE, MIRROR }, [], root);
    expect(code).toBe(1);
    expect(stdout).toContain('https://docs.docker.com/get-docker/');
    expect(stderr).toMatch(/sha256sums\.txt cannot be read: .* Look whether MIRROR is right\.$/m);
    expect(stderr).toMatch(
      /^Still missing: Prometheus \S+\. .*: npm run prefetch -- --mirror \S+\n$/m,
    );
    expect(readdirSync(join(root, '.workshop'))).toEqual([]);
  });

  test('can be interrupted, and leaves nothing half', async (context) => {
    needsPosix(context, 'signals');
    const root = await repository();
    const part = join(root, '.workshop');
    const MIRROR = await serve(({ url }, response) => {
      if (url !== '/sha256sums.txt') response.write('the beginning');
      else response.end(`${'0'.repeat(64)}  ${ARCHIVE}\n`);
    });
    const command = startCommand(['prefetch'], { ...BARE, MIRROR }, [], root);
    const begun = () =>
      existsSync(part) &&
      readdirSync(part, { recursive: true }).some((name) => `${name}`.endsWith(ARCHIVE));
    expect(await until(begun, 20_000)).toBe(true);
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(readdirSync(part)).toEqual([]);
  });
});

test.each([['up'], ['native']])('%s lists the steps if there is no such step', async (command) => {
  const message = await refusal([command, '99'], BARE);
  for (const name of STEPS) expect(message).toContain(name);
});

test.each([
  ['up', '--volumes'],
  ['down', '--volume'],
  ['native', '--second'],
  ['reload', '--now'],
  ['doctor', '--fix'],
  ['prefetch', '--all'],
])('%s refuses %s', async (command, option) => {
  expect(await refusal([command, option], BARE)).toMatch(/Type for example: npm run/);
});

test('a port that is none is refused', async () => {
  expect(await refusal(['reload'], { PORT_9090: '99999' })).toMatch(
    /^PORT_9090="99999" is not allowed/,
  );
});

test('reload says when there is no Prometheus', async () => {
  const { code, stderr } = await callCommand(['reload', '--port-9090', '1']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^No Prometheus answers on http:\/\/localhost:1: .*npm run up, .*npm run native$/m,
  );
});

test.skipIf(WINDOWS)('native says who holds a port, and starts nothing', async () => {
  const folder = emptyFolder();
  putPrometheus(folder, '3.5.3');
  const port = await listenOn('127.0.0.1');
  const { code, stderr } = await callCommand(['native', '2'], {
    ...BARE,
    PATH: folder,
    PORT: '0',
    PORT_9090: `${port}`,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(`^Port ${port} is held by .*npm run native -- 2 --port-9090 \\d+\n$`),
  );
});

test('doctor finds what is missing and says what to do about each', async () => {
  const port = await listenOn('127.0.0.1');
  const env = { ...BARE, ...FREE, PORT_9090: `${port}` };
  const { code, stdout, stderr } = await runCommand(['doctor'], env, [], await repository());
  expect(code).toBe(1);
  expect(stdout).toMatch(/^(ok {2}|warn) {2}Node \d+/m);
  expect(stdout).toMatch(/GiB of disk/);
  expect(stdout).toMatch(/^FAIL {2}Docker is not installed, and no Prometheus 3 is here: one/m);
  expect(stdout).toMatch(
    new RegExp(`^FAIL  Port ${port} is held by .*\n {6}Stop it, .*npm run up -- --port-9090 `, 'm'),
  );
  expect(stdout).toMatch(/^ok {4}Port 1 is free$/m);
  expect(stderr).toMatch(/type again: npm run doctor\n$/);
});

test.skipIf(WINDOWS)(
  'without Docker but with Prometheus, doctor lets the class go on',
  async () => {
    const folder = emptyFolder();
    putPrometheus(folder, '3.5.3');
    const { code, stdout } = await callCommand(['doctor'], { ...BARE, ...FREE, PATH: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warn {2}Docker is not installed\n.*\n.*npm run native/m);
    expect(stdout).toMatch(/^Ready for class/m);

    const port = await listenOn('127.0.0.1');
    const env = {
      PATH: folder,
      WITH: 'many',
      PORT_8011: '5',
      PORT_8012: `${port}`,
      PORT_8013: '6',
    };
    const held = await callCommand(['doctor'], { ...BARE, ...FREE, ...env });
    expect(held.code).toBe(1);
    expect(held.stdout).toMatch(/^ok {4}Port 5 is free$/m);
    expect(held.stdout).toMatch(
      new RegExp(`^FAIL  Port ${port} is held .*\n.* native -- --with many --port-8012 \\d+$`, 'm'),
    );
  },
);

test.each(['02-expose-metrics', STEPS.at(-1)!])(
  'doctor knows the program of step %s on its ports',
  async (step) => {
    const { url, metricsUrl } = await runStep(step);
    const urls = [new URL(url).port, new URL(metricsUrl).port];
    const ports = { PORT_8000: urls[0]!, PORT_8001: urls[1]! };
    const { stdout } = await callCommand(['doctor'], { ...BARE, ...FREE, ...ports });
    for (const port of urls) {
      expect(stdout).toMatch(
        new RegExp(`^ok {4}Port ${port} is held by the workshop itself$`, 'm'),
      );
    }
  },
);

test('a port is taken on either loopback address, and its holder is named', async () => {
  const port = await listenOn('127.0.0.1');
  expect((await whoHas(port))?.why).toMatch(/^held by /);
  // A machine without lsof, ss or netstat cannot tell who it is.
  expect(holderOf(port) ?? `process ${process.pid}`).toContain(`process ${process.pid}`);
  expect(await whoHasOther(port, '127.0.0.1')).toBe(undefined);
  expect((await whoHasOther(port, '::1'))?.why).toMatch(/^held by .* on 127\.0\.0\.1/);
  const six = await listenOn('::1').catch(() => undefined);
  if (six) {
    expect((await whoHas(six))?.why).toMatch(/^held by /);
    expect((await whoHasOther(six, '127.0.0.1'))?.why).toMatch(/^held by .* on ::1/);
    const { code, stderr } = await runCommand(['dev', '2', '--port', `${six}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^Port ${six} is held by .* on ::1, .*npm run dev -- 2 --port \\d+\\n$`),
    );
  }
  expect(await whoHas(1)).toBe(undefined);
});

test('a port that Windows reserves is taken, and its list is named', async () => {
  const [port = 0] = await freePorts(1);
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    process.nextTick(() => this.emit('error', Object.assign(new Error(), { code: 'EACCES' })));
    return this;
  });
  onTestFinished(() => void vi.restoreAllMocks());
  expect(await takenPorts([{ port, variable: 'PORT_9090' }], 'native')).toEqual([
    `Port ${port} is reserved by Windows, as \`netsh int ipv4 show excludedportrange tcp\` shows: take another port: npm run native -- --port-9090 ${port + 10_000}`,
  ]);
  // Below 1024 the program says what is amiss: there it is the rule on other systems.
  expect(await whoHas(1)).toBe(undefined);
});

test('what netstat says of a listener is read in any language', () => {
  const german = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1044
  TCP    127.0.0.1:8001         127.0.0.1:51234        HERGESTELLT     7
  TCP    127.0.0.1:8001         0.0.0.0:0              ABHÖREN         4711
  TCP    [::1]:3000             [::]:0                 ABHÖREN         4712
  UDP    0.0.0.0:9090           *:*                                    8
`;
  expect([8001, 3000, 9090, 800].map((port) => listenerIn(german, port))).toEqual([
    '4711',
    '4712',
    undefined,
    undefined,
  ]);
});

test('without Docker, targets are found on this computer, and lines stay where they are', () => {
  const targets = { 'app:8001': 'localhost:9001', 'app2:8001': 'localhost:8002' };
  const text = `
      - targets: ['app:8001', "app2:8001"] # app:80010 is another
      - targets: [myapp:8001, my-app:8001, an.app:8001, 'app:8001']
      url: http://app:8001/
`;
  expect(translateTargets(text, targets)).toBe(`
      - targets: ['localhost:9001', "localhost:8002"] # app:80010 is another
      - targets: [myapp:8001, my-app:8001, an.app:8001, 'localhost:9001']
      url: http://localhost:9001/
`);
});

test('Grafana is found by GRAFANA_HOME, beside its command, and in the usual places', () => {
  const binary = process.platform === 'win32' ? 'grafana.exe' : 'grafana';
  const install = () => {
    const home = emptyFolder();
    executable(join(home, 'bin', binary));
    executable(join(home, 'conf', 'defaults.ini'));
    return home;
  };
  const [named, beside, usual] = [install(), install(), install()];
  const command = (home: string) => ({ home, command: join(home, 'bin', binary) });
  const PATH = join(beside, 'bin');
  expect(findGrafana({ GRAFANA_HOME: named, PATH }, [usual])).toEqual(command(named));
  expect(findGrafana({ PATH }, [usual])).toEqual(command(beside));
  expect(findGrafana({ PATH: emptyFolder() }, [emptyFolder(), usual])).toEqual(command(usual));
  expect(findGrafana({ PATH: emptyFolder() }, [])).toBe(undefined);
  // Named wrongly: not another one in its place.
  expect(findGrafana({ GRAFANA_HOME: emptyFolder(), PATH: emptyFolder() }, [usual])).toBe(
    undefined,
  );

  // As Debian has it: the command away from the home.
  const [bin, home] = [emptyFolder(), emptyFolder()];
  executable(join(bin, binary));
  executable(join(home, 'conf', 'defaults.ini'));
  expect(findGrafana({ PATH: bin }, [home])).toEqual({ home, command: join(bin, binary) });
  expect(findOnPath('grafana', { Path: bin })).toBe(join(bin, binary));
});

test('outage without a second Prometheus says how to start one', async () => {
  const [port] = await freePorts(1);
  const { code, stderr } = await callCommand(['outage'], { ...BARE, PORT_9095: `${port}` });
  expect(code).toBe(1);
  expect(stderr).toBe(
    `No second Prometheus answers on http://localhost:${port}: start it with npm run up -- --with central, or without Docker with npm run native -- --with central\n`,
  );
});
