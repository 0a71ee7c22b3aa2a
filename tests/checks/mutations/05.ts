import { mutation, type Edit, type Mutation } from '../copies.ts';

const SET = 'treesStanding.set({ species }, registry.trees[species].length);';
const PLANT_SET =
  'const euros = registry.plant(species);\n  donatedEuros.inc(euros);\n  treesStanding.set({ species }, registry.trees[species].length);';
const FELL =
  'if (!registry.fell(species)) return failure(409, `No ${species} stands.`);\n  treesStanding.set({ species }, registry.trees[species].length);';
const ALL = 'Object.values(registry.trees).reduce((sum, { length }) => sum + length, 0)';
const plantSet = (replacement: string): Edit => [
  'server.ts',
  PLANT_SET,
  PLANT_SET.replace(SET, replacement),
];
const fellSet = (replacement: string): Edit => ['server.ts', FELL, FELL.replace(SET, replacement)];
const ownCounter: Edit = [
  'metrics.ts',
  'export const requestsInProgress',
  "export const treesPlanted = new Counter({ name: 'trees_planted_total', help: 'Trees planted.' });\n\nexport const requestsInProgress",
];
const progressLabel = (label: string): Edit[] => [
  [
    'metrics.ts',
    "name: 'requests_in_progress',",
    `name: 'requests_in_progress',\n  labelNames: ['${label}'],`,
  ],
  ['metrics.ts', 'requestsInProgress = new Gauge(', `requestsInProgress = new Gauge<'${label}'>(`],
];
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
    ['server.ts', '  requestsInProgress.inc();\n', '  requestsInProgress.set(++waiting && 1);\n'],
    ['server.ts', 'requestsInProgress.dec()', 'requestsInProgress.set(--waiting ? 1 : 0)'],
    ['server.ts', 'const settings =', 'let waiting = 0;\nconst settings ='],
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
  // A counter of one's own is no gauge under another name.
  mutation('trees-missing', ['metrics.ts', "name: 'trees_standing',", "name: 'wood',"], ownCounter),
  mutation(
    'trees-one-species',
    plantSet("if (species === 'oak') treesStanding.set({ species }, registry.trees.oak.length);"),
  ),
  mutation(
    'trees-one-species',
    fellSet("if (species === 'oak') treesStanding.set({ species }, registry.trees.oak.length);"),
  ),
  mutation(
    'trees-wrong-species',
    fellSet("treesStanding.set({ species: 'oak' }, registry.trees[species].length);"),
  ),
  mutation(
    'trees-wrong-species',
    plantSet('treesStanding.inc({ species });'),
    fellSet("treesStanding.dec({ species: 'oak' });"),
  ),
  mutation(
    'trees-by-two',
    plantSet('treesStanding.inc({ species }, 2);'),
    fellSet('treesStanding.dec({ species }, 2);'),
  ),
  mutation('trees-by-two', plantSet(`${SET}\n  treesStanding.inc({ species });`)),
  mutation('trees-set-early', [
    'server.ts',
    PLANT_SET,
    `${SET}\n  const euros = registry.plant(species);\n  donatedEuros.inc(euros);`,
  ]),
  mutation('trees-set-early', [
    'server.ts',
    FELL,
    `${SET}\n  if (!registry.fell(species)) return failure(409, 'None stands.');`,
  ]),
  mutation(
    'trees-other-list',
    plantSet(`treesStanding.set({ species }, ${ALL});`),
    fellSet(`treesStanding.set({ species }, ${ALL});`),
  ),
  mutation(
    'trees-other-list',
    plantSet(
      "treesStanding.set({ species }, registry.trees[species === 'beech' ? 'pine' : species].length);",
    ),
  ),
  mutation('trees-unknown', [
    'server.ts',
    'if (!isSpecies(species)) return unknownSpecies();\n  const euros',
    "treesStanding.inc({ species: species ?? '' }, 0);\n  if (!isSpecies(species)) return unknownSpecies();\n  const euros",
  ]),
  mutation('trees-unknown', [
    'server.ts',
    'function unknownSpecies(): Answer {',
    "function unknownSpecies(): Answer {\n  treesStanding.inc({ species: 'oak' });",
  ]),
  mutation('trees-below-zero', plantSet('treesStanding.inc({ species });'), [
    'server.ts',
    FELL,
    "const felled = registry.fell(species);\n  treesStanding.inc({ species }, felled ? -1 : 1);\n  if (!felled) return failure(409, 'None stands.');",
  ]),
  mutation(
    'progress-too-many',
    ['server.ts', 'requestsInProgress.inc();', 'requestsInProgress.inc(2);'],
    ['server.ts', 'requestsInProgress.dec();', 'requestsInProgress.dec(2);'],
  ),
  mutation('progress-too-many', [
    'server.ts',
    'const trees = await registry.countTrees();',
    'requestsInProgress.inc();\n  const trees = await registry.countTrees().finally(() => requestsInProgress.dec());',
  ]),
  mutation(
    'progress-other-series',
    ...progressLabel('endpoint'),
    ['server.ts', 'const settings =', "let current = '';\nconst settings ="],
    [
      'server.ts',
      '  requestsInProgress.inc();',
      "  current = routes.has(visit.path) ? visit.path : 'unmatched';\n  requestsInProgress.inc({ endpoint: current });",
    ],
    ['server.ts', 'requestsInProgress.dec();', 'requestsInProgress.dec({ endpoint: current });'],
  ),
  mutation(
    'progress-other-series',
    ...progressLabel('method'),
    [
      'server.ts',
      '  requestsInProgress.inc();',
      '  requestsInProgress.inc({ method: visit.method });',
    ],
    ['server.ts', 'requestsInProgress.dec();', "requestsInProgress.dec({ method: 'GET' });"],
  ),
  mutation(
    'progress-unbounded',
    ...progressLabel('path'),
    ['server.ts', '  requestsInProgress.inc();', '  requestsInProgress.inc({ path: visit.path });'],
    ['server.ts', 'requestsInProgress.dec();', 'requestsInProgress.dec({ path: visit.path });'],
  ),
  mutation(
    'progress-unbounded',
    ...progressLabel('query'),
    [
      'server.ts',
      '  requestsInProgress.inc();',
      '  const query = `${visit.query}`;\n  requestsInProgress.inc({ query });',
    ],
    ['server.ts', 'requestsInProgress.dec();', 'requestsInProgress.dec({ query });'],
  ),
  mutation(
    'memory-total',
    ['metrics.ts', "import { freemem } from 'node:os';", "import { totalmem } from 'node:os';"],
    ['metrics.ts', 'this.set(freemem());', 'this.set(totalmem());'],
  ),
  mutation(
    'memory-used',
    [
      'metrics.ts',
      "import { freemem } from 'node:os';",
      "import { freemem, totalmem } from 'node:os';",
    ],
    ['metrics.ts', 'this.set(freemem());', 'this.set(totalmem() - freemem());'],
  ),
  mutation('memory-unit', ['metrics.ts', 'freemem());', 'freemem() / 1e6);']),
  mutation(
    'memory-other',
    ['metrics.ts', 'this.set(freemem());', 'this.set(process.memoryUsage().rss + Math.random());'],
    ['metrics.ts', "import { freemem } from 'node:os';\n", ''],
  ),
  mutation(
    'memory-other',
    [
      'metrics.ts',
      "import { freemem } from 'node:os';",
      "import { freemem, totalmem } from 'node:os';",
    ],
    ['metrics.ts', 'this.set(freemem());', 'this.set(freemem() / totalmem());'],
  ),
];
