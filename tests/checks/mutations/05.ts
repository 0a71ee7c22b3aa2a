import { mutation, type Edit, type Mutation } from '../copies.ts';

const SET = 'treesStanding.set({ species }, registry.trees[species].length);';
const PLANT_SET =
  'const euros = registry.plant(species);\n  donatedEuros.inc(euros);\n  treesStanding.set({ species }, registry.trees[species].length);';
const FELL =
  'if (!registry.fell(species)) return failure(409, `No ${species} stands.`);\n  treesStanding.set({ species }, registry.trees[species].length);';
const MEASURE = `  requestsInProgress.inc();
  try {
    const answer = await respond(visit);
    const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
    requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });
    return answer;
  } finally {
    requestsInProgress.dec();
  }`;
const counted = (before: string, between: string, after: string) =>
  `  ${before}
  const answer = await respond(visit);
  ${between}
  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
  requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });
  ${after}
  return answer;`;

const memoryLabel = (label: string, value: string): Edit[] => [
  [
    'metrics.ts',
    "import { freemem } from 'node:os';",
    "import { freemem, hostname } from 'node:os';",
  ],
  ['metrics.ts', '  collect() {\n', `  labelNames: ['${label}'],\n  collect() {\n`],
  ['metrics.ts', 'this.set(freemem())', `this.set({ ${label}: ${value} }, freemem())`],
  ['metrics.ts', 'hostMemoryFree = new Gauge(', `hostMemoryFree = new Gauge<'${label}'>(`],
];

