import { mutation, type Mutation } from '../copies.ts';

const DONATE = '  donatedEuros.inc(euros);\n';
const INC = '  requests.inc();\n';
const COUNT_TREES = 'const trees = await registry.countTrees();';
const PLANTED = 'return { status: 201, body: plantedPage(species, euros) };';
const METRICS = '    body: await register.metrics(),\n  };\n}';

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
  // What some tutorials do so that each scrape shows what is new.
  mutation('reset-by-scrape', [
    'server.ts',
    METRICS,
    '    body: await register.metrics().finally(() => register.getSingleMetric("requests_total")?.reset()),\n  };\n}',
  ]),
  mutation('reset-by-scrape', [
    'server.ts',
    METRICS,
    '    body: await register.metrics().finally(() => register.removeSingleMetric("requests_total")),\n  };\n}',
  ]),
  mutation('starts-not-zero', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    "await listen(server, settings, 'PORT');\nrequests.inc();",
  ]),
  mutation('starts-not-zero', [
    'metrics.ts',
    'export const donatedEuros',
    'requests.inc(1);\n\nexport const donatedEuros',
  ]),
  mutation('successes-only', ['server.ts', INC, '  if (answer.status < 400) requests.inc();\n']),
  // In each handler, behind what turns a visitor away.
  mutation(
    'successes-only',
    ['server.ts', INC, ''],
    [
      'server.ts',
      '  return { status: 200, body: homePage() };',
      '  requests.inc();\n  return { status: 200, body: homePage() };',
    ],
    ['server.ts', DONATE, `${DONATE}  requests.inc();\n`],
    [
      'server.ts',
      '  return { status: 200, body: felledPage(species) };',
      '  requests.inc();\n  return { status: 200, body: felledPage(species) };',
    ],
    ['server.ts', COUNT_TREES, `${COUNT_TREES}\n  requests.inc();`],
  ),
  mutation('some-not-counted', [
    'server.ts',
    INC,
    '  if (answer.status !== 404) requests.inc();\n',
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
  mutation('counted-twice', ['server.ts', INC, '  requests.inc(2);\n']),
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
  // The chapter's first and second try, left in.
  mutation('treecounter-twice', ['server.ts', COUNT_TREES, `requests.inc();\n  ${COUNT_TREES}`]),
  mutation('treecounter-twice', ['server.ts', COUNT_TREES, `${COUNT_TREES}\n  requests.inc();`]),
  mutation('treecounter-not-counted', [
    'server.ts',
    INC,
    "  if (visit.path !== '/treecounter') requests.inc();\n",
  ]),
  mutation('treecounter-not-counted', [
    'server.ts',
    INC,
    "  if (visit.path !== '/treecounter' || answer.status !== 200) requests.inc();\n",
  ]),
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
  mutation(
    'donation-in-cents',
    ['server.ts', 'donatedEuros.inc(euros)', 'donatedEuros.inc(euros * 100)'],
    ['server.ts', PLANTED, "return { status: 201, body: '<p>Thank you.</p>' };"],
    ['server.ts', '  plantedPage,\n', ''],
  ),
  mutation('donation-rounded', [
    'server.ts',
    'donatedEuros.inc(euros)',
    'donatedEuros.inc(Math.round(euros * 10) / 10)',
  ]),
  mutation('donation-twice', ['server.ts', DONATE, DONATE + DONATE]),
  mutation('donation-twice', [
    'server.ts',
    'donatedEuros.inc(euros)',
    'donatedEuros.inc(2 * euros)',
  ]),
  mutation(
    'donation-before',
    ['server.ts', 'const settings =', 'let last = 0;\nconst settings ='],
    ['server.ts', DONATE, '  donatedEuros.inc(last);\n  last = euros;\n'],
  ),
  mutation(
    'donation-before',
    ['server.ts', 'const settings =', 'const gifts: number[] = [];\nconst settings ='],
    ['server.ts', DONATE, '  donatedEuros.inc(gifts.at(-1) ?? 0);\n  gifts.push(euros);\n'],
  ),
  mutation('donation-other', [
    'server.ts',
    'donatedEuros.inc(euros)',
    'donatedEuros.inc(euros * 0.8)',
  ]),
  mutation('donation-other', ['server.ts', 'donatedEuros.inc(euros)', 'donatedEuros.inc(4.99)']),
  // The page does not tell the amount.
  mutation(
    'donation-other',
    ['server.ts', 'donatedEuros.inc(euros)', 'donatedEuros.inc(euros * 0.8)'],
    ['server.ts', PLANTED, "return { status: 201, body: '<p>Thank you.</p>' };"],
    ['server.ts', '  plantedPage,\n', ''],
  ),
  mutation('donation-without-tree', [
    'server.ts',
    '  if (!registry.fell(species))',
    '  donatedEuros.inc(0.5);\n  if (!registry.fell(species))',
  ]),
  mutation('donation-without-tree', [
    'server.ts',
    'function unknownSpecies(): Answer {',
    'function unknownSpecies(): Answer {\n  donatedEuros.inc(1.5);',
  ]),
  mutation('donation-without-tree', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    "donatedEuros.inc(0.01);\nawait listen(server, settings, 'PORT');",
  ]),
];
