/**
 * A class with a method for each route, that listens and stops by itself, prints no URL, and sends
 * the answer before it counts.
 */
import http from 'node:http';
import { freemem } from 'node:os';
import prometheus from 'prom-client';
import { createRegistry, readSettings, type Species } from '#forest';

const STEP: number = 11;

type Answer = [status: number, text: string, headers?: http.OutgoingHttpHeaders];

const METHODS: Record<string, string> = { GET: 'GET', HEAD: 'HEAD', POST: 'POST' };
const BUCKETS = [0.05, 0.1, 0.25, 0.3, 0.33, 0.5, 0.6, 0.75, 0.9, 1, 2.5, 5];

class State {
  readonly gauge = new prometheus.Gauge({
    name: 'application_state',
    help: 's',
    labelNames: ['application_state'] as const,
  });

  constructor() {
    for (const application_state of ['starting', 'running', 'stopping']) {
      this.gauge.set({ application_state }, 0);
    }
    this.gauge.inc({ application_state: 'starting' });
  }

  move(from: string, to: string) {
    this.gauge.dec({ application_state: from });
    this.gauge.inc({ application_state: to });
  }
}

class TreeCounter {
  readonly settings = readSettings({ PORT: 8001, METRICS_PORT: 9001 });
  readonly registry = createRegistry(this.settings);
  readonly metrics = new Map<string, any>();

  constructor() {
    if (STEP > 1) prometheus.collectDefaultMetrics();
    if (STEP > 2) this.addCounters();
    if (STEP > 4) this.addGauges();
    if (STEP > 5) this.addTimes();
    if (STEP > 8) this.metrics.set('state', new State());
    if (STEP > 8) {
      const info = new prometheus.Gauge({
        name: 'application_info',
        help: 'i',
        labelNames: ['version', 'runtime'],
      });
      info.set({ version: '1.0.0', runtime: 'node' }, 1);
    }
  }

  addCounters() {
    const labelNames = STEP > 3 ? ['method', 'endpoint', 'status'] : [];
    const requests = new prometheus.Counter({ name: 'requests_total', help: 'r', labelNames });
    this.metrics.set('requests', requests);
    this.metrics.set('euros', new prometheus.Counter({ name: 'donated_euros_total', help: 'e' }));
    if (STEP < 4) return;
    const known =
      'GET / 200,GET / 500,GET /treecounter 200,GET /treecounter 500,GET /treecounter 503,POST /plant 201,POST /plant 400,POST /plant 500,POST /fell 200,POST /fell 400,POST /fell 409,POST /fell 500,HEAD / 200,HEAD / 500';
    for (const line of known.split(',')) {
      const [method = '', endpoint = '', status = ''] = line.split(' ');
      requests.inc({ method, endpoint, status }, 0);
    }
    if (STEP > 9) {
      this.metrics.set(
        'exceptions',
        new prometheus.Counter({ name: 'registry_exceptions_total', help: 'x' }),
      );
    }
  }

  addGauges() {
    const trees = new prometheus.Gauge({
      name: 'trees_standing',
      help: 't',
      labelNames: ['species'],
    });
    ['oak', 'pine', 'beech'].forEach((species) => trees.set({ species }, 0));
    this.metrics.set('trees', trees);
    this.metrics.set(
      'waiting',
      new prometheus.Gauge({
        name: 'requests_in_progress',
        help: 'w',
        labelNames: ['endpoint'],
      }),
    );
    const memory = new prometheus.Gauge({ name: 'host_memory_free_bytes', help: 'm' });
    memory.set(freemem());
    setInterval(() => memory.set(freemem()), 20).unref();
  }

