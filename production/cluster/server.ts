import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry } from 'prom-client';
import { listen, onStop, readSettings, readVisit } from '#forest';

/** One for each core is usual. */
const WORKERS = 3;

const settings = readSettings({ PORT: 8030, METRICS_PORT: 8031 });
const workers = new AggregatorRegistry();
let stopping = false;

cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.ts', import.meta.url)) });
cluster.on('exit', (_, code) => {
  if (stopping) return;
  // It has said why: a setting, or the port. One that was killed has no code.
  if (code) process.exit(code);
  cluster.fork();
});
onStop(() => {
  stopping = true;
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
});

const server = createServer(async (request, response) => {
  if (readVisit(request).path !== '/metrics') {
    response.writeHead(404).end();
    return;
  }
  try {
    // Asks all of them, and adds up what they answer.
    const metrics = await workers.clusterMetrics();
    response.writeHead(200, { 'Content-Type': workers.contentType }).end(metrics);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

await listen(server, settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });
// Whoever cannot have a port says so alone: the primary before there are workers, one worker before the rest.
cluster.once('listening', () => {
  for (let id = 2; id <= WORKERS; id++) cluster.fork();
});
cluster.fork();
