import { createServer } from 'node:http';
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  register,
} from 'prom-client';
import { countPage, createRegistry, listen, readSettings, readVisit, RegistryError } from '#forest';

const settings = readSettings({ PORT: 8030 });
const trees = createRegistry(settings);

// Answers the primary when it asks.
void new AggregatorRegistry();
collectDefaultMetrics();

const requests = new Counter({
  name: 'requests_total',
  help: 'Requests answered.',
});

const requestDuration = new Histogram({
  name: 'request_duration_seconds',
  help: 'Time from a request to its answer, in seconds.',
});

const registryDelay = new Gauge({
  name: 'registry_delay_limit_seconds',
  help: 'The longest that the tree registry takes to answer, in seconds.',
});

registryDelay.set(settings.REGISTRY_DELAY_MS / 1000);

const server = createServer(async (request, response) => {
  if (readVisit(request).path === '/metrics') {
    // What this worker knows; another one may answer the next time.
    const metrics = await register.metrics();
    response.writeHead(200, { 'Content-Type': register.contentType }).end(metrics);
    return;
  }
  const stopTimer = requestDuration.startTimer();
  try {
    response.end(countPage(await trees.countTrees()));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    response.writeHead(503).end();
  }
  stopTimer();
  requests.inc();
});

await listen(server, settings, 'PORT');
