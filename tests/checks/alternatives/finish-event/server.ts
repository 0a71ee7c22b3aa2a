/**
 * All in one file, with a registry of its own. Metrics are written when the answer has been sent,
 * by `labels().inc()` and `observe()`; nothing here is asynchronous but the tree registry.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import os from 'node:os';
import * as client from 'prom-client';
import * as forest from '#forest';

const STEP: number = 11;

const ownPort = STEP >= 11;
const settings = forest.readSettings({ PORT: 8001, METRICS_PORT: 8002 });
const trees = forest.createRegistry(settings);
const registry = new client.Registry();
const registers = [registry];
if (STEP >= 2) client.collectDefaultMetrics({ register: registry });

const total =
  STEP >= 3
    ? new client.Counter<string>({
        registers,
        name: 'requests_total',
        help: 'How often somebody came',
        labelNames: STEP >= 4 ? ['status', 'endpoint', 'method'] : [],
      })
    : undefined;
const euros =
  STEP >= 3
    ? new client.Counter({ registers, name: 'donated_euros_total', help: 'Money' })
    : undefined;
if (STEP >= 4) {
  for (const status of [200, 500]) {
    total!.labels({ method: 'GET', endpoint: '/', status }).inc(0);
  }
  for (const status of [200, 500, 503]) {
    total!.labels({ method: 'GET', endpoint: '/treecounter', status }).inc(0);
  }
  for (const status of [201, 400, 500]) {
    total!.labels({ method: 'POST', endpoint: '/plant', status }).inc(0);
  }
  for (const status of [200, 400, 409, 500]) {
    total!.labels({ method: 'POST', endpoint: '/fell', status }).inc(0);
  }
}

const buckets = Array.from({ length: 10 }, (_, i) => (i + 1) / 10);
let standing: client.Gauge<'species'> | undefined;
let waiting: client.Gauge | undefined;
if (STEP >= 5) {
  standing = new client.Gauge({
    registers,
    name: 'trees_standing',
    help: 'Wood',
    labelNames: ['species'],
  });
  standing.labels('oak').set(0);
  standing.labels('beech').set(0);
  standing.labels('pine').set(0);
  waiting = new client.Gauge({ registers, name: 'requests_in_progress', help: 'Queue' });
  void new client.Gauge({
    registers,
    name: 'host_memory_free_bytes',
    help: 'Room',
    collect(): void {
      this.set(os.freemem());
    },
  });
}
const duration =
  STEP >= 6
    ? new client.Histogram<string>({
        registers,
        name: 'request_duration_seconds',
        help: 'Patience',
        labelNames: ['endpoint', 'method'],
        ...(STEP >= 7 ? { buckets } : {}),
      })
    : undefined;
const processing =
  STEP >= 8
    ? new client.Summary<string>({
        registers,
        name: 'request_processing_seconds',
        help: 'Patience',
        labelNames: ['endpoint', 'method'],
        percentiles: [0.99, 0.9, 0.5],
        maxAgeSeconds: 60,
        ageBuckets: 5,
      })
    : undefined;
let state: client.Gauge<'application_state'> | undefined;
const enter = (current: string) => {
  for (const name of ['starting', 'running', 'stopping']) {
    state?.set({ application_state: name }, Number(name === current));
  }
};
if (STEP >= 9) {
  void new client.Gauge({
    registers,
    name: 'application_info',
    help: 'Facts',
    labelNames: ['runtime', 'version'],
  })
    .labels({ runtime: process.version, version: forest.version })
    .set(1);
  state = new client.Gauge({
    registers,
    name: 'application_state',
    help: 'State',
    labelNames: ['application_state'],
  });
  enter('starting');
}
const exceptions =
  STEP >= 10
    ? new client.Counter({ registers, name: 'registry_exceptions_total', help: 'Trouble' })
    : undefined;
const asking =
  STEP >= 10
    ? new client.Histogram({
        registers,
        name: 'registry_duration_seconds',
        help: 'Registry',
        buckets,
      })
    : undefined;

function html(response: ServerResponse, status: number, body: string, allow?: string) {
  if (allow) response.setHeader('Allow', allow);
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body);
}

function scrape(response: ServerResponse) {
  registry.metrics().then(
    (text) => {
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(text);
    },
    (error) => response.writeHead(500).end(String(error)),
  );
}

function answer(request: IncomingMessage, response: ServerResponse) {
  const { path, query, method } = forest.readVisit(request);
  const reading = method === 'GET' || method === 'HEAD';
  const wrongMethod = (allow: string) => html(response, 405, forest.errorPage(405, 'No.'), allow);
  const species = query.get('species');
  const knows = forest.isSpecies(species);
  switch (path) {
    case '/':
      return reading ? html(response, 200, forest.homePage()) : wrongMethod('GET, HEAD');
    case '/treecounter': {
      if (!reading) return wrongMethod('GET, HEAD');
      const begin = process.hrtime.bigint();
      const took = () => asking?.observe(Number(process.hrtime.bigint() - begin) / 1e9);
      return void trees
        .countTrees()
        .finally(took)
        .then(
          (count) => html(response, 200, forest.countPage(count)),
          (error: Error) => {
            exceptions?.inc();
            html(response, 503, forest.errorPage(503, error.message));
          },
        );
    }
    case '/plant':
      if (method !== 'POST') return wrongMethod('POST');
      if (!knows) return html(response, 400, forest.errorPage(400, 'oak, beech, pine'));
      const gift = trees.plant(species);
      euros?.inc(gift);
      standing?.labels(species).inc();
      return html(response, 201, 'planted');
    case '/fell':
      if (method !== 'POST') return wrongMethod('POST');
      if (!knows) return html(response, 400, forest.errorPage(400, 'oak, beech, pine'));
      if (!trees.fell(species)) return html(response, 409, forest.errorPage(409, 'None.'));
      standing?.labels(species).dec();
      return html(response, 200, 'felled');
    default:
      return html(response, 404, forest.errorPage(404, 'Nothing.'));
  }
}

const server: Server = createServer((request, response) => {
  const { path, method } = forest.readVisit(request);
  if (path === '/metrics' && STEP >= 2 && !ownPort) return scrape(response);
  const begin = performance.now();
  waiting?.inc();
  response.on('finish', () => {
    waiting?.dec();
    const endpoint = ['/', '/treecounter', '/plant', '/fell'].includes(path) ? path : 'unmatched';
    const known = ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other';
    const seconds = (performance.now() - begin) / 1000;
    if (STEP >= 4) total?.labels({ method: known, endpoint, status: response.statusCode }).inc();
    else total?.inc();
    duration?.labels({ method: known, endpoint }).observe(seconds);
    processing?.labels({ method: known, endpoint }).observe(seconds);
  });
  answer(request, response);
});

await forest.listen(server, settings, 'PORT');
if (ownPort) {
  const metrics = createServer((request, response) =>
    forest.readVisit(request).path === '/metrics'
      ? scrape(response)
      : response.writeHead(404).end(),
  );
  await forest.listen(metrics, settings, 'METRICS_PORT');
}
if (STEP >= 9) {
  forest.onStop(() => enter('stopping'));
  void trees.ready().then(() => enter('running'));
}