  addTimes() {
    const labelNames = ['method', 'endpoint'];
    const buckets = STEP > 6 ? { buckets: BUCKETS } : {};
    this.metrics.set(
      'histogram',
      new prometheus.Histogram({
        name: 'request_duration_seconds',
        help: 'd',
        labelNames,
        ...buckets,
      }),
    );
    if (STEP > 7) {
      this.metrics.set(
        'summary',
        new prometheus.Summary({
          name: 'request_processing_seconds',
          help: 'p',
          labelNames,
          percentiles: [0.5, 0.9, 0.99],
          maxAgeSeconds: 60,
          ageBuckets: 6,
        }),
      );
    }
    if (STEP > 9) {
      this.metrics.set(
        'asking',
        new prometheus.Histogram({
          name: 'registry_duration_seconds',
          help: 'a',
          buckets: BUCKETS,
        }),
      );
    }
  }

  async get(path: string): Promise<Answer> {
    if (path === '/') return [200, '<h1>Trees</h1>'];
    const stop = this.metrics.get('asking')?.startTimer();
    return this.registry.countTrees().then(
      (trees): Answer => {
        stop?.();
        return [200, `<b>${trees}</b>`];
      },
      (error): Answer => {
        stop?.();
        this.metrics.get('exceptions')?.inc();
        return [503, `<b>${error.message}</b>`];
      },
    );
  }

  post(path: string, species: string | null): Answer {
    if (!['oak', 'beech', 'pine'].includes(species ?? '')) return [400, 'oak, beech or pine'];
    const tree = species as Species;
    if (path === '/plant') {
      const euros = this.registry.plant(tree);
      this.metrics.get('euros')?.inc(euros);
    } else if (!this.registry.fell(tree)) {
      return [409, 'none'];
    }
    this.metrics.get('trees')?.set({ species: tree }, this.registry.trees[tree].length);
    return path === '/plant' ? [201, 'up'] : [200, 'down'];
  }

  async answer(method: string, path: string, species: string | null): Promise<Answer> {
    if (path === '/' || path === '/treecounter') {
      if (method === 'GET' || method === 'HEAD') return this.get(path);
      return [405, 'no', { Allow: 'GET, HEAD' }];
    }
    if (path === '/plant' || path === '/fell') {
      return method === 'POST' ? this.post(path, species) : [405, 'no', { Allow: 'POST' }];
    }
    return [404, 'no'];
  }

  async visit(request: http.IncomingMessage, response: http.ServerResponse) {
    const [path = '', query] = (request.url ?? '').split('?');
    const method = request.method ?? '';
    const endpoint = ['/', '/treecounter', '/plant', '/fell'].includes(path) ? path : 'unmatched';
    const stop = this.metrics.get('histogram')?.startTimer();
    this.metrics.get('waiting')?.inc({ endpoint });
    const [status, text, headers] = await this.answer(
      method,
      path,
      new URLSearchParams(query).get('species'),
    );
    response.writeHead(status, { 'Content-Type': 'text/html', ...headers });
    response.end(text);
    // The visitor has the answer; the books are kept a moment later.
    setTimeout(() => {
      const labels = { method: METHODS[method] ?? 'other', endpoint };
      const seconds = stop?.(labels);
      this.metrics.get('summary')?.observe(labels, seconds);
      this.metrics.get('requests')?.inc(STEP > 3 ? { ...labels, status } : {});
      this.metrics.get('waiting')?.dec({ endpoint });
    }, 5);
  }

  async show(response: http.ServerResponse) {
    const text = await prometheus.register.metrics();
    response.setHeader('Content-Type', 'text/plain');
    response.end(text);
  }

  start() {
    const { PORT, METRICS_PORT, HOST } = this.settings;
    const servers = [
      http.createServer((request, response) =>
        request.url === '/metrics' && STEP > 1 && STEP < 11
          ? this.show(response)
          : this.visit(request, response),
      ),
    ];
    servers[0]!.listen(PORT, HOST);
    if (STEP > 10) {
      servers.push(
        http.createServer((request, response) =>
          request.url === '/metrics' ? this.show(response) : response.writeHead(404).end(),
        ),
      );
      servers[1]!.listen(METRICS_PORT, HOST);
    }
    const state: State | undefined = this.metrics.get('state');
    this.registry.ready().then(() => state?.move('starting', 'running'));
    process.on('SIGTERM', () => {
      state?.move('running', 'stopping');
      servers.forEach((server) => server.close());
    });
  }
}

void new TreeCounter().start();
