import { mutation, type Edit, type Mutation } from '../copies.ts';

const SERVER = `const server = createServer(async (request, response) => {
  const { status, headers, body } = await measure(readVisit(request));`;

/** The route of the steps before, beside the new port. */
const PUBLIC: Edit = [
  'server.ts',
  SERVER,
  SERVER.replace(
    '\n',
    "\n  if (request.url === '/metrics') {\n    response.writeHead(200, { 'Content-Type': register.contentType });\n    return void response.end(await register.metrics());\n  }\n",
  ),
];
const IMPORT: Edit = [
  'server.ts',
  "import { startMetricsServer } from './metrics-server.ts';",
  "import { register } from 'prom-client';\nimport { startMetricsServer } from './metrics-server.ts';",
];

/** The same as a route like the others, which is measured. */
const ROUTE: readonly Edit[] = [
  [
    'server.ts',
    "  ['/fell', { POST: fell }],\n",
    "  ['/fell', { POST: fell }],\n  ['/metrics', { GET: metrics }],\n",
  ],
  [
    'server.ts',
    'function home(): Answer {',
    "async function metrics(): Promise<Answer> {\n  const headers = { 'Content-Type': register.contentType };\n  return { status: 200, headers, body: await register.metrics() };\n}\n\nfunction home(): Answer {",
  ],
];

const FORGOTTEN: Edit = ['server.ts', 'await startMetricsServer(settings);\n', ''];

