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
  mutation('window-short', ['metrics.ts', 'maxAgeSeconds: 60', 'maxAgeSeconds: 1']),
];
