import { connect as connectSocket, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProgram, until, untilListening } from '../../checks/harness/program.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { send } from '../support/http.ts';
import { needsPosix } from '../support/posix.ts';
import { findSamples } from '../../checks/harness/exposition.ts';
import { runStep, STEPS, stepsFrom, type RunningStep } from '../support/steps.ts';

/** Opens a raw connection, writes `text`, and collects what comes back. */
async function open(url: string, text: string) {
  const { hostname, port } = new URL(url);
  const socket: Socket = connectSocket({ host: hostname, port: Number(port) });
  const connection = { received: '', closed: false, send: (more: string) => socket.write(more) };
  socket.setEncoding('utf8');
  socket.on('data', (data: string) => (connection.received += data));
  socket.on('error', () => undefined);
  socket.on('close', () => (connection.closed = true));
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  if (text) socket.write(text);
  return connection;
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Connections of every kind that carry no request. */
async function spareConnections(step: RunningStep) {
  const urls = [...new Set([step.url, step.metricsUrl.replace(/\/metrics$/, '')])];
  const spare = await Promise.all(
    urls.flatMap((url) => [
      open(url, ''),
      open(url, 'GET /treecounter HTTP/1.1\r\nHo'),
      open(url, GET('/nope')),
    ]),
  );
  const idle = spare.filter((_, i) => i % 3 === 2);
  expect(await until(() => idle.every(({ received }) => received.includes('404')), 5000)).toBe(
    true,
  );
  return spare;
}

/** Where the stop is another; the other steps are tried under CI. */
const NEW = ['01-bare-handler', '09-info-enum', STEPS.at(-1)!];

describe.each(STEPS)('%s', (name) => {
  test('told to stop, finishes what is in flight and exits with 0', async (context) => {
    needsPosix(context, 'signals');
    if (!NEW.includes(name)) onlyUnderCI(context);
    // With this seed the first answer takes a good while, but not the whole second.
    const step = await runStep(name, { REGISTRY_DELAY_MS: '1000', SEED: '5' });
    const spare = await spareConnections(step);
    const inFlight = await open(step.url, GET('/treecounter'));
    const idle = await open(step.url, GET('/'));
    // The page of a later request is here: the earlier one is in flight.
    expect(await until(() => idle.received.includes('200 OK'), 5000)).toBe(true);
    expect(inFlight.received).toBe('');

    const stopped = Date.now();
    step.program.signal('SIGTERM');
    expect(await until(() => [...spare, idle].every(({ closed }) => closed), 3000)).toBe(true);
    await expect(send(step.url, 'GET /')).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
    expect(await step.program.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - stopped).toBeLessThan(5000);
    expect(inFlight.received).toMatch(/200 OK[^]*<\/html>/);
    expect(inFlight.received).toMatch(/connection: close/i);
    expect(step.program.stderr).toBe('');
  });
});

describe.each(stepsFrom(11))('%s', (name) => {
  test('told to stop, says so on the metrics port until its visitors have their answers', async (context) => {
    needsPosix(context, 'signals');
    // With this seed the registry is ready at once, and takes nearly two seconds for the first visitor.
    const step = await runStep(name, { REGISTRY_DELAY_MS: '3000', SEED: '105' });
    const metric = async (metric: string, labels?: Record<string, string>) =>
      findSamples(await step.scrape(), metric, labels)[0]?.value;
    const state = (application_state: string) => metric('application_state', { application_state });
    expect(await until(async () => (await state('running')) === 1, 5000)).toBe(true);
    const prometheus = await open(step.metricsUrl, GET('/metrics'));
    const visitor = await open(step.url, GET('/treecounter'));
    expect(await until(async () => (await metric('requests_in_progress')) === 1, 5000)).toBe(true);

    const stopped = Date.now();
    step.program.signal('SIGTERM');
    expect(await until(async () => (await state('stopping')) === 1, 2000)).toBe(true);
    await expect(send(step.url, 'GET /')).rejects.toThrow(/ECONNREFUSED/);
    // The connection of a scraper that keeps it is as good as a new one.
    prometheus.received = '';
    prometheus.send(GET('/metrics'));
    const stopping = 'application_state{application_state="stopping"} 1\n';
    expect(await until(() => prometheus.received.includes(stopping), 2000)).toBe(true);
    expect(await state('running')).toBe(0);
    expect(await metric('requests_in_progress')).toBe(1);
    expect(visitor).toMatchObject({ received: '', closed: false });

    expect(await step.program.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - stopped).toBeLessThan(4000);
    expect(visitor.received).toMatch(/200 OK[^]*<\/html>/);
    expect(prometheus.closed).toBe(true);
    expect(step.program.stderr).toBe('');
  });
});

test('SIGINT stops like SIGTERM, with both ports idle', async (context) => {
  needsPosix(context, 'signals');
  const step = await runStep(STEPS.at(-1)!);
  await spareConnections(step);
  step.program.signal('SIGINT');
  step.program.signal('SIGINT');
  expect(await step.program.exited).toEqual({ code: 0, signal: null });
});

test('what takes too long is cut, and the exit code is still 0', async (context) => {
  needsPosix(context, 'signals');
  const program = startProgram({ entry: 'tests/support/never-answers.ts' });
  onTestFinished(async () => void (await program.stop()));
  const [url = '', metricsUrl = ''] = await untilListening(program, 2);
  const idle = await open(url, '');
  const visitor = await open(url, GET('/'));
  // Connections are taken in order: once this one is closed again, the visitor's is in flight.
  const refused = await open(url, 'no request\r\n\r\n');
  expect(await until(() => refused.closed, 5000)).toBe(true);
  const stopped = Date.now();
  program.signal('SIGTERM');
  // It has closed what carries no request, and has not cut the rest yet.
  expect(await until(() => idle.closed, 3000)).toBe(true);
  const scraper = await open(metricsUrl, GET('/metrics'));
  expect(await program.exited).toEqual({ code: 0, signal: null });
  const ms = Date.now() - stopped;
  for (const one of [visitor, scraper]) expect(one).toMatchObject({ received: '', closed: true });
  expect(ms).toBeGreaterThan(4000);
  expect(ms).toBeLessThan(5000);
});

test('a program whose registry never answers stops as quickly', async (context) => {
  needsPosix(context, 'signals');
  const step = await runStep('09-info-enum', { REGISTRY_ERROR_RATE: '1' });
  const stopped = Date.now();
  step.program.signal('SIGTERM');
  expect(await step.program.exited).toEqual({ code: 0, signal: null });
  expect(Date.now() - stopped).toBeLessThan(3000);
});
