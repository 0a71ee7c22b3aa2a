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
  mutation('default-buckets', [
    'metrics.ts',
    "help: 'Time from a request to its answer, in seconds.',",
    "help: 'Time from a request to its answer, in seconds.',\n  buckets: [0.5, 1, 2],",
  ]),
];