export const mutations: readonly Mutation[] = [
  mutation(
    'ports-swapped',
    ['server.ts', "listen(server, settings, 'PORT')", "listen(server, settings, 'METRICS_PORT')"],
    [
      'metrics-server.ts',
      "listen(server, settings, 'METRICS_PORT'",
      "listen(server, settings, 'PORT'",
    ],
    ['metrics-server.ts', 'readonly METRICS_PORT: number', 'readonly PORT: number'],
  ),
  mutation('ports-swapped', [
    'server.ts',
    'const settings = readSettings({ PORT: 8000, METRICS_PORT: 8001 });',
    'const given = readSettings({ PORT: 8000, METRICS_PORT: 8001 });\nconst settings = { ...given, PORT: given.METRICS_PORT, METRICS_PORT: given.PORT };',
  ]),
  mutation('metrics-nowhere', FORGOTTEN, [
    'server.ts',
    "import { startMetricsServer } from './metrics-server.ts';\n",
    '',
  ]),
  mutation('metrics-nowhere', [
    'server.ts',
    'await startMetricsServer(settings);\n',
    'if (settings.METRICS_PORT < 1024) await startMetricsServer(settings);\n',
  ]),
  // A number of its own, of which it says nothing.
  mutation(
    'metrics-elsewhere',
    [
      'metrics-server.ts',
      "  await listen(server, settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });\n",
      '  void settings;\n  server.listen(0).unref();\n',
    ],
    ['metrics-server.ts', 'import { listen, readVisit }', 'import { readVisit }'],
  ),
  mutation('metrics-open-to-all', [
    'server.ts',
    'startMetricsServer(settings)',
    "startMetricsServer({ ...settings, HOST: '0.0.0.0' })",
  ]),
  mutation(
    'metrics-open-to-all',
    [
      'metrics-server.ts',
      "  await listen(server, settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });\n",
      '  await new Promise<void>((resolve) => server.listen(settings.METRICS_PORT, resolve));\n',
    ],
    ['metrics-server.ts', 'import { listen, readVisit }', 'import { readVisit }'],
  ),
  mutation('metrics-elsewhere', [
    'server.ts',
    'startMetricsServer(settings)',
    'startMetricsServer({ ...settings, METRICS_PORT: 0 })',
  ]),
  mutation('metrics-elsewhere', [
    'server.ts',
    'readSettings({ PORT: 8000, METRICS_PORT: 8001 })',
    "readSettings({ PORT: 8000 }) as ReturnType<typeof readSettings<'PORT' | 'METRICS_PORT'>>",
  ]),
  mutation('metrics-wrong-path', ['metrics-server.ts', "path !== '/metrics'", "path !== '/'"]),
  mutation('metrics-wrong-path', [
    'metrics-server.ts',
    "path !== '/metrics'",
    "path !== '/metrics/'",
  ]),
  mutation('metrics-port-empty', [
    'metrics-server.ts',
    "import { register } from 'prom-client';",
    "import { Registry } from 'prom-client';\nconst register = new Registry();",
  ]),
  mutation('metrics-port-empty', [
    'metrics-server.ts',
    'const metrics = await register.metrics();',
    'const metrics = `# ${register.contentType}\\n`;',
  ]),
  mutation(
    'metrics-same-handler',
    FORGOTTEN,
    [
      'server.ts',
      "await listen(server, settings, 'PORT');\n",
      "await listen(server, settings, 'PORT');\nawait listen(createServer(server.listeners('request')[0] as () => void), settings, 'METRICS_PORT');\n",
    ],
    ['server.ts', "import { startMetricsServer } from './metrics-server.ts';\n", ''],
  ),
  mutation(
    'metrics-same-handler',
    [
      'metrics-server.ts',
      "if (path !== '/metrics')",
      "if (path === '/') {\n      response.writeHead(200, { 'Content-Type': 'text/html' }).end(homePage());\n    } else if (path.length > 0)",
    ],
    ['metrics-server.ts', 'import { listen, readVisit }', 'import { homePage, listen, readVisit }'],
  ),
  mutation('metrics-port-fails', [
    'metrics-server.ts',
    'const metrics = await register.metrics();',
    'if (path) return void response.writeHead(503).end();\n        const metrics = await register.metrics();',
  ]),
  mutation('metrics-port-fails', [
    'metrics-server.ts',
    'const metrics = await register.metrics();',
    'const metrics = await new Promise<string>((_, reject) => reject());',
  ]),
  mutation(
    'scrape-exception-left',
    ['server.ts', 'await measure(readVisit(request))', 'await serve(readVisit(request))'],
    [
      'server.ts',
      'const server = createServer(',
      "function serve(visit: Visit): Promise<Answer> {\n  return visit.path === '/metrics' ? respond(visit) : measure(visit);\n}\n\nconst server = createServer(",
    ],
  ),
  mutation('scrape-exception-left', [
    'server.ts',
    '    requestProcessing.observe({ method, endpoint }, seconds);\n',
    "    if (visit.path !== '/metrics') requestProcessing.observe({ method, endpoint }, seconds);\n",
  ]),
  mutation(
    'metrics-port-silent',
    ['server.ts', 'await startMetricsServer(settings);\n', ''],
    PUBLIC,
    [
      'server.ts',
      "import { startMetricsServer } from './metrics-server.ts';",
      "import { register } from 'prom-client';",
    ],
  ),
  mutation(
    'metrics-port-fixed',
    [
      'server.ts',
      'startMetricsServer(settings)',
      'startMetricsServer({ ...settings, METRICS_PORT: 0 })',
    ],
    PUBLIC,
    IMPORT,
  ),
  mutation(
    'metrics-port-path',
    ['metrics-server.ts', "path !== '/metrics'", "path !== '/'"],
    PUBLIC,
    IMPORT,
  ),
  mutation(
    'metrics-not-moved',
    FORGOTTEN,
    [
      'server.ts',
      "import { startMetricsServer } from './metrics-server.ts';",
      "import { register } from 'prom-client';",
    ],
    ...ROUTE,
  ),
  mutation('metrics-not-moved', IMPORT, ...ROUTE, [
    'metrics-server.ts',
    "path !== '/metrics'",
    "path !== '/'",
  ]),
  mutation('metrics-still-public', PUBLIC, IMPORT),
  // The route is left, and the exception for scrapes is gone: now they are counted as visits, too.
  mutation('metrics-still-public', IMPORT, ...ROUTE),
  mutation('metrics-still-public', [
    'server.ts',
    "  ['/fell', { POST: fell }],\n",
    "  ['/fell', { POST: fell }],\n  ['/metrics', { GET: () => failure(403, 'The metrics have moved.') }],\n",
  ]),
  mutation('metrics-still-public', [
    'server.ts',
    "  ['/fell', { POST: fell }],\n",
    "  ['/fell', { POST: fell }],\n  ['/metrics', { GET: home }],\n",
  ]),
  mutation(
    'pages-on-metrics-port',
    [
      'metrics-server.ts',
      'response.writeHead(404).end();',
      "response.writeHead(200, { 'Content-Type': 'text/html' }).end(homePage());",
    ],
    ['metrics-server.ts', 'import { listen, readVisit }', 'import { homePage, listen, readVisit }'],
  ),
];
