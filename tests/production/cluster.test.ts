import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  findSamples,
  parseExposition,
  sumOf,
  type Family,
} from '../../checks/harness/exposition.ts';
import { freePorts } from '../../checks/harness/ports.js';
import { startProgram, untilListening } from '../../checks/harness/program.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { makeSandbox } from '../support/workspace.ts';
import { blocksIn, readDocument, ROOT } from '../text/document.ts';
import { readCaption, replaceLines, withoutSpace } from '../text/typing.ts';

const ENTRY = 'production/cluster/server.ts';
const WORKER = 'production/cluster/worker.ts';
const WORKERS = 3;
const REQUESTS = 30;

/** Each request is a connection of its own: the next one goes to another worker. */
async function get(url: string): Promise<string> {
  return (await fetch(url, { headers: { connection: 'close' } })).text();
}

async function startCluster(entry: string) {
  const [port, metricsPort] = await freePorts(2);
  const env = { PORT: `${port}`, METRICS_PORT: `${metricsPort}`, REGISTRY_DELAY_MS: '50' };
  const program = startProgram({ entry, env });
  onTestFinished(async () => void (await program.stop()));
  await untilListening(program, WORKERS + 1);
  const page = `http://127.0.0.1:${port}`;
  for (let sent = 0; sent < REQUESTS; sent += WORKERS) {
    await Promise.all(Array.from({ length: WORKERS }, () => get(`${page}/treecounter`)));
  }
  return {
    program,
    one: async () => parseExposition(await get(`${page}/metrics`)),
    all: async () => parseExposition(await get(`http://127.0.0.1:${metricsPort}/metrics`)),
  };
}

const requestsIn = (families: Family[]) => sumOf(families, 'requests_total');

test('the workers together count the requests sent; one of them lies; what one knew dies with it', async () => {
  const cluster = await startCluster(ENTRY);
  const all = await cluster.all();
  expect(requestsIn(all)).toBe(REQUESTS);
  expect(sumOf(all, 'request_duration_seconds_count')).toBe(REQUESTS);
  const one = await cluster.one();
  expect(requestsIn(one)).toBeGreaterThan(0);
  expect(requestsIn(one)).toBeLessThan(REQUESTS);

  // What the text says of aggregators.
  const limit = 'registry_delay_limit_seconds';
  expect(sumOf(all, limit)).toBeCloseTo(WORKERS * 0.05);
  expect(findSamples(one, 'process_start_time_seconds')).toHaveLength(1);
  expect(findSamples(all, 'process_start_time_seconds')).toEqual([]);
  expect(sumOf(all, 'nodejs_version_info')).toBe(1);
  const memory = 'process_resident_memory_bytes';
  expect(sumOf(all, memory)).toBeGreaterThan(1.5 * sumOf(one, memory));

  // Linux lists the children of a process.
  const listed = `/proc/${cluster.program.pid}/task/${cluster.program.pid}/children`;
  if (!existsSync(listed)) return;
  const [worker] = readFileSync(listed, 'utf8').trim().split(' ').slice(-1);
  process.kill(Number(worker), 'SIGKILL');
  // Another one takes its place.
  await untilListening(cluster.program, WORKERS + 2);
  expect(requestsIn(await cluster.all())).toBeLessThan(REQUESTS);
  expect(requestsIn(await cluster.all())).toBeGreaterThan(0);
});

test('with another aggregator, as the text has it, a limit is no sum', async (context) => {
  onlyUnderCI(context);
  const chapter = readDocument('PRODUCTION.md').chapters.find(({ title }) => title === 'Many')!;
  const [shown, edit] = blocksIn(chapter, 'ts');
  expect(readCaption(shown!)).toMatchObject({ file: ENTRY, use: 'read' });
  expect(withoutSpace(readFileSync(join(ROOT, ENTRY), 'utf8'))).toContain(
    withoutSpace(shown!.lines.join('\n')),
  );
  expect(readCaption(edit!)).toMatchObject({ file: WORKER, use: 'edit' });
  const { folder, remove } = makeSandbox('cluster');
  onTestFinished(remove);
  const file = join(folder, WORKER);
  writeFileSync(file, replaceLines(readFileSync(file, 'utf8'), edit!, WORKER));
  const cluster = await startCluster(join(folder, ENTRY));
  const all = await cluster.all();
  expect(sumOf(all, 'registry_delay_limit_seconds')).toBe(0.05);
  expect(requestsIn(all)).toBe(REQUESTS);
});
