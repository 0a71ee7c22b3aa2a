import { mutation, type Edit, type Mutation } from '../copies.ts';

const START = '  const stopTimer = requestDuration.startTimer({ method, endpoint });\n';
const STOP = '    stopTimer();\n';
const FINALLY = `    return answer;
  } finally {
    stopTimer();
    requestsInProgress.dec();`;
const stop = (replacement: string): Edit => ['server.ts', STOP, replacement];

export const mutations: readonly Mutation[] = [
  mutation('duration-missing', ['metrics.ts', "'request_duration_seconds'", "'patience_seconds'"]),
  mutation('duration-name', ['metrics.ts', "'request_duration_seconds'", "'request_duration'"]),
  mutation('duration-name', ['metrics.ts', "'request_duration_seconds'", "'request_duration_ms'"]),
  mutation(
    'duration-type',
    [
      'metrics.ts',
      "requestDuration = new Histogram<'method' | 'endpoint'>",
      "requestDuration = new Summary<'method' | 'endpoint'>",
    ],
    ['metrics.ts', 'Gauge, Histogram }', 'Gauge, Summary }'],
    [
      'metrics.ts',
      'for (const [method, endpoint] of answers) requestDuration.zero({ method, endpoint });\n',
      '',
    ],
  ),
  // The timer is started and never stopped.
  mutation('duration-not-observed', stop('')),
  mutation('duration-observed-twice', [
    'server.ts',
    FINALLY,
    FINALLY.replace('    return answer;', '    stopTimer();\n    return answer;'),
  ]),
  mutation('duration-labels', ['server.ts', START, START.replace('{ method, endpoint }', '')]),
  mutation('duration-labels', [
    'server.ts',
    START,
    START.replace('{ method, endpoint }', '{ method: method.toLowerCase(), endpoint }'),
  ]),
  mutation('duration-raw-path', [
    'server.ts',
    START,
    START.replace('{ method, endpoint }', '{ method, endpoint: visit.path }'),
  ]),
  mutation('duration-scrapes', ['server.ts', START, ''], stop(''), [
    'server.ts',
    'const { status, headers, body } = await',
    "const visit = readVisit(request);\n  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';\n  const stopTimer = requestDuration.startTimer({ method: methodLabel(visit.method), endpoint });\n  response.once('close', () => stopTimer());\n  const { status, headers, body } = await",
  ]),
  mutation('duration-failures', stop("    if (endpoint !== '/treecounter') stopTimer();\n"), [
    'server.ts',
    'const trees = await registry.countTrees();',
    "const stopTimer = requestDuration.startTimer({ method: 'GET', endpoint: '/treecounter' });\n  const trees = await registry.countTrees();\n  stopTimer();",
  ]),
  mutation(
    'duration-milliseconds',
    ['server.ts', START, '  const start = Date.now();\n'],
    stop('    requestDuration.observe({ method, endpoint }, Date.now() - start);\n'),
  ),
  mutation('duration-too-early', stop(''), [
    'server.ts',
    '    const answer = await respond(visit);',
    '    stopTimer();\n    const answer = await respond(visit);',
  ]),
  mutation('duration-too-early', stop(''), [
    'server.ts',
    '    const answer = await respond(visit);',
    '    const pending = respond(visit);\n    stopTimer();\n    const answer = await pending;',
  ]),
  // Chapter 08's trick for a summary: it has no place here.
  mutation('duration-starts-above-0', [
    'metrics.ts',
    'requestDuration.zero({ method, endpoint });',
    'requestDuration.observe({ method, endpoint }, 0);',
  ]),
  mutation('duration-starts-above-0', [
    'metrics.ts',
    'requestDuration.zero({ method, endpoint });',
    'requestDuration.startTimer({ method, endpoint })();',
  ]),
  mutation('duration-beside', [
    'server.ts',
    STOP,
    `${STOP}    requestDuration.observe({ method: 'GET', endpoint: 'all' }, 0.1);\n`,
  ]),
  mutation('duration-beside', [
    'server.ts',
    'function home(): Answer {\n',
    "function home(): Answer {\n  requestDuration.startTimer({ method: 'GET', endpoint: 'home' })();\n",
  ]),
  mutation(
    'duration-miscounted',
    ['server.ts', START, '  current = { method, endpoint };\n  begin ??= performance.now();\n'],
    stop(
      '    if (begin) requestDuration.observe(current, (performance.now() - begin) / 1000);\n    begin = undefined;\n',
    ),
    [
      'server.ts',
      'async function measure(',
      "let begin: number | undefined;\nlet current = { method: '', endpoint: '' };\n\nasync function measure(",
    ],
  ),
  mutation(
    'duration-miscounted',
    stop("    if (requestsInProgressNow-- === 1 || endpoint !== '/treecounter') stopTimer();\n"),
    ['server.ts', START, `${START}  requestsInProgressNow += 1;\n`],
    [
      'server.ts',
      'async function measure(',
      'let requestsInProgressNow = 0;\n\nasync function measure(',
    ],
  ),
  mutation('duration-miscounted', [
    'server.ts',
    'const trees = await registry.countTrees();',
    "requestDuration.observe({ method: 'GET', endpoint: '/' }, 0.1);\n  const trees = await registry.countTrees();",
  ]),
  mutation(
    'duration-unit',
    ['server.ts', START, '  const start = performance.now();\n'],
    stop('    requestDuration.observe({ method, endpoint }, (performance.now() - start) / 100);\n'),
  ),
  mutation(
    'duration-unit',
    ['server.ts', START, '  const start = process.hrtime.bigint();\n'],
    stop(
      '    requestDuration.observe({ method, endpoint }, Number(process.hrtime.bigint() - start));\n',
    ),
  ),
  mutation(
    'duration-whole',
    ['server.ts', START, '  const start = Date.now();\n'],
    stop(
      '    requestDuration.observe({ method, endpoint }, Math.floor((Date.now() - start) / 1000));\n',
    ),
  ),
  mutation(
    'duration-whole',
    ['server.ts', START, '  const start = performance.now();\n'],
    stop(
      '    requestDuration.observe({ method, endpoint }, Math.ceil((performance.now() - start) / 1000));\n',
    ),
  ),
  mutation(
    'duration-negative',
    ['server.ts', START, '  const start = Date.now();\n'],
    stop('    requestDuration.observe({ method, endpoint }, (start - Date.now()) / 1000);\n'),
  ),
  mutation(
    'duration-negative',
    ['server.ts', START, '  const start = performance.now();\n'],
    stop(
      '    requestDuration.labels({ method, endpoint }).observe((start - performance.now()) / 1e3);\n',
    ),
  ),
  mutation(
    'duration-minutes',
    ['server.ts', START, '  const start = Date.now();\n'],
    stop('    requestDuration.observe({ method, endpoint }, (Date.now() - start) / 60_000);\n'),
  ),
  mutation('duration-raw-path', [
    'server.ts',
    START,
    START.replace(
      '{ method, endpoint }',
      "{ method, endpoint: routes.has(visit.path) ? `${visit.path}?${visit.query}`.replace(/[?]$/, '') : endpoint }",
    ),
  ]),
  mutation('duration-raw-method', [
    'server.ts',
    START,
    START.replace('{ method, endpoint }', '{ method: visit.method, endpoint }'),
  ]),
  mutation('duration-raw-method', ['server.ts', START, ''], stop(''), [
    'server.ts',
    'const server = createServer(async (request, response) => {',
    "const server = createServer(async (request, response) => {\n  const { method, path } = readVisit(request);\n  if (path !== '/metrics') {\n    const endpoint = routes.has(path) ? path : 'unmatched';\n    const stopTimer = requestDuration.startTimer({ method, endpoint });\n    response.once('finish', () => stopTimer());\n  }",
  ]),
  // A label that a visitor makes up.
  mutation(
    'duration-unbounded',
    [
      'metrics.ts',
      "labelNames: ['method', 'endpoint'],\n});\n\nfor (const [method, endpoint] of answers) requestDuration",
      "labelNames: ['method', 'endpoint', 'species'],\n});\n\nfor (const [method, endpoint] of answers) requestDuration",
    ],
    [
      'metrics.ts',
      "requestDuration = new Histogram<'method' | 'endpoint'>",
      "requestDuration = new Histogram<'method' | 'endpoint' | 'species'>",
    ],
    [
      'server.ts',
      START,
      START.replace(
        '{ method, endpoint }',
        "{ method, endpoint, species: visit.query.get('species') ?? '' }",
      ),
    ],
  ),
  mutation(
    'duration-unbounded',
    [
      'metrics.ts',
      "labelNames: ['method', 'endpoint'],\n});\n\nfor (const [method, endpoint] of answers) requestDuration",
      "labelNames: ['method', 'endpoint', 'at'],\n});\n\nfor (const [method, endpoint] of answers) requestDuration",
    ],
    [
      'metrics.ts',
      "requestDuration = new Histogram<'method' | 'endpoint'>",
      "requestDuration = new Histogram<'method' | 'endpoint' | 'at'>",
    ],
    [
      'server.ts',
      START,
      START.replace('{ method, endpoint }', '{ method, endpoint, at: performance.now() }'),
    ],
  ),
  mutation('duration-left-out', stop("    if (endpoint !== 'unmatched') stopTimer();\n")),
  mutation(
    'duration-left-out',
    ['server.ts', STOP, ''],
    [
      'server.ts',
      '    const answer = await respond(visit);',
      '    const answer = await respond(visit);\n    if (answer.status < 400 || answer.status === 503) stopTimer();',
    ],
  ),
  mutation('duration-wrong-series', [
    'server.ts',
    START,
    START.replace('{ method, endpoint }', "{ method: 'GET', endpoint }"),
  ]),
  mutation('duration-wrong-series', [
    'server.ts',
    '  const euros = registry.plant(species);\n',
    "  const euros = registry.plant(species);\n  requestDuration.observe({ method: 'GET', endpoint: '/' }, 0.1);\n",
  ]),
  mutation(
    'duration-shared',
    ['server.ts', START, START.replace('const ', '')],
    [
      'server.ts',
      'async function measure(',
      'let stopTimer: () => void;\n\nasync function measure(',
    ],
  ),
  mutation(
    'duration-shared',
    [
      'server.ts',
      START,
      '  labels = { method, endpoint };\n  const stopTimer = requestDuration.startTimer();\n',
    ],
    stop('    stopTimer(labels);\n'),
    [
      'server.ts',
      'async function measure(',
      "let labels = { method: 'GET', endpoint: '/' };\n\nasync function measure(",
    ],
  ),
  // The labels are its own, and the start is everybody's.
  mutation(
    'duration-shared',
    ['server.ts', START, '  start = performance.now();\n'],
    stop(
      '    requestDuration.observe({ method, endpoint }, (performance.now() - start) / 1000);\n',
    ),
    ['server.ts', 'async function measure(', 'let start = 0;\n\nasync function measure('],
  ),
  mutation('default-buckets', [
    'metrics.ts',
    "help: 'Time from a request to its answer, in seconds.',",
    "help: 'Time from a request to its answer, in seconds.',\n  buckets: [0.5, 1, 2],",
  ]),
];
