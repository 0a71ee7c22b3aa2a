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
  mutation(
    'exceptions-some',
    wrapped(
      'let failures = 0;\nconst countTrees = timed(\n  registryDuration,\n  countExceptions({ inc: () => failures++ % 2 && registryExceptions.inc() }, registry.countTrees),\n);',
    ),
  ),
  // One mark for all who wait at the same time.
  mutation(
    'exceptions-some',
    wrapped(
      'let failed = false;\nconst countTrees = timed(registryDuration, async () => {\n  try {\n    return await registry.countTrees();\n  } catch (error) {\n    if (!failed) registryExceptions.inc();\n    failed = true;\n    throw error;\n  }\n});',
    ),
    ['server.ts', 'import { countExceptions, timed,', 'import { timed,'],
  ),
  mutation('exceptions-others', [
    'server.ts',
    '  const euros = registry.plant(species);\n',
    '  const euros = registry.plant(species);\n  registryExceptions.inc();\n',
  ]),
  // Counted where the pages of all errors are made.
  mutation(
    'exceptions-others',
    wrapped('const countTrees = timed(registryDuration, registry.countTrees);'),
    ['server.ts', 'import { countExceptions, timed,', 'import { timed,'],
    [
      'server.ts',
      'headers?: OutgoingHttpHeaders): Answer {\n',
      'headers?: OutgoingHttpHeaders): Answer {\n  registryExceptions.inc();\n',
    ],
  ),
  mutation('exceptions-all-calls', [
    'instrument.ts',
    '    if (threw) counter.inc();',
    '    counter.inc();',
  ]),
  // Beside a first zero, each message makes a series.
  mutation(
    'exceptions-new-series',
    [
      'metrics.ts',
      "help: 'Questions that the tree registry failed to answer.',\n});",
      "help: 'Questions that the tree registry failed to answer.',\n  labelNames: ['message'],\n});\n\nregistryExceptions.inc(0);",
    ],
    wrapped(
      'const countTrees = timed(registryDuration, async () => {\n  try {\n    return await registry.countTrees();\n  } catch (error) {\n    registryExceptions.inc({ message: String(error) });\n    throw error;\n  }\n});',
    ),
    ['server.ts', 'import { countExceptions, timed,', 'import { timed,'],
  ),
  mutation(
    'exceptions-new-series',
    [
      'metrics.ts',
      "help: 'Questions that the tree registry failed to answer.',\n});",
      "help: 'Questions that the tree registry failed to answer.',\n  labelNames: ['error'],\n});\n\nregistryExceptions.inc({ error: 'none' }, 0);",
    ],
    wrapped(
      "const countTrees = timed(\n  registryDuration,\n  countExceptions({ inc: () => registryExceptions.inc({ error: 'RegistryError' }) }, registry.countTrees),\n);",
    ),
  ),
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
    'registry-some',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nlet stopTimer: (() => number) | undefined;\nasync function countTrees(): Promise<number> {\n  stopTimer ??= registryDuration.startTimer();\n  return ask().finally(() => {\n    stopTimer?.();\n    stopTimer = undefined;\n  });\n}',
    ),
  ),
  mutation(
    'registry-some',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nlet asking = 0;\nasync function countTrees(): Promise<number> {\n  const stopTimer = registryDuration.startTimer();\n  asking += 1;\n  return ask().finally(() => {\n    if (--asking % 2 === 0) stopTimer();\n  });\n}',
    ),
  ),
  mutation('registry-starts-above-0', [
    'metrics.ts',
    "took to answer, in seconds.',\n  buckets,\n});",
    "took to answer, in seconds.',\n  buckets,\n});\n\nregistryDuration.observe(0);",
  ]),
  mutation('registry-starts-above-0', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    "registryDuration.observe(0);\nawait listen(server, settings, 'PORT');",
  ]),
  // A failure is observed once more, and counted once more, where the page is made.
  mutation('registry-twice', [
    'server.ts',
    '  const trees = await countTrees();\n',
    '  const trees = await countTrees().catch((error) => {\n    registryExceptions.inc();\n    registryDuration.observe(0.15);\n    throw error;\n  });\n',
  ]),
  mutation(
    'registry-unit',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = performance.now();\n  return ask().finally(() => registryDuration.observe((performance.now() - start) / 100));\n}',
    ),
  ),
  mutation(
    'registry-unit',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = process.hrtime.bigint();\n  return ask().finally(() => registryDuration.observe(Number(process.hrtime.bigint() - start)));\n}',
    ),
  ),
  mutation(
    'registry-whole',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = Date.now();\n  return ask().finally(() => registryDuration.observe(Math.floor((Date.now() - start) / 1000)));\n}',
    ),
  ),
  mutation(
    'registry-whole',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  return ask().finally(() => registryDuration.observe(1));\n}',
    ),
  ),
  mutation(
    'registry-negative',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = Date.now();\n  return ask().finally(() => registryDuration.observe((start - Date.now()) / 1000));\n}',
    ),
  ),
  mutation(
    'registry-negative',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const end = registryDuration.startTimer;\n  const start = performance.now();\n  void end;\n  return ask().finally(() => registryDuration.observe(-(performance.now() - start) / 1000));\n}',
    ),
  ),
  mutation(
    'registry-twice',
    wrapped(
      'const countTrees = timed(\n  registryDuration,\n  timed(registryDuration, countExceptions(registryExceptions, registry.countTrees)),\n);',
    ),
  ),
  mutation('registry-shared', [
    'instrument.ts',
    '  return around(fn, () => {\n    const stopTimer = metric.startTimer();',
    '  let stopTimer = metric.startTimer();\n  return around(fn, () => {\n    stopTimer = metric.startTimer();',
  ]),
  mutation(
    'registry-shared',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nlet askedAt = 0;\nfunction countTrees(): Promise<number> {\n  askedAt = Date.now();\n  return ask().finally(() => registryDuration.observe((Date.now() - askedAt) / 1000));\n}',
    ),
  ),
  mutation(
    'registry-minutes',
    wrapped(
      'const ask = countExceptions(registryExceptions, registry.countTrees);\nasync function countTrees(): Promise<number> {\n  const start = performance.now();\n  return ask().finally(() => registryDuration.observe((performance.now() - start) / 60_000));\n}',
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
