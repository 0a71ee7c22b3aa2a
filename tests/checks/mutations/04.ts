import { mutation, type Edit, type Mutation } from '../copies.ts';

const INC = 'requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });';
const inc = (replacement: string): Edit => ['server.ts', INC, replacement];
const endpoint = (replacement: string): Edit => [
  'server.ts',
  "const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';",
  replacement,
];

export const mutations: readonly Mutation[] = [
  mutation('inc-without-labels', inc('requests.inc();')),
  {
    ...mutation(
      'label-names',
      [
        'server.ts',
        INC,
        'requests.inc({ method: methodLabel(visit.method), path: endpoint, code: answer.status });',
      ],
      [
        'metrics.ts',
        "Counter<'method' | 'endpoint' | 'status'>",
        "Counter<'method' | 'path' | 'code'>",
      ],
      [
        'metrics.ts',
        "labelNames: ['method', 'endpoint', 'status']",
        "labelNames: ['method', 'path', 'code']",
      ],
      [
        'metrics.ts',
        'requests.inc({ method, endpoint, status }, 0)',
        'requests.inc({ method, path: endpoint, code: status }, 0)',
      ],
    ),
  },
  mutation(
    'label-case',
    inc('requests.inc({ method: visit.method.toLowerCase(), endpoint, status: answer.status });'),
  ),
  mutation(
    'status-wrong',
    inc(
      'requests.inc({ method: methodLabel(visit.method), endpoint, status: `${Math.floor(answer.status / 100)}xx` });',
    ),
  ),
  mutation(
    'status-wrong',
    inc(
      "requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status < 400 ? 'ok' : 'error' });",
    ),
  ),
  mutation(
    'endpoint-wrong',
    inc(
      "requests.inc({ method: methodLabel(visit.method), endpoint: endpoint.slice(1) || 'home', status: answer.status });",
    ),
  ),
  mutation(
    'query-in-label',
    ['server.ts', 'serve(readVisit(request))', "serve(readVisit(request), request.url ?? '/')"],
    ['server.ts', 'function serve(visit: Visit)', 'function serve(visit: Visit, target: string)'],
    ['server.ts', 'return measure(visit);', 'return measure(visit, target);'],
    [
      'server.ts',
      'async function measure(visit: Visit)',
      'async function measure(visit: Visit, target: string)',
    ],
    endpoint("const endpoint = routes.has(visit.path) ? target : 'unmatched';"),
  ),
  mutation(
    'status-fixed',
    inc('requests.inc({ method: methodLabel(visit.method), endpoint, status: 200 });'),
  ),
  mutation(
    'endpoint-fixed',
    inc(
      "requests.inc({ method: methodLabel(visit.method), endpoint: '/', status: answer.status });",
    ),
  ),
  mutation(
    'method-fixed',
    inc("requests.inc({ method: 'GET', endpoint, status: answer.status });"),
  ),
  mutation(
    'success-too-early',
    inc(
      "if (visit.path !== '/treecounter') requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });",
    ),
    [
      'server.ts',
      'const trees = await registry.countTrees();',
      "requests.inc({ method: 'GET', endpoint: '/treecounter', status: 200 });\n  const trees = await registry.countTrees();",
    ],
  ),
  mutation(
    'failure-otherwise',
    inc(
      'requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status === 503 ? 500 : answer.status });',
    ),
  ),
  mutation('raw-path', endpoint('const endpoint = visit.path;')),
  mutation(
    'unmatched-value',
    endpoint("const endpoint = routes.has(visit.path) ? visit.path : 'other';"),
  ),
  mutation('head-label', [
    'metrics.ts',
    "['GET', 'HEAD', 'POST'].includes(method)",
    "['GET', 'POST'].includes(method)",
  ]),
  mutation('head-label', [
    'metrics.ts',
    "return ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other';",
    "if (method === 'HEAD') return 'GET';\n  return ['GET', 'POST'].includes(method) ? method : 'other';",
  ]),
  mutation(
    'raw-method',
    inc('requests.inc({ method: visit.method, endpoint, status: answer.status });'),
  ),
  mutation('other-value', ['metrics.ts', "method : 'other'", "method : 'OTHER'"]),
  mutation('no-zeros', [
    'metrics.ts',
    '  for (const status of statuses) requests.inc({ method, endpoint, status }, 0);\n',
    '  for (const status of statuses) requests.labels({ method, endpoint, status: `${status}` });\n',
  ]),
  mutation('some-zeros-missing', [
    'metrics.ts',
    "['GET', '/treecounter', 200, 500, 503]",
    "['GET', '/treecounter', 200, 500]",
  ]),
  // As if nothing could go wrong in a page that asks nobody.
  mutation('some-zeros-missing', ['metrics.ts', "['GET', '/', 200, 500]", "['GET', '/', 200]"]),
  mutation('zeros-not-zero', [
    'metrics.ts',
    'requests.inc({ method, endpoint, status }, 0)',
    'requests.inc({ method, endpoint, status })',
  ]),
];
