import { mutation, type Edit, type Mutation } from '../copies.ts';

const WRAPPED = `const countTrees = timed(
  registryDuration,
  countExceptions(registryExceptions, registry.countTrees),
);`;
const wrapped = (replacement: string): Edit => ['server.ts', WRAPPED, replacement];
/** A wrapper that only knows what is thrown and returned at once. */
const SYNCHRONOUS: Edit = [
  'instrument.ts',
  `      if (result instanceof Promise) {
        result.then(
          () => end(false),
          () => end(true),
        );
      } else {
        end(false);
      }
      return result;`,
  '      end(false);\n      return result;',
];
const PROGRESS: readonly Edit[] = [
  [
    'server.ts',
    'const measure = trackInProgress(requestsInProgress, async (visit: Visit): Promise<Answer> => {',
    'const measure = async (visit: Visit): Promise<Answer> => {\n  requestsInProgress.inc();',
  ],
  [
    'server.ts',
    '    requestProcessing.observe({ method, endpoint }, seconds);\n  }\n});',
    '    requestProcessing.observe({ method, endpoint }, seconds);\n    requestsInProgress.dec();\n  }\n};',
  ],
  [
    'server.ts',
    'import { countExceptions, timed, trackInProgress }',
    'import { countExceptions, timed }',
  ],
];

export const mutations: readonly Mutation[] = [
  mutation('exceptions-missing', ['metrics.ts', "'registry_exceptions_total'", "'mishaps_total'"]),
  mutation('exceptions-name', [
    'metrics.ts',
    "'registry_exceptions_total'",
    "'registry_exceptions'",
  ]),
  mutation('exceptions-name', [
    'metrics.ts',
    "'registry_exceptions_total'",
    "'registry_errors_total'",
  ]),
  mutation('exceptions-type', [
    'metrics.ts',
    'registryExceptions = new Counter(',
    'registryExceptions = new Gauge(',
  ]),
  mutation(
    'exceptions-no-zero',
    [
      'metrics.ts',
      "help: 'Questions that the tree registry failed to answer.',",
      "help: 'Questions that the tree registry failed to answer.',\n  labelNames: ['error'],",
    ],
    wrapped(
      "const countTrees = timed(\n  registryDuration,\n  countExceptions({ inc: () => registryExceptions.inc({ error: 'RegistryError' }) }, registry.countTrees),\n);",
    ),
  ),
  mutation(
    'exceptions-not-counted',
    wrapped('const countTrees = timed(registryDuration, registry.countTrees);'),
  ),
  mutation('exceptions-not-counted', SYNCHRONOUS, ...PROGRESS),
  mutation('exceptions-not-counted', [
    'server.ts',
    'const trees = await countTrees();',
    'const trees = await registry.countTrees();',
  ]),
  mutation('exceptions-all-calls', [
    'instrument.ts',
    '    if (threw) counter.inc();',
    '    counter.inc();',
  ]),
  mutation(
    'exceptions-doubled',
    wrapped(
      'const countTrees = timed(\n  registryDuration,\n  countExceptions(registryExceptions, countExceptions(registryExceptions, registry.countTrees)),\n);',
    ),
  ),
  mutation('registry-missing', ['metrics.ts', "'registry_duration_seconds'", "'upstream_seconds'"]),
  mutation('registry-name', ['metrics.ts', "'registry_duration_seconds'", "'registry_duration'"]),
  mutation(
    'registry-type',
    ['metrics.ts', 'registryDuration = new Histogram(', 'registryDuration = new Summary('],
    [
      'metrics.ts',
      "help: 'Time that the tree registry took to answer, in seconds.',\n  buckets,",
      "help: 'Time that the tree registry took to answer, in seconds.',",
    ],
  ),
  mutation(
    'registry-not-timed',
    wrapped(
      'const countTrees = countExceptions(registryExceptions, registry.countTrees);\ntimed(registryDuration, registry.countTrees);',
    ),
  ),
  mutation(
    'registry-failures',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const stopTimer = registryDuration.startTimer();\n  const trees = await ask();\n  stopTimer();\n  return trees;\n}',
    ),
  ),
  mutation(
    'registry-twice',
    wrapped(
      'const countTrees = timed(\n  registryDuration,\n  timed(registryDuration, countExceptions(registryExceptions, registry.countTrees)),\n);',
    ),
  ),
  mutation(
    'registry-milliseconds',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = performance.now();\n  return ask().finally(() => registryDuration.observe(performance.now() - start));\n}',
    ),
  ),
  mutation(
    'registry-too-early',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nfunction countTrees(): Promise<number> {\n  const stopTimer = registryDuration.startTimer();\n  try {\n    return ask();\n  } finally {\n    stopTimer();\n  }\n}',
    ),
  ),
  mutation(
    'registry-times-all',
    wrapped('const countTrees = countExceptions(registryExceptions, registry.countTrees);'),
    [
      'server.ts',
      'async function respond(visit: Visit)',
      'const respond = timed(registryDuration, answerOf);\n\nasync function answerOf(visit: Visit)',
    ],
  ),
  mutation('registry-buckets', [
    'metrics.ts',
    "help: 'Time that the tree registry took to answer, in seconds.',\n  buckets,",
    "help: 'Time that the tree registry took to answer, in seconds.',",
  ]),
];
