import { mutation, type Mutation } from '../copies.ts';

export interface TroubleMutation extends Mutation {
  readonly step: number;
  /** Patience for a program that never does what is waited for, in milliseconds. */
  readonly startMs?: number;
  readonly answerMs?: number;
  /** Whether it is tried without tsx, which is quicker, since it shows all the same. */
  readonly compiled?: boolean;
  /** Whether it needs signals. */
  readonly signals?: boolean;
}

const compiled = true;

const ENTRY = 'server.ts';
const LISTEN = "await listen(server, settings, 'PORT');";
const COUNT = 'const trees = await registry.countTrees();';

/** Mistakes for which the program itself breaks, each made in the code of `step`. */
export const troubleMutations: readonly TroubleMutation[] = [
  { step: 1, hint: 'package-json', edits: [], files: { 'package.json': '{ "type": "module" }' } },
  {
    step: 1,
    ...mutation('port-taken', [
      ENTRY,
      LISTEN,
      `${LISTEN}\nawait listen(createServer(), settings, 'PORT');`,
    ]),
  },
  {
    step: 3,
    ...mutation(
      'registered-twice',
      [
        ENTRY,
        'const euros = registry.plant(species);',
        "const euros = registry.plant(species);\n  new Counter({ name: 'planted_total', help: 'Trees.' }).inc();",
      ],
      [ENTRY, 'import { register }', 'import { Counter, register }'],
    ),
  },
  {
    step: 3,
    ...mutation(
      'registered-twice',
      [
        ENTRY,
        'const settings =',
        "new Counter({ name: 'requests_total', help: 'Requests.' });\nconst settings =",
      ],
      [ENTRY, 'import { register }', 'import { Counter, register }'],
    ),
  },
  {
    step: 2,
    ...mutation('forgotten-await', [
      ENTRY,
      'body: await register.metrics(),',
      'body: register.metrics() as never,',
    ]),
  },
  {
    step: 5,
    ...mutation(
      'counter-decreased',
      [
        'metrics.ts',
        "treesStanding = new Gauge<'species'>",
        "treesStanding = new Counter<'species'>",
      ],
      ['metrics.ts', 'treesStanding.set({ species }, 0)', 'treesStanding.inc({ species }, 0)'],
      [
        ENTRY,
        'donatedEuros.inc(euros);\n  treesStanding.set({ species }, registry.trees[species].length);',
        'donatedEuros.inc(euros);\n  treesStanding.inc({ species });',
      ],
      [
        ENTRY,
        'stands.`);\n  treesStanding.set({ species }, registry.trees[species].length);',
        'stands.`);\n  treesStanding.inc({ species }, -1);',
      ],
    ),
  },
  {
    step: 4,
    ...mutation('label-undeclared', [
      'metrics.ts',
      "labelNames: ['method', 'endpoint', 'status']",
      "labelNames: ['method', 'endpoint']",
    ]),
  },
  {
    step: 4,
    ...mutation('label-undeclared', [
      ENTRY,
      'endpoint, status: answer.status }',
      'endpoint, code: answer.status } as never',
    ]),
  },
  {
    step: 3,
    ...mutation('not-a-number', [
      ENTRY,
      'donatedEuros.inc(euros)',
      'donatedEuros.inc(euros.toFixed(2) as never)',
    ]),
  },
  { step: 1, ...mutation('syntax-error', [ENTRY, LISTEN, `${LISTEN}\n}`]) },
  {
    step: 3,
    ...mutation('export-missing', ['metrics.ts', 'export const requests', 'const requests']),
  },
  { step: 3, ...mutation('import-missing', [ENTRY, './metrics.ts', './metric.ts']) },
  { step: 3, ...mutation('metrics-file', [ENTRY, './metrics.ts', './own/metrics.ts']) },
  { step: 9, ...mutation('take-09', ['metrics.ts', './enum.ts', './own/enum.ts']) },
  { step: 10, ...mutation('take-10', [ENTRY, './instrument.ts', './own/instrument.ts']) },
  { step: 11, ...mutation('take-11', [ENTRY, './metrics-server.ts', './own/metrics-server.ts']) },
  {
    step: 9,
    compiled,
    ...mutation('take-09', [
      ENTRY,
      'const settings =',
      "await import('./lib/info.js');\nconst settings =",
    ]),
  },
  {
    step: 10,
    compiled,
    ...mutation('take-10', [
      ENTRY,
      'const settings =',
      "await import('./helpers/instrument.js');\nconst settings =",
    ]),
  },
  {
    step: 11,
    compiled,
    ...mutation('take-11', [
      ENTRY,
      'await startMetricsServer(settings);',
      "await startMetricsServer(settings);\nawait import('./servers/metrics-server.js');",
    ]),
  },
  {
    step: 1,
    ...mutation('crashed', [ENTRY, 'const registry =', "JSON.parse('{');\nconst registry ="]),
  },
  {
    step: 1,
    ...mutation('crashed', [
      ENTRY,
      COUNT,
      `${COUNT}\n  setTimeout(() => { throw new Error('later'); });`,
    ]),
  },
  { step: 1, ...mutation('ended', [ENTRY, LISTEN, '']) },
  { step: 1, hint: 'ended', edits: [], files: { [ENTRY]: '' } },
  {
    step: 1,
    ...mutation('port-fixed', [
      ENTRY,
      LISTEN,
      "await listen(server, { ...settings, PORT: 0 }, 'PORT');",
    ]),
  },
  {
    step: 11,
    startMs: 1500,
    compiled,
    ...mutation('pages-silent', [ENTRY, `${LISTEN}\n`, 'server.unref();\n']),
  },
  {
    step: 11,
    startMs: 1500,
    compiled,
    ...mutation('pages-silent', [
      ENTRY,
      `${LISTEN}\nawait startMetricsServer(settings);`,
      `await startMetricsServer(settings);\nawait new Promise(() => {});\n${LISTEN}`,
    ]),
  },
  {
    step: 1,
    startMs: 1500,
    ...mutation('silent', [
      ENTRY,
      LISTEN,
      `await new Promise(() => setInterval(() => {}, 1000));\n${LISTEN}`,
    ]),
  },
  {
    step: 1,
    startMs: 1500,
    ...mutation('silent', [ENTRY, LISTEN, `while (settings.PORT > 0);\n${LISTEN}`]),
  },
  { step: 1, answerMs: 2500, ...mutation('no-answer', [ENTRY, '  response.end(body);\n', '']) },
  {
    step: 1,
    answerMs: 2500,
    ...mutation('busy', [ENTRY, COUNT, `${COUNT}\n  while (trees >= 0);`]),
  },
  // As chapter 02 has it for a while.
  {
    step: 2,
    answerMs: 1500,
    compiled,
    ...mutation('busy', [
      ENTRY,
      'function home(): Answer {',
      'function home(): Answer {\n  const end = Date.now() + 3000;\n  while (Date.now() < end);',
    ]),
  },
  {
    step: 3,
    compiled,
    ...mutation('defaults-twice', [
      ENTRY,
      "import { register } from 'prom-client';",
      "import { collectDefaultMetrics, register } from 'prom-client';\ncollectDefaultMetrics();",
    ]),
  },
  {
    step: 2,
    compiled,
    ...mutation('defaults-twice', [
      ENTRY,
      'async function metrics(): Promise<Answer> {',
      'async function metrics(): Promise<Answer> {\n  collectDefaultMetrics();',
    ]),
  },
  // A method without its object: `this` is lost.
  {
    step: 3,
    compiled,
    ...mutation(
      'threw',
      [ENTRY, 'donatedEuros.inc(euros);', 'add(euros);'],
      [ENTRY, 'const routes =', 'const { inc: add } = donatedEuros;\nconst routes ='],
    ),
  },
  {
    step: 5,
    compiled,
    ...mutation('threw', [
      'metrics.ts',
      'this.set(freemem());',
      "this.set((JSON.parse('{}') as { free: { bytes: number } }).free.bytes);",
    ]),
  },
  {
    step: 1,
    compiled,
    ...mutation('never-settled', [ENTRY, LISTEN, `await new Promise(() => {});\n${LISTEN}`]),
  },
  {
    step: 9,
    compiled,
    ...mutation('never-settled', [
      ENTRY,
      LISTEN,
      `await new Promise<void>((resolve) => (server.listening ? resolve() : undefined));\n${LISTEN}`,
    ]),
  },
  { step: 1, compiled, ...mutation('exited', [ENTRY, LISTEN, `process.exit(0);\n${LISTEN}`]) },
  {
    step: 3,
    compiled,
    ...mutation('exited', [
      ENTRY,
      'donatedEuros.inc(euros);',
      'if (euros > 0) process.exit(1);\n  donatedEuros.inc(euros);',
    ]),
  },
  {
    step: 1,
    compiled,
    signals: true,
    ...mutation('killed', [ENTRY, LISTEN, `process.kill(process.pid, 'SIGKILL');\n${LISTEN}`]),
  },
  {
    step: 1,
    compiled,
    signals: true,
    ...mutation('killed', [ENTRY, COUNT, `${COUNT}\n  process.abort();`]),
  },
  {
    step: 9,
    compiled,
    ...mutation(
      'waits-for-registry',
      [ENTRY, LISTEN, `await registry.ready();\n${LISTEN}`],
      [ENTRY, 'await registry.ready();\napplicationState', 'applicationState'],
    ),
  },
  {
    step: 2,
    compiled,
    ...mutation('too-long', [
      ENTRY,
      'body: await register.metrics(),',
      "body: 'tree_age_years 1\\n'.repeat(1_100_000),",
    ]),
  },
  {
    step: 1,
    compiled,
    ...mutation('too-long', [ENTRY, 'body: homePage()', 'body: homePage().repeat(20_000)']),
  },
  {
    step: 2,
    compiled,
    ...mutation('header-too-long', [
      ENTRY,
      "'Content-Type': register.contentType",
      "'Content-Type': register.contentType, 'X-Trees': 'oak '.repeat(10_000)",
    ]),
  },
  {
    step: 1,
    compiled,
    ...mutation('header-too-long', [
      ENTRY,
      "'Content-Type': 'text/html; charset=utf-8'",
      "'Content-Type': 'text/html; charset=utf-8', Page: encodeURIComponent(body.repeat(4))",
    ]),
  },
  {
    step: 2,
    compiled,
    ...mutation('length-wrong', [
      ENTRY,
      "'Content-Type': register.contentType",
      "'Content-Type': register.contentType, 'Content-Length': 99",
    ]),
  },
  {
    step: 1,
    compiled,
    answerMs: 1500,
    ...mutation('length-wrong', [
      ENTRY,
      "'Content-Type': 'text/html; charset=utf-8'",
      "'Content-Type': 'text/html; charset=utf-8', 'Content-Length': 2 * body.length",
    ]),
  },
  {
    step: 1,
    ...mutation('dropped', [ENTRY, '  response.end(body);\n', '  response.destroy();\n']),
  },
  {
    step: 1,
    ...mutation(
      'not-http',
      [
        ENTRY,
        "import { createServer, type OutgoingHttpHeaders } from 'node:http';",
        "import { type OutgoingHttpHeaders } from 'node:http';\nimport { createServer as createSocketServer } from 'node:net';",
      ],
      [
        ENTRY,
        LISTEN,
        "createSocketServer((socket) => socket.end('trees: 3')).listen(settings.PORT);",
      ],
      [ENTRY, 'const server = createServer(', 'void ('],
    ),
  },
  {
    step: 3,
    ...mutation(
      'metrics-unanswered',
      [
        ENTRY,
        'body: await register.metrics(),',
        'body: failed ? oops() : await register.metrics(),',
      ],
      [
        ENTRY,
        'const routes =',
        "let failed = false;\nfunction oops(): never {\n  throw new RegistryError('closed');\n}\nconst routes =",
      ],
      [ENTRY, '  donatedEuros.inc(euros);\n', '  donatedEuros.inc(euros);\n  failed = true;\n'],
    ),
  },
  {
    step: 11,
    ...mutation('metrics-port-waits', [
      'server.ts',
      'await startMetricsServer(settings);\nawait registry.ready();\n',
      'await registry.ready();\nawait startMetricsServer(settings);\n',
    ]),
  },
  {
    step: 11,
    ...mutation('metrics-port-waits', [
      'server.ts',
      'await startMetricsServer(settings);\nawait registry.ready();\n',
      'void registry.ready().then(() => startMetricsServer(settings));\nawait registry.ready();\n',
    ]),
  },
  {
    step: 6,
    ...mutation('bucket-infinity', [
      'metrics.ts',
      "name: 'request_duration_seconds',",
      "name: 'request_duration_seconds',\n  buckets: [0.1, 1, Infinity],",
    ]),
  },
  // Widths in place of bounds.
  {
    step: 7,
    ...mutation('bucket-twice', [
      'metrics.ts',
      'buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],',
      'buckets: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],',
    ]),
  },
  {
    step: 10,
    ...mutation('bucket-twice', [
      'metrics.ts',
      'const buckets = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];',
      'const buckets = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1];',
    ]),
  },
  {
    step: 2,
    ...mutation('not-exposition', [
      ENTRY,
      'body: await register.metrics(),',
      'body: JSON.stringify(await register.getMetricsAsJSON()),',
    ]),
  },
  {
    step: 2,
    ...mutation('not-exposition', [
      ENTRY,
      'body: await register.metrics(),',
      'body: `<pre>${await register.metrics()}</pre>`,',
    ]),
  },
];
