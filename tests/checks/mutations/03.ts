import { mutation, type Mutation } from '../copies.ts';

export const mutations: readonly Mutation[] = [
  mutation('requests-missing', [
    'server.ts',
    "import { donatedEuros, requests } from './metrics.ts';",
    "import { collectDefaultMetrics } from 'prom-client';\ncollectDefaultMetrics();\nconst donatedEuros = { inc(_: number) {} };\nconst requests = { inc() {} };",
  ]),
  // In another registry than the one that is shown.
  mutation(
    'requests-missing',
    [
      'metrics.ts',
      "help: 'Requests answered.',",
      "help: 'Requests answered.',\n  registers: [new Registry()],",
    ],
    [
      'metrics.ts',
      '{ collectDefaultMetrics, Counter }',
      '{ collectDefaultMetrics, Counter, Registry }',
    ],
  ),
  mutation('requests-name', ['metrics.ts', "'requests_total'", "'requests'"]),
  mutation('requests-name', ['metrics.ts', "'requests_total'", "'requests_total_total'"]),
  mutation('requests-name', ['metrics.ts', "'requests_total'", "'Requests_Total'"]),
  mutation(
    'requests-type',
    ['metrics.ts', 'export const requests = new Counter', 'export const requests = new Gauge'],
    [
      'metrics.ts',
      '{ collectDefaultMetrics, Counter }',
      '{ collectDefaultMetrics, Counter, Gauge }',
    ],
  ),
  mutation('metrics-counted', [
    'server.ts',
    "  if (visit.path === '/metrics') return respond(visit);\n",
    '',
  ]),
  mutation('not-counted', ['server.ts', '  requests.inc();\n', '']),
  mutation(
    'some-not-counted',
    ['server.ts', '  requests.inc();\n', ''],
    [
      'server.ts',
      'if (handler) return handler(query);',
      'if (handler) {\n    if (handler !== metrics) requests.inc();\n    return handler(query);\n  }',
    ],
  ),
  mutation(
    'some-not-counted',
    ['server.ts', '  requests.inc();\n', ''],
    [
      'server.ts',
      '  return { status: 200, body: homePage() };',
      '  requests.inc();\n  return { status: 200, body: homePage() };',
    ],
  ),
  mutation('counted-twice', [
    'server.ts',
    '  return { status: 200, body: homePage() };',
    '  requests.inc();\n  return { status: 200, body: homePage() };',
  ]),
  mutation('counted-wrongly', [
    'server.ts',
    '  requests.inc();\n',
    '  requests.inc(answer.status);\n',
  ]),
  mutation('counter-falls', [
    'server.ts',
    '  requests.inc();\n',
    "  if (visit.path === '/fell') requests.reset();\n  requests.inc();\n",
  ]),
  mutation(
    'failures-not-counted',
    ['server.ts', '  requests.inc();\n', "  if (visit.path !== '/treecounter') requests.inc();\n"],
    [
      'server.ts',
      'const trees = await registry.countTrees();',
      'const trees = await registry.countTrees();\n  requests.inc();',
    ],
  ),
  mutation('donations-missing', [
    'metrics.ts',
    "name: 'donated_euros_total',",
    "name: 'gifts_total',",
  ]),
  mutation('donations-name', ['metrics.ts', "'donated_euros_total'", "'donated_euros'"]),
  mutation('donations-name', ['metrics.ts', "'donated_euros_total'", "'donations_total'"]),
  mutation(
    'donations-type',
    [
      'metrics.ts',
      'export const donatedEuros = new Counter',
      'export const donatedEuros = new Gauge',
    ],
    [
      'metrics.ts',
      '{ collectDefaultMetrics, Counter }',
      '{ collectDefaultMetrics, Counter, Gauge }',
    ],
  ),
  mutation('donation-not-added', ['server.ts', '  donatedEuros.inc(euros);\n', '']),
  mutation('donation-counts-one', ['server.ts', 'donatedEuros.inc(euros)', 'donatedEuros.inc()']),
  mutation('donation-rounded', [
    'server.ts',
    'donatedEuros.inc(euros)',
    'donatedEuros.inc(Math.round(euros))',
  ]),
  mutation('donation-in-cents', [
    'server.ts',
    'donatedEuros.inc(euros)',
    'donatedEuros.inc(euros * 100)',
  ]),
];
