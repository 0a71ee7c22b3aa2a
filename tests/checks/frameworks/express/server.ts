// A program as people write it with Express: middleware, a router, an error handler.
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from 'prom-client';
import { createRegistry, isSpecies, listen, readSettings, RegistryError, SPECIES } from '#forest';
import { freemem } from 'node:os';

const file = resolve('.workshop/frameworks/node_modules/express/index.js');
const { default: express } = (await import(pathToFileURL(file).href)) as any;
const settings = readSettings({ PORT: 8001 });
const registry = createRegistry(settings);
collectDefaultMetrics();

const requests = new Counter<string>({
  name: 'requests_total',
  help: 'Requests.',
  labelNames: ['method', 'endpoint', 'status'],
});
const donations = new Counter({ name: 'donated_euros_total', help: 'Euros.' });
const standing = new Gauge<string>({
  name: 'trees_standing',
  help: 'Trees.',
  labelNames: ['species'],
});
for (const species of SPECIES) standing.set({ species }, 0);
const inProgress = new Gauge({ name: 'requests_in_progress', help: 'Requests now.' });
export const memory = new Gauge({
  name: 'host_memory_free_bytes',
  help: 'Free memory.',
  collect() {
    this.set(freemem());
  },
});
const duration = new Histogram<string>({
  name: 'request_duration_seconds',
  help: 'Seconds.',
  labelNames: ['method', 'endpoint'],
});

const ANSWERS: Record<string, readonly [string, readonly number[]]> = {
  '/': ['GET', [200, 500]],
  '/treecounter': ['GET', [200, 500, 503]],
  '/plant': ['POST', [201, 400, 500]],
  '/fell': ['POST', [200, 400, 409, 500]],
};
for (const [endpoint, [method, statuses]] of Object.entries(ANSWERS)) {
  for (const status of statuses) requests.inc({ method, endpoint, status }, 0);
}

const app = express();
app.get('/metrics', async (_: any, response: any) => {
  response.set('Content-Type', register.contentType).end(await register.metrics());
});
app.use((request: any, response: any, next: () => void) => {
  const stopTimer = duration.startTimer();
  inProgress.inc();
  response.once('close', () => {
    const endpoint = request.route?.path ?? response.locals.endpoint ?? 'unmatched';
    const method = ['GET', 'HEAD', 'POST'].includes(request.method) ? request.method : 'other';
    inProgress.dec();
    requests.inc({ method, endpoint, status: response.statusCode });
    stopTimer({ method, endpoint });
  });
  next();
});
app.get('/', (_: any, response: any) => response.send('<h1>Trees</h1>'));
app.get('/treecounter', async (_: any, response: any) => {
  response.send(`<p>${await registry.countTrees()} trees</p>`);
});
const known = (request: any, response: any, next: () => void) => {
  if (isSpecies(request.query.species)) next();
  else response.status(400).send('<p>Which?</p>');
};
app.post('/plant', known, ({ query: { species } }: any, response: any) => {
  const euros = registry.plant(species);
  donations.inc(euros);
  standing.inc({ species });
  response.status(201).send(`<p>${euros} euros</p>`);
});
app.post('/fell', known, ({ query: { species } }: any, response: any) => {
  if (!registry.fell(species)) return response.status(409).send('<p>None</p>');
  standing.dec({ species });
  response.send('<p>Felled</p>');
});
for (const [path, [method]] of Object.entries(ANSWERS)) {
  app.all(path, (_: any, response: any) => response.set('Allow', method).sendStatus(405));
}
app.use((error: Error, _: any, response: any, __: () => void) => {
  response.sendStatus(error instanceof RegistryError ? 503 : 500);
});

await listen(createServer(app), settings, 'PORT');
