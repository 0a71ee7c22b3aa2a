// One file, hooks around a router as web frameworks have them, and a registry of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { freemem } from 'node:os';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import {
  createRegistry,
  isSpecies,
  listen,
  onStop,
  readSettings,
  RegistryError,
  SPECIES,
  version,
} from '#forest';

const STEP: number = 11;
const settings = readSettings({ PORT: 8000, METRICS_PORT: 8001 });
const forest = createRegistry(settings);
const register = new Registry();
const registers = [register];
if (STEP >= 2) collectDefaultMetrics({ register });

const labelNames = STEP >= 4 ? ['method', 'endpoint', 'status'] : [];
const requests = new Counter<string>({
  name: 'requests_total',
  help: 'Hits.',
  labelNames,
  registers: STEP >= 3 ? registers : [],
});
const euros = new Counter({
  name: 'donated_euros_total',
  help: 'Gifts.',
  registers: STEP >= 3 ? registers : [],
});
const from = (step: number) => (step <= STEP ? registers : []);
export const trees = new Gauge<string>({
  name: 'trees_standing',
  help: 'Trees.',
  labelNames: ['species'],
  registers: from(5),
  collect() {
    for (const species of SPECIES) this.set({ species }, forest.trees[species].length);
  },
});
const open = new Gauge({ name: 'requests_in_progress', help: 'Now.', registers: from(5) });
export const memory = new Gauge({
  name: 'host_memory_free_bytes',
  help: 'Free.',
  registers: from(5),
  collect() {
    this.set(freemem());
  },
});
const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => n / 10);
const duration = new Histogram<string>({
  name: 'request_duration_seconds',
  help: 'Waits.',
  labelNames: ['method', 'endpoint'],
  registers: from(6),
  ...(STEP >= 7 && { buckets: tenths }),
});
const processing = new Summary<string>({
  name: 'request_processing_seconds',
  help: 'Waits of a minute.',
  labelNames: ['method', 'endpoint'],
  percentiles: [0.5, 0.9, 0.99],
  maxAgeSeconds: 60,
  ageBuckets: 5,
  registers: from(8),
});
const info = new Gauge<string>({
  name: 'application_info',
  help: 'Facts.',
  labelNames: ['runtime', 'version'],
  registers: from(9),
});
info.labels(`node ${process.versions.node}`, version).set(1);
let now = 'starting';
export const state = new Gauge<string>({
  name: 'application_state',
  help: 'State.',
  labelNames: ['application_state'],
  registers: from(9),
  collect() {
    for (const one of ['starting', 'running', 'stopping']) {
      this.set({ application_state: one }, Number(one === now));
    }
  },
});
const exceptions = new Counter({
  name: 'registry_exceptions_total',
  help: 'Failures.',
  registers: from(10),
});
const asking = new Histogram({
  name: 'registry_duration_seconds',
  help: 'Questions.',
  buckets: tenths,
  registers: from(10),
});

interface Context {
  readonly query: URLSearchParams;
  send(status: number, html: string, headers?: Record<string, string>): void;
}
type Route = (context: Context) => unknown;
const table: Record<string, Record<string, Route>> = {
  '/': { GET: ({ send }) => send(200, '<h1>Trees</h1>') },
  '/treecounter': {
    async GET({ send }) {
      const end = asking.startTimer();
      const count = await forest
        .countTrees()
        .catch((error) => {
          if (error instanceof RegistryError) exceptions.inc();
          throw error;
        })
        .finally(end);
      send(200, `<p>${count} stand.</p>`);
    },
  },
  '/plant': {
    POST({ query, send }) {
      const species = query.get('species');
      if (!isSpecies(species)) return send(400, `<p>Which? ${SPECIES.join(', ')}</p>`);
      const gift = forest.plant(species);
      euros.inc(gift);
      send(201, `<p>Thank you for ${gift} euros.</p>`);
    },
  },
  '/fell': {
    POST({ query, send }) {
      const species = query.get('species');
      if (!isSpecies(species)) return send(400, `<p>Which? ${SPECIES.join(', ')}</p>`);
      if (forest.fell(species)) send(200, '<p>Gone.</p>');
      else send(409, '<p>None.</p>');
    },
  },
};
const scraped = STEP >= 2 && STEP < 11;
for (const [endpoint, verbs] of Object.entries(table)) {
  const [method = 'GET'] = Object.keys(verbs);
  for (const status of [200, 201, 400, 409, 500, 503]) {
    if (STEP >= 4) requests.inc({ method, endpoint, status }, 0);
  }
}

async function serveMetrics(response: ServerResponse) {
  response.setHeader('content-type', register.contentType);
  response.end(await register.metrics());
}

/** What runs before a request is handled; it gives back what runs once its answer is known. */
function onRequest(method: string, path: string) {
  const endpoint = Object.hasOwn(table, path) ? path : 'unmatched';
  const verb = ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other';
  const began = process.hrtime.bigint();
  open.inc();
  return (status: number) => {
    open.dec();
    const at = { method: verb, endpoint };
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    if (STEP >= 4) requests.inc({ ...at, status });
    else requests.inc();
    duration.observe(at, seconds);
    processing.observe(at, seconds);
  };
}

async function handle(request: IncomingMessage, response: ServerResponse) {
  const [path = '/', search = ''] = (request.url ?? '/').split('?');
  const method = request.method ?? 'GET';
  if (scraped && path === '/metrics') return serveMetrics(response);
  const done = onRequest(method, path);
  const send: Context['send'] = (status, html, headers = {}) => {
    done(status);
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html);
  };
  const verbs = Object.hasOwn(table, path) ? table[path] : undefined;
  if (!verbs) return send(404, '<p>What?</p>');
  const route = verbs[method === 'HEAD' ? 'GET' : method];
  if (!route) return send(405, '<p>Not so.</p>', { allow: Object.keys(verbs).join() });
  try {
    await route({ query: new URLSearchParams(search), send });
  } catch (error) {
    send(error instanceof RegistryError ? 503 : 500, '<p>Sorry.</p>');
  }
}

await listen(createServer(handle), settings, 'PORT');
if (STEP >= 11) {
  const metrics = createServer((request, response) =>
    request.url === '/metrics' ? serveMetrics(response) : response.writeHead(404).end(),
  );
  await listen(metrics, settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });
}
onStop(() => (now = 'stopping'));
await forest.ready();
now = 'running';
