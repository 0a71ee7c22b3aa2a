import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { callCommand, refusal, runCommand, startCommand } from '../support/cli.ts';
import { APART, runStep } from '../support/steps.ts';
import { needsPosix } from '../support/posix.ts';

test('load sums up what came back, by status and by quantiles', async () => {
  const { url } = await runStep('04-labels');
  const { port } = new URL(url);
  for (const outcome of [
    await runCommand(['load', '--seconds', '1', '--rps', '100', '--port', port]),
    await callCommand(['load'], { SECONDS: '1', RPS: '100', URL: `http://127.0.0.1:${port}/` }),
  ]) {
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain(`:${port}/ for 1 s`);
    expect(outcome.stdout).toMatch(/^100 requests in \d+\.\d s:$/m);
    const rows = [...outcome.stdout.matchAll(/^ {2}(\d{3}) [A-Z].* (\d+)$/gm)];
    expect(rows.map(([, status]) => status)).toEqual(['200', '201', '400', '404', '405', '409']);
    expect(rows.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(100);
    expect(outcome.stdout).toMatch(/50 % within \d\.\d{3} s, 90 % within .*, 99 % within/);
    // No bar where there is no terminal.
    expect(outcome.stdout).not.toContain('\r');
  }
});

test('load finds the program by itself, on either of its two ports', async () => {
  const apart = await runStep(APART[0]!);
  const together = await runStep('04-labels');
  for (const [first, second, found] of [
    [apart.url, apart.metricsUrl, apart.url],
    ['http://localhost:1', together.url, together.url],
  ] as const) {
    const ports = { PORT_8000: new URL(first).port, PORT_8001: new URL(second).port };
    const { stdout } = await callCommand(['load', '--seconds', '1', '--rps', '100'], ports);
    expect(stdout).toContain(`to http://localhost:${new URL(found).port}/ for`);
    expect(stdout).toMatch(/^ {2}201 Created/m);
  }
});

test('Ctrl-C ends load with the summary so far', async (context) => {
  needsPosix(context, 'signals');
  const { url } = await runStep('01-bare-handler');
  const load = startCommand(['load'], { URL: url, SECONDS: '60', RPS: '200' });
  await load.says('Ctrl-C');
  load.child.kill('SIGINT');
  expect((await load.ended).code).toBe(0);
  expect(load.stdout).toMatch(/^\d+ requests? in \d\.\d s:$/m);
});

test('where nothing listens, load says what to type', async () => {
  const { code, stderr } = await callCommand(['load', '--port', '1']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Nothing answers on http:\/\/localhost:1\/\. .*npm run dev\n$/);
});

test('a program that restarts is waited for', async () => {
  const [port] = await freePorts(1);
  const before = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  const load = startCommand(['load', '--port', `${port}`, '--seconds', '1']);
  await once(before, 'connection');
  before.close();
  await runStep('01-bare-handler', { PORT: `${port}` });
  expect(await load.ended).toMatchObject({ code: 0, stderr: '' });
  expect(load.stdout).toMatch(/requests? in 1\.\d s:\n {2}200 OK/);
});

test('a program that goes away is told of', async () => {
  const { url, program } = await runStep('01-bare-handler');
  const load = startCommand(['load'], { URL: url, SECONDS: '2', RPS: '50' });
  await load.says('Ctrl-C');
  await program.stop();
  await load.ended;
  expect(load.stdout).toMatch(/no answer .*\d/);
  expect(load.stdout).toMatch(/does the program still run\?.*npm run dev/);
});

test.each([
  [['--seconds', '3601'], /^SECONDS="3601" is not allowed: .* 1 to 3600/],
  [['--seconds', '-1'], /^SECONDS="-1"/],
  [['--rps', '1000'], /^RPS="1000" is not allowed: .* 0.1 to 200/],
  [['--rps', '1e2'], /^RPS="1e2"/],
  [['--port', 'x'], /^PORT="x"/],
  [['--url', 'http://example.org'], /this computer only/],
  [['--url', 'https://localhost'], /this computer only/],
  [['--url', 'http://127.0.0.1.example.org'], /this computer only/],
  [['--url', 'http://localhost@example.org'], /this computer only/],
  [['60', '5'], /"5" is too much/],
  [['--secs', '1'], /--seconds.*\nType for example: npm run load/],
])('load %j is wrong usage', async (args, message) => {
  expect(await refusal(['load', ...args])).toMatch(message);
});
