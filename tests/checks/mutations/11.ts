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

export const mutations: readonly Mutation[] = [
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
  mutation('metrics-still-public', PUBLIC, IMPORT),
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
