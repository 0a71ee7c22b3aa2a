import { mutation, type Mutation } from '../copies.ts';

export const mutations: readonly Mutation[] = [
  mutation('no-metrics', ['server.ts', "  ['/metrics', { GET: metrics }],\n", '']),
  mutation('metrics-not-awaited', [
    'server.ts',
    'body: await register.metrics(),',
    'body: `${register.metrics()}`,',
  ]),
  mutation('metrics-not-awaited', [
    'server.ts',
    'body: await register.metrics(),',
    'body: JSON.stringify(register.metrics()),',
  ]),
  mutation('metrics-empty', ['server.ts', 'collectDefaultMetrics();\n', '']),
  mutation(
    'metrics-empty',
    [
      'server.ts',
      'collectDefaultMetrics();',
      'collectDefaultMetrics({ register: new Registry() });',
    ],
    [
      'server.ts',
      '{ collectDefaultMetrics, register }',
      '{ collectDefaultMetrics, register, Registry }',
    ],
  ),
  mutation('content-type', [
    'server.ts',
    "    headers: { 'Content-Type': register.contentType },\n",
    '',
  ]),
  mutation('content-type', [
    'server.ts',
    "'Content-Type': register.contentType",
    "'Content-Type': 'application/json'",
  ]),
  mutation(
    'default-metrics',
    [
      'server.ts',
      'collectDefaultMetrics();',
      "new Gauge({ name: 'answers', help: 'Answers.' }).set(42);",
    ],
    ['server.ts', '{ collectDefaultMetrics, register }', '{ Gauge, register }'],
  ),
  mutation('default-prefix', [
    'server.ts',
    'collectDefaultMetrics();',
    "collectDefaultMetrics({ prefix: 'treecounter_' });",
  ]),
  mutation(
    'stale-metrics',
    [
      'server.ts',
      'collectDefaultMetrics();',
      'collectDefaultMetrics();\nconst text = await register.metrics();',
    ],
    ['server.ts', 'body: await register.metrics(),', 'body: text,'],
  ),
  mutation('metrics-cleared', [
    'server.ts',
    'async function metrics(): Promise<Answer> {',
    'async function metrics(): Promise<Answer> {\n  setImmediate(() => register.clear());',
  ]),
  mutation('metrics-cleared', [
    'server.ts',
    'async function metrics(): Promise<Answer> {',
    'async function metrics(): Promise<Answer> {\n  register.clear();\n  collectDefaultMetrics();',
  ]),
];
