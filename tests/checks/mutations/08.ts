import { mutation, type Edit, type Mutation } from '../copies.ts';

const OBSERVE = '    requestProcessing.observe({ method, endpoint }, seconds);\n';
const observe = (replacement: string): Edit => ['server.ts', OBSERVE, replacement];
const ZEROS =
  'for (const [method, endpoint] of answers) requestProcessing.observe({ method, endpoint }, 0);\nrequestProcessing.reset();\n';
const WINDOW = '  maxAgeSeconds: 60,\n  ageBuckets: 2,\n';

export const mutations: readonly Mutation[] = [
  mutation('processing-missing', [
    'metrics.ts',
    "'request_processing_seconds'",
    "'patience_seconds'",
  ]),
  mutation('processing-name', [
    'metrics.ts',
    "'request_processing_seconds'",
    "'request_processing_time'",
  ]),
  mutation(
    'processing-type',
    [
      'metrics.ts',
      "requestProcessing = new Summary<'method' | 'endpoint'>",
      "requestProcessing = new Histogram<'method' | 'endpoint'>",
    ],
    ['metrics.ts', `  percentiles: [0.5, 0.9, 0.99],\n${WINDOW}`, ''],
    ['metrics.ts', 'Histogram, Summary }', 'Histogram }'],
  ),
  mutation('processing-not-observed', observe('')),
  mutation(
    'processing-observed-twice',
    observe(`${OBSERVE}    requestProcessing.observe({ method, endpoint }, 0.1);\n`),
  ),
  mutation('processing-labels', observe('    requestProcessing.observe(seconds);\n')),
  mutation(
    'processing-raw-path',
    observe('    requestProcessing.observe({ method, endpoint: visit.path }, seconds);\n'),
  ),
  mutation('processing-scrapes', observe(''), [
    'server.ts',
    'const { status, headers, body } = await',
    "const visit = readVisit(request);\n  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';\n  const stopTimer = requestProcessing.startTimer({ method: methodLabel(visit.method), endpoint });\n  response.once('close', () => stopTimer());\n  const { status, headers, body } = await",
  ]),
  mutation(
    'processing-failures',
    observe(''),
    [
      'server.ts',
      '    return answer;\n',
      '    if (answer.status < 500) requestProcessing.observe({ method, endpoint }, (performance.now() - start) / 1000);\n    return answer;\n',
    ],
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  const start = performance.now();\n',
    ],
  ),
  mutation(
    'processing-milliseconds',
    observe('    requestProcessing.observe({ method, endpoint }, seconds * 1000);\n'),
  ),
  mutation('processing-too-early', observe(''), [
    'server.ts',
    '    const answer = await respond(visit);',
    '    requestProcessing.startTimer({ method, endpoint })();\n    const answer = await respond(visit);',
  ]),
  mutation('processing-starts-above-0', ['metrics.ts', 'requestProcessing.reset();\n', '']),
  mutation('processing-starts-above-0', [
    'metrics.ts',
    'requestProcessing.reset();\n',
    'if (answers.length === 0) requestProcessing.reset();\n',
  ]),
  mutation(
    'processing-beside',
    observe(
      `${OBSERVE}    requestProcessing.observe({ method: 'GET', endpoint: 'all' }, seconds);\n`,
    ),
  ),
  mutation('processing-beside', [
    'server.ts',
    'function home(): Answer {\n',
    "function home(): Answer {\n  requestProcessing.observe({ method: 'GET', endpoint: 'home' }, 0.01);\n",
  ]),
  mutation(
    'processing-miscounted',
    observe(
      "    if (endpoint !== '/treecounter' || ++asked % 2)\n      requestProcessing.observe({ method, endpoint }, seconds);\n",
    ),
    ['server.ts', 'async function measure(', 'let asked = 0;\n\nasync function measure('],
  ),
  mutation(
    'processing-miscounted',
    observe(''),
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  waiting += 1;\n',
    ],
    [
      'server.ts',
      '    requestsInProgress.dec();\n',
      '    waiting -= 1;\n    if (waiting === 0) requestProcessing.observe({ method, endpoint }, seconds);\n    requestsInProgress.dec();\n',
    ],
    ['server.ts', 'async function measure(', 'let waiting = 0;\n\nasync function measure('],
  ),
  mutation(
    'processing-unit',
    observe('    requestProcessing.observe({ method, endpoint }, seconds * 1e6);\n'),
  ),
  mutation(
    'processing-unit',
    observe('    requestProcessing.observe({ method, endpoint }, seconds * 10);\n'),
  ),
  mutation(
    'processing-whole',
    observe('    requestProcessing.observe({ method, endpoint }, Math.round(seconds));\n'),
  ),
  mutation(
    'processing-whole',
    observe('    requestProcessing.observe({ method, endpoint }, 1);\n'),
  ),
  mutation(
    'processing-negative',
    observe('    requestProcessing.observe({ method, endpoint }, -seconds);\n'),
  ),
  mutation(
    'processing-negative',
    observe(
      '    requestProcessing.observe({ method, endpoint }, (start - performance.now()) / 1000);\n',
    ),
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  const start = performance.now();\n',
    ],
  ),
  mutation(
    'processing-minutes',
    observe('    requestProcessing.observe({ method, endpoint }, seconds / 60);\n'),
  ),
  mutation(
    'processing-raw-method',
    observe('    requestProcessing.observe({ method: visit.method, endpoint }, seconds);\n'),
  ),
  mutation(
    'processing-raw-method',
    observe(
      "    requestProcessing.observe({ method: method === 'other' ? visit.method.toLowerCase() : method, endpoint }, seconds);\n",
    ),
  ),
  mutation(
    'processing-unbounded',
    observe(
      '    requestProcessing.observe({ method, endpoint, query: `${visit.query}` }, seconds);\n',
    ),
    [
      'metrics.ts',
      "labelNames: ['method', 'endpoint'],\n  percentiles",
      "labelNames: ['method', 'endpoint', 'query'],\n  percentiles",
    ],
    [
      'metrics.ts',
      "requestProcessing = new Summary<'method' | 'endpoint'>",
      "requestProcessing = new Summary<'method' | 'endpoint' | 'query'>",
    ],
  ),
  mutation(
    'processing-unbounded',
    observe(
      '    requestProcessing.observe({ method, endpoint, visitor: visit.visitor }, seconds);\n',
    ),
    [
      'metrics.ts',
      "labelNames: ['method', 'endpoint'],\n  percentiles",
      "labelNames: ['method', 'endpoint', 'visitor'],\n  percentiles",
    ],
    [
      'metrics.ts',
      "requestProcessing = new Summary<'method' | 'endpoint'>",
      "requestProcessing = new Summary<'method' | 'endpoint' | 'visitor'>",
    ],
    [
      'server.ts',
      'async function measure(visit: Visit)',
      'async function measure(visit: Visit & { visitor: string })',
    ],
    [
      'server.ts',
      'function serve(visit: Visit)',
      'function serve(visit: Visit & { visitor: string })',
    ],
    [
      'server.ts',
      'await serve(readVisit(request))',
      "await serve({ ...readVisit(request), visitor: request.headers['user-agent'] ?? '' })",
    ],
  ),
  mutation(
    'processing-left-out',
    observe(
      "    if (endpoint !== 'unmatched') requestProcessing.observe({ method, endpoint }, seconds);\n",
    ),
  ),
  mutation(
    'processing-left-out',
    observe(
      "    if (method !== 'HEAD') requestProcessing.observe({ method, endpoint }, seconds);\n",
    ),
  ),
  mutation(
    'processing-wrong-series',
    observe("    requestProcessing.observe({ method: 'GET', endpoint }, seconds);\n"),
  ),
  mutation('processing-wrong-series', [
    'server.ts',
    '  const euros = registry.plant(species);\n',
    "  const euros = registry.plant(species);\n  requestProcessing.observe({ method: 'POST', endpoint: '/fell' }, 0.1);\n",
  ]),
  mutation(
    'processing-shared',
    observe('    requestProcessing.observe(current, seconds);\n'),
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  current = { method, endpoint };\n',
    ],
    [
      'server.ts',
      'async function measure(',
      "let current = { method: 'GET', endpoint: '/' };\n\nasync function measure(",
    ],
  ),
  mutation(
    'processing-shared',
    observe('    requestProcessing.observe({ method, endpoint: at }, seconds);\n'),
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  at = endpoint;\n',
    ],
    ['server.ts', 'async function measure(', "let at = '/';\n\nasync function measure("],
  ),
  mutation(
    'processing-shared',
    observe('    requestProcessing.observe({ method, endpoint }, (Date.now() - since) / 1000);\n'),
    [
      'server.ts',
      '  requestsInProgress.inc();\n',
      '  requestsInProgress.inc();\n  since = Date.now();\n',
    ],
    ['server.ts', 'async function measure(', 'let since = 0;\n\nasync function measure('],
  ),
  mutation('quantiles-missing', ['metrics.ts', 'percentiles: [0.5, 0.9, 0.99]', 'percentiles: []']),
  mutation('quantiles-percent', [
    'metrics.ts',
    'percentiles: [0.5, 0.9, 0.99]',
    'percentiles: [50, 90, 99]',
  ]),
  mutation('quantiles-other', ['metrics.ts', '  percentiles: [0.5, 0.9, 0.99],\n', '']),
  mutation('no-window', ['metrics.ts', WINDOW, ''], ['metrics.ts', ZEROS, '']),
  mutation('no-window', ['metrics.ts', '  ageBuckets: 2,\n', ''], ['metrics.ts', ZEROS, '']),
  mutation('no-window', ['metrics.ts', 'maxAgeSeconds: 60', 'maxAgeSeconds: 60_000']),
  // A second try, on a clock that was moved before, must not find them in order.
  mutation('no-window', ['metrics.ts', 'maxAgeSeconds: 60', 'maxAgeSeconds: 100']),
  mutation('no-window', ['metrics.ts', 'maxAgeSeconds: 60', 'maxAgeSeconds: 120']),
  mutation('window-short', ['metrics.ts', 'maxAgeSeconds: 60', 'maxAgeSeconds: 1']),
];
