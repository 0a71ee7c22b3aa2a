import { connect as connectSocket, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProgram, until, untilListening } from '../../checks/harness/program.ts';
import { send } from '../support/http.ts';
import { runStep, STEPS, type RunningStep } from '../support/steps.ts';

/** Opens a raw connection, writes `text`, and collects what comes back. */
async function open(url: string, text: string) {
  const { hostname, port } = new URL(url);
  const socket: Socket = connectSocket({ host: hostname, port: Number(port) });
  const connection = { received: '', closed: false };
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

describe.each(STEPS)('%s', (name) => {
  test('told to stop, finishes what is in flight and exits with 0', async () => {
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

test('SIGINT stops like SIGTERM, with both ports idle', async () => {
  const step = await runStep(STEPS.at(-1)!);
  await spareConnections(step);
  step.program.signal('SIGINT');
  step.program.signal('SIGINT');
  expect(await step.program.exited).toEqual({ code: 0, signal: null });
});

test('what takes too long is cut, and the exit code is still 0', async () => {
  const program = startProgram({ entry: 'tests/support/never-answers.ts' });
  onTestFinished(async () => void (await program.stop()));
  const [url = ''] = await untilListening(program);
  const visitor = await open(url, GET('/'));
  // Connections are taken in order: once this one is closed again, the visitor's is in flight.
  const refused = await open(url, 'no request\r\n\r\n');
  expect(await until(() => refused.closed, 5000)).toBe(true);
  const stopped = Date.now();
  program.signal('SIGTERM');
  expect(await program.exited).toEqual({ code: 0, signal: null });
  const ms = Date.now() - stopped;
  expect(visitor).toEqual({ received: '', closed: true });
  expect(ms).toBeGreaterThan(4000);
  expect(ms).toBeLessThan(5000);
});

test('a program whose registry never answers stops as quickly', async () => {
  const step = await runStep('09-info-enum', { REGISTRY_ERROR_RATE: '1' });
  const stopped = Date.now();
  step.program.signal('SIGTERM');
  expect(await step.program.exited).toEqual({ code: 0, signal: null });
  expect(Date.now() - stopped).toBeLessThan(3000);
});
