import { mutation, type Edit, type Mutation } from '../copies.ts';

const INC = 'requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });';
const inc = (replacement: string): Edit => ['server.ts', INC, replacement];
const endpoint = (replacement: string): Edit => [
  'server.ts',
  "const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';",
  replacement,
];

/** A router that takes /plant/ for /plant. */
const SLASH_FORGIVEN: Edit = [
  'server.ts',
  'const route = routes.get(path);',
  "const route = routes.get(path.replace(/(.)\\/$/, '$1'));",
];

/** A fourth label of requests_total. */
const furtherLabel = (hint: string, value: string): Mutation =>
  mutation(
    hint,
    ['metrics.ts', "Counter<'method' | 'endpoint' | 'status'>", 'Counter<string>'],
    ['metrics.ts', "['method', 'endpoint', 'status']", "['method', 'endpoint', 'status', 'more']"],
    ['server.ts', 'const settings =', 'let next = 0;\nconst settings ='],
    [
      'server.ts',
      'await serve(readVisit(request))',
      "await serve(readVisit(request), request.headers['user-agent'])",
    ],
    ['server.ts', 'function serve(visit: Visit)', 'function serve(visit: Visit, agent?: string)'],
    ['server.ts', 'return measure(visit);', 'return measure(visit, agent);'],
    [
      'server.ts',
      'async function measure(visit: Visit)',
      'async function measure(visit: Visit, agent?: string)',
    ],
    inc(
      `const { query } = visit;\n  void [query, agent, next];\n  requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status, more: ${value} });`,
    ),
  );

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
  mutation(
    'treecounter-otherwise',
    endpoint("const endpoint = routes.has(visit.path) ? visit.path.slice(0, 8) : 'unmatched';"),
  ),
  mutation(
    'treecounter-otherwise',
    endpoint(
      "const known = routes.has(visit.path) ? visit.path : 'unmatched';\n  const endpoint = known === '/treecounter' ? '/count' : known;",
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
  mutation('label-missing', inc('requests.inc({ method: methodLabel(visit.method), endpoint });')),
  mutation('label-missing', inc('requests.inc({ endpoint, status: answer.status });'), [
    'server.ts',
    'import { donatedEuros, methodLabel, requests }',
    'import { donatedEuros, requests }',
  ]),
  mutation(
    'label-names',
    inc('requests.inc({ method: methodLabel(visit.method), endpoint, code: answer.status });'),
    ['metrics.ts', "Counter<'method' | 'endpoint' | 'status'>", 'Counter<string>'],
    ['metrics.ts', "['method', 'endpoint', 'status']", "['method', 'endpoint', 'status', 'code']"],
  ),
  mutation(
    'label-swapped',
    inc('requests.labels(endpoint, methodLabel(visit.method), `${answer.status}`).inc();'),
  ),
  mutation(
    'label-swapped',
    inc(
      'requests.inc({ method: methodLabel(visit.method), endpoint: `${answer.status}`, status: endpoint });',
    ),
  ),
  mutation(
    'method-wrong',
    inc("requests.inc({ method: 'request', endpoint, status: answer.status });"),
  ),
  mutation('method-wrong', ['metrics.ts', "? method : 'other'", "? `HTTP ${method}` : 'other'"]),
  mutation('answer-without-labels', inc(`if (answer.status < 400) ${INC}\n  else requests.inc();`)),
  mutation(
    'answer-without-labels',
    inc(
      `if (visit.method !== 'POST') ${INC}\n  else requests.inc({ method: 'POST', status: answer.status });`,
    ),
  ),
  mutation(
    'labels-shared',
    ['server.ts', 'const settings =', "let endpoint = '';\nconst settings ="],
    ['server.ts', '  const answer = await respond(visit);\n', ''],
    endpoint(
      "endpoint = routes.has(visit.path) ? visit.path : 'unmatched';\n  const answer = await respond(visit);",
    ),
  ),
  mutation(
    'labels-shared',
    ['server.ts', 'const settings =', 'let current: Visit;\nconst settings ='],
    [
      'server.ts',
      '  const answer = await respond(visit);',
      '  current = visit;\n  const answer = await respond(visit);',
    ],
    inc('requests.inc({ method: methodLabel(current.method), endpoint, status: answer.status });'),
  ),
  mutation(
    'unmatched-route',
    endpoint(
      "const path = visit.path.replace(/(.)\\/$/, '$1');\n  const endpoint = routes.has(path) ? path : 'unmatched';",
    ),
  ),
  mutation(
    'unmatched-route',
    endpoint(
      "const path = visit.path.toLowerCase();\n  const endpoint = routes.has(path) ? path : 'unmatched';",
    ),
  ),
  mutation(
    'unmatched-labels',
    endpoint(
      "const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';\n  const status = endpoint === 'unmatched' ? 'unmatched' : answer.status;",
    ),
    inc('requests.inc({ method: methodLabel(visit.method), endpoint, status });'),
  ),
  mutation(
    'unmatched-labels',
    inc(`if (endpoint !== 'unmatched') ${INC}\n  else requests.inc({ endpoint, status: 404 });`),
  ),
  // A thousand classes are as many series.
  mutation(
    'unmatched-several',
    endpoint(
      'const hash = [...visit.path].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 1000, 7);\n  const endpoint = routes.has(visit.path) ? visit.path : `unmatched-${hash}`;',
    ),
  ),
  mutation(
    'unmatched-several',
    endpoint(
      'const endpoint = routes.has(visit.path) ? visit.path : `unmatched ${visit.path.length}`;',
    ),
  ),
  mutation(
    'raw-path',
    endpoint(
      "const endpoint = routes.has(visit.path) ? visit.path : `/${visit.path.split('/')[1]}`;",
    ),
  ),
  mutation('raw-method', [
    'metrics.ts',
    "? method : 'other'",
    '? method : `other ${method.length}`',
  ]),
  mutation(
    'method-labels',
    endpoint(
      "const known = routes.has(visit.path) && answer.status !== 405;\n  const endpoint = known ? visit.path : 'unmatched';",
    ),
  ),
  mutation(
    'method-labels',
    inc(
      'requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status === 405 ? 404 : answer.status });',
    ),
  ),
  ...[
    "query.get('species') ?? ''",
    "agent ?? ''",
    'new Date().toISOString()',
    '`${Math.floor(Date.now() / 1000)}`',
    'new Date().toISOString().slice(0, 10)',
    '`${next++}`',
  ].map((value) => furtherLabel('label-unbounded', value)),
  furtherLabel('label-message', "/<p>([^<]*)/.exec(answer.body)?.[1] ?? ''"),
  furtherLabel('label-message', "answer.status === 409 ? 'No tree of it stands.' : 'ok'"),
  // Somebody asks for nothing, and is counted.
  mutation('zeros-not-zero', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    "await listen(server, settings, 'PORT');\nrequests.inc({ method: 'HEAD', endpoint: '/', status: 200 });",
  ]),
  mutation(
    'endpoint-spelling',
    endpoint(
      "const endpoint = routes.has(visit.path) ? visit.path.replace(/(\\w)$/, '$1/') : 'unmatched';",
    ),
  ),
  mutation(
    'endpoint-spelling',
    endpoint("const endpoint = routes.has(visit.path) ? visit.path.toUpperCase() : 'unmatched';"),
  ),
  mutation('route-otherwise', SLASH_FORGIVEN),
  mutation(
    'route-otherwise',
    SLASH_FORGIVEN,
    endpoint(
      "const known = routes.has(visit.path) || visit.path === '/plant/';\n  const endpoint = known ? visit.path : 'unmatched';",
    ),
  ),
];
