/** Layers around layers, metrics read by `collect()`, labels of its own beside those asked for. */
import { createServer } from 'node:http';
import { register } from 'prom-client';
import {
  countPage,
  createRegistry,
  homePage,
  isSpecies,
  listen,
  onStop,
  readSettings,
} from '#forest';
import { createMetrics, expose } from './lib/metrics.ts';
import { compose, type Layer } from './lib/web.ts';

const STEP: number = 11;

const settings = readSettings({ PORT: 8000, METRICS_PORT: 8001 });
const registry = createRegistry(settings);
const underWay = new Set<object>();
const metrics = createMetrics(STEP, registry, underWay);

const serveMetrics: Layer = async (context, next) => {
  if (STEP === 1 || context.path !== '/metrics') return next();
  context.status = 200;
  context.headers = { 'Content-Type': register.contentType };
  context.body = await expose();
};

const track: Layer = async (context, next) => {
  underWay.add(context);
  await next().finally(() => underWay.delete(context));
};

const count: Layer = async (context, next) => {
  const labels = { kind: 'visit', method: context.method, endpoint: '' };
  if (!/^(GET|HEAD|POST)$/.test(context.method)) labels.method = 'other';
  const stop = metrics.duration?.startTimer();
  const stopSummary = metrics.processing?.startTimer();
  await next();
  labels.endpoint = context.route;
  stop?.(labels);
  stopSummary?.(labels);
  metrics.bytes.inc(context.body.length);
  if (STEP >= 4) metrics.visits.inc({ ...labels, status: context.status });
  else if (STEP === 3) metrics.visits.inc();
};

const rescue: Layer = async (context, next) => {
  try {
    await next();
  } catch (error) {
    context.status = error instanceof Error && error.name === 'RegistryError' ? 503 : 500;
    context.body = String(error);
  }
};

const route =
  (path: string, methods: string[], layer: Layer): Layer =>
  async (context, next) => {
    if (context.path !== path) return next();
    context.route = path;
    if (methods.includes(context.method)) return layer(context, next);
    context.status = 405;
    context.headers.Allow = methods.join(', ');
  };

const withSpecies =
  (act: (species: 'oak' | 'beech' | 'pine') => number): Layer =>
  async (context) => {
    const species = context.query.get('species');
    context.status = isSpecies(species) ? act(species) : 400;
    context.body = `<p>${context.status}</p>`;
  };

async function ask(): Promise<number> {
  const stop = metrics.asked?.startTimer();
  try {
    return await registry.countTrees();
  } catch (error) {
    metrics.failures?.inc(1);
    throw error;
  } finally {
    stop?.();
  }
}

const routes = [
  route('/', ['GET', 'HEAD'], async (context) => {
    Object.assign(context, { status: 200, body: homePage() });
  }),
  route('/treecounter', ['GET', 'HEAD'], async (context) => {
    Object.assign(context, { status: 200, body: countPage(await ask()) });
  }),
  route(
    '/plant',
    ['POST'],
    withSpecies((species) => {
      const euros = registry.plant(species);
      metrics.gifts?.inc(euros);
      return 201;
    }),
  ),
  route(
    '/fell',
    ['POST'],
    withSpecies((species) => (registry.fell(species) ? 200 : 409)),
  ),
];

const visits = [track, count, rescue, ...routes] as const;
if (STEP >= 11) {
  await listen(createServer(compose(serveMetrics)), settings, 'METRICS_PORT');
  await listen(createServer(compose(...visits)), settings, 'PORT');
} else {
  await listen(createServer(compose(serveMetrics, ...visits)), settings, 'PORT');
}
onStop(() => (metrics.state.current = 'stopping'));
await registry.ready();
metrics.state.current = 'running';
