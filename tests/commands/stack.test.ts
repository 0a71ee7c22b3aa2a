import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findGrafana, findOnPath } from '../../workshop/stack/grafana-home.ts';
import { translateTargets } from '../../workshop/stack/native-files.ts';
import { holderOf, isTaken } from '../../workshop/stack/ports.ts';
import { refusal, runCommand } from '../support/cli.ts';
import { STEPS } from '../support/steps.ts';

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

test.each([['up'], ['down'], ['prefetch']])(
  'without Docker, %s says what to install and names the way without',
  async (command) => {
    const { code, stdout, stderr } = await runCommand([command], BARE);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('https://docs.docker.com/get-docker/');
    expect(stdout + stderr).toContain('npm run native');
    expect(stderr).not.toMatch(/^ +at /m);
  },
);

test('without Prometheus, native says what to install', async () => {
  const { code, stderr } = await runCommand(['native'], BARE);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^prometheus is not on PATH.*npm run native/);
  expect(stderr).toContain('https://prometheus.io/download/');
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
  const { code, stderr } = await runCommand(['reload', '--port-9090', '1']);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^No Prometheus answers on http:\/\/localhost:1: .*npm run up, .*npm run native$/m,
  );
});

test('native says who holds a port, and starts nothing', async () => {
  const folder = emptyFolder();
  executable(join(folder, process.platform === 'win32' ? 'prometheus.exe' : 'prometheus'));
  const port = await listenOn('127.0.0.1');
  const { code, stderr } = await runCommand(['native', '2'], {
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
  const { code, stdout, stderr } = await runCommand(['doctor'], {
    ...BARE,
    ...FREE,
    PORT_9090: `${port}`,
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^(ok {2}|warn) {2}Node \d+/m);
  expect(stdout).toMatch(/GiB of disk/);
  expect(stdout).toMatch(/^FAIL {2}Docker is not installed, and prometheus is not on PATH either/m);
  expect(stdout).toMatch(
    new RegExp(`^FAIL  Port ${port} is held by .*\n {6}Stop it, .*npm run up -- --port-9090 `, 'm'),
  );
  expect(stdout).toMatch(/^ok {4}Port 1 is free$/m);
  expect(stderr).toMatch(/type again: npm run doctor\n$/);
});

test('without Docker but with Prometheus, doctor warns and lets the class go on', async () => {
  const folder = emptyFolder();
  executable(join(folder, process.platform === 'win32' ? 'prometheus.exe' : 'prometheus'));
  const { code, stdout } = await runCommand(['doctor'], { ...BARE, ...FREE, PATH: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^warn {2}Docker is not installed\n.*\n.*npm run native/m);
  expect(stdout).toMatch(/^Ready for class/m);
});

test('a port is taken on either loopback address, and its holder is named', async () => {
  const port = await listenOn('127.0.0.1');
  expect(await isTaken(port)).toBe(true);
  // A machine without lsof, ss or PowerShell cannot tell who it is.
  expect(holderOf(port) ?? `process ${process.pid}`).toContain(`process ${process.pid}`);
  const six = await listenOn('::1').catch(() => undefined);
  if (six) expect(await isTaken(six)).toBe(true);
  expect(await isTaken(1)).toBe(false);
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