export const mutations: readonly Mutation[] = [
  mutation('trees-missing', ['metrics.ts', "name: 'trees_standing',", "name: 'wood',"]),
  mutation('trees-name', ['metrics.ts', "'trees_standing'", "'trees_standing_total'"]),
  mutation('trees-name', ['metrics.ts', "'trees_standing'", "'trees'"]),
  // A counter for what falls.
  mutation(
    'trees-type',
    [
      'metrics.ts',
      "export const treesStanding = new Gauge<'species'>",
      "export const treesStanding = new Counter<'species'>",
    ],
    ['metrics.ts', 'treesStanding.set({ species }, 0)', 'treesStanding.inc({ species }, 0)'],
    ['server.ts', PLANT_SET, PLANT_SET.replace(SET, 'treesStanding.inc({ species });')],
    ['server.ts', FELL, FELL.replace(SET, '')],
  ),
  mutation('trees-label', [
    'metrics.ts',
    'for (const species of SPECIES) treesStanding.set({ species }, 0);',
    "for (const species of SPECIES) treesStanding.set({ species: species.replace('o', 'O') }, 0);",
  ]),
  mutation(
    'trees-label',
    ['metrics.ts', "Gauge<'species'>", "Gauge<'kind'>"],
    ['metrics.ts', "labelNames: ['species']", "labelNames: ['kind']"],
    ['metrics.ts', 'treesStanding.set({ species }, 0)', 'treesStanding.set({ kind: species }, 0)'],
    ['server.ts', PLANT_SET, PLANT_SET.replace('{ species }', '{ kind: species }')],
    ['server.ts', FELL, FELL.replace('{ species }', '{ kind: species }')],
  ),
  mutation('trees-no-zeros', [
    'metrics.ts',
    'for (const species of SPECIES) treesStanding.set({ species }, 0);\n',
    'for (const species of SPECIES) treesStanding.labels({ species });\n',
  ]),
  mutation('trees-not-zero', [
    'metrics.ts',
    'treesStanding.set({ species }, 0)',
    'treesStanding.inc({ species })',
  ]),
  mutation('trees-not-raised', [
    'server.ts',
    PLANT_SET,
    PLANT_SET.replace('  treesStanding.set({ species }, registry.trees[species].length);', ''),
  ]),
  mutation('trees-wrong-species', ['server.ts', PLANT_SET, PLANT_SET.replace('{ species }, ', '')]),
  mutation('trees-not-lowered', [
    'server.ts',
    FELL,
    FELL.replace('  treesStanding.set({ species }, registry.trees[species].length);', ''),
  ]),
  mutation(
    'trees-below-zero',
    [
      'server.ts',
      FELL,
      'treesStanding.dec({ species });\n  if (!registry.fell(species)) return failure(409, `No ${species} stands.`);',
    ],
    [
      'server.ts',
      PLANT_SET,
      PLANT_SET.replace('set({ species }, registry.trees[species].length)', 'inc({ species })'),
    ],
  ),
  mutation('progress-missing', ['metrics.ts', "'requests_in_progress'", "'waiting'"]),
  mutation('progress-name', [
    'metrics.ts',
    "'requests_in_progress'",
    "'requests_in_progress_total'",
  ]),
  mutation('progress-name', ['metrics.ts', "'requests_in_progress'", "'inflight_requests'"]),
  mutation(
    'progress-type',
    [
      'metrics.ts',
      'export const requestsInProgress = new Gauge',
      'export const requestsInProgress = new Counter',
    ],
    ['server.ts', '    requestsInProgress.dec();', ''],
  ),
  mutation(
    'progress-counts-scrape',
    ['server.ts', MEASURE, counted('', '', '')],
    [
      'server.ts',
      'const { status, headers, body } = await',
      "requestsInProgress.inc();\n  response.once('close', () => requestsInProgress.dec());\n  const { status, headers, body } = await",
    ],
  ),
  mutation('progress-not-zero', [
    'metrics.ts',
    'export const hostMemoryFree',
    'requestsInProgress.set(-1);\n\nexport const hostMemoryFree',
  ]),
  mutation(
    'progress-not-raised',
    ['server.ts', '  requestsInProgress.inc();\n', ''],
    ['server.ts', '    requestsInProgress.dec();\n', ''],
  ),
  mutation('progress-not-raised', [
    'server.ts',
    MEASURE,
    `  requestsInProgress.inc();
  const pending = respond(visit);
  requestsInProgress.dec();
  const answer = await pending;
  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
  requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });
  return answer;`,
  ]),
  mutation(
    'progress-too-few',
    ['server.ts', '  requestsInProgress.inc();\n', '  requestsInProgress.set(1);\n'],
    ['server.ts', 'requestsInProgress.dec()', 'requestsInProgress.set(0)'],
  ),
  mutation('progress-not-lowered', ['server.ts', '    requestsInProgress.dec();\n', '']),
  mutation(
    'progress-exception',
    ['server.ts', MEASURE, counted('', '', '')],
    [
      'server.ts',
      'if (handler) return handler(query);',
      'if (handler === metrics) return handler(query);\n  if (handler) {\n    requestsInProgress.inc();\n    const answer = await handler(query);\n    requestsInProgress.dec();\n    return answer;\n  }',
    ],
  ),
  mutation('progress-below-zero', [
    'server.ts',
    MEASURE,
    MEASURE.replace('    return answer;', '    requestsInProgress.dec();\n    return answer;'),
  ]),
  mutation('memory-missing', ['metrics.ts', "'host_memory_free_bytes'", "'ram'"]),
  mutation('memory-name', ['metrics.ts', "'host_memory_free_bytes'", "'host_memory_free_gb'"]),
  mutation(
    'memory-type',
    [
      'metrics.ts',
      'export const hostMemoryFree = new Gauge',
      'export const hostMemoryFree = new Counter',
    ],
    ['metrics.ts', 'this.set(freemem());', 'this.reset();\n    this.inc(freemem());'],
  ),
  mutation('memory-label', ...memoryLabel('server', "'server1'")),
  mutation('memory-label', ...memoryLabel('where', 'hostname()')),
  mutation('memory-unit', ['metrics.ts', 'freemem());', 'freemem() / 1024 ** 3);']),
  mutation('memory-frozen', [
    'metrics.ts',
    '  collect() {\n    this.set(freemem());\n  },\n});',
    '});\n\nhostMemoryFree.set(freemem());',
  ]),
  mutation('memory-frozen', ['metrics.ts', '    this.set(freemem());\n', '']),
];
