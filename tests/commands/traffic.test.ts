import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startProgram, untilListening } from '../../checks/harness/program.ts';
import { load, visitorsUntil, type Traffic } from '../../workshop/program/traffic.ts';
import { quantile } from '../../workshop/quantile.ts';
import { QUIET, runStep } from '../support/steps.ts';

/** A server that answers only what `answer` lets it. */
async function serve(answer: (count: number) => boolean): Promise<string> {
  let count = 0;
  const server = createServer((_, response) => {
    if (answer(++count)) response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a day brings all routes, all species and the common mistakes, and the program counts the same', async () => {
  const step = await runStep('05-gauges', { REGISTRY_ERROR_RATE: '0.5' });
  const progress: Traffic[] = [];
  const traffic = await load({
    url: step.url,
    seconds: 2,
    rps: 200,
    onProgress: (now) => progress.push({ ...now }),
  });
  expect(traffic.sent).toBe(400);
  expect([...traffic.statuses.keys()].toSorted()).toEqual([200, 201, 400, 404, 405, 409, 503]);
  expect(traffic.latencies.length).toBe(400);
  expect(progress.length).toBeGreaterThan(3);

  const families = await step.scrape();
  const samples = (name: string) => families.find((family) => family.name === name)!.samples;
  const counted = new Map<number, number>();
  for (const { labels, value } of samples('requests_total')) {
    const status = Number(labels.status);
    if (value > 0) counted.set(status, (counted.get(status) ?? 0) + value);
  }
  expect(counted).toEqual(traffic.statuses);
  for (const { labels, value } of samples('trees_standing')) {
    if (labels.species !== 'pine') expect(value).toBeGreaterThan(10);
  }
});

test('visitors reserve and confirm where the front page offers it', async () => {
  const folder = `${inject('compiled')}/exercises/own/end`;
  const program = startProgram({ entry: `${folder}/server.js`, nodeArgs: [], env: { ...QUIET } });
  onTestFinished(async () => void (await program.stop()));
  const [url = ''] = await untilListening(program);
  const how = { url, seconds: 1.5, rps: 200, confirmsWithinMs: 100 };
  const traffic = await load(how);
  expect(traffic.statuses.get(410) ?? 0).toBe(0);
  const text = await (await fetch(`${url}/metrics`)).text();
  const confirmed = /^requests_total\{method="POST",endpoint="\/confirm",status="201"\} (\d+)$/m;
  expect(Number(confirmed.exec(text)?.[1])).toBeGreaterThan(0);
  expect(traffic.sent).toBeGreaterThan(300);
});

test('the rate keeps its mean, with few visitors at night and many at noon', () => {
  for (const [seconds, rps] of [
    [60, 5],
    [7, 20],
    [600, 0.1],
    [3600, 200],
  ] as const) {
    expect(visitorsUntil(0, seconds, rps)).toBe(0);
    expect(visitorsUntil(seconds, seconds, rps)).toBe(Math.round(seconds * rps));
  }
  const between = (from: number, to: number) =>
    visitorsUntil(to, 60, 10) - visitorsUntil(from, 60, 10);
  expect(between(25, 35)).toBeGreaterThan(4 * between(0, 10));
  expect(between(25, 35)).toBeGreaterThan(4 * between(50, 60));
});

test('a program that hangs does not slow the visitors down, and the end cuts them off', async () => {
  const url = await serve((count) => count <= 10);
  const stop = new AbortController();
  const traffic = await load({
    url,
    seconds: 60,
    rps: 200,
    signal: stop.signal,
    onProgress: ({ sent }) => {
      if (sent >= 60) stop.abort();
    },
  });
  expect(traffic.seconds).toBeLessThan(20);
  expect(traffic.sent).toBe(10);
  expect(traffic.statuses).toEqual(new Map([[200, 10]]));
});

test('who finds nobody is counted as one without an answer', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const traffic = await load({ url: `http://127.0.0.1:${port}`, seconds: 1, rps: 10 });
  expect(traffic.statuses).toEqual(new Map([['none', 10]]));
  expect(traffic.latencies).toEqual([]);
});

test('quantiles are values that came, by the nearest rank', () => {
  expect(quantile([3, 1, 2, 4], 0.5)).toBe(2);
  expect(quantile([3, 1, 2, 4], 0.99)).toBe(4);
  expect(quantile([3, 1, 2, 4], 0)).toBe(1);
  expect(quantile([], 0.5)).toBe(NaN);
});
