import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import { PATIENT, type Edit } from '../checks/copies.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { compile } from '../support/compiled.ts';
import { isSolution, readDocument, ROOT, stepOf } from './document.ts';
import { folderOf, readCaption, readFiles, typeChapter, type Files } from './typing.ts';

interface Own {
  readonly edits: readonly Edit[];
  /** What is added at the end of metrics.ts. */
  readonly atEnd?: string;
}

const MEASURE = `  requestsInProgress.inc();
  try {
    const answer = await respond(visit);
    const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
    requests.inc({ method: methodLabel(visit.method), endpoint, status: answer.status });
    return answer;
  } finally {
    requestsInProgress.dec();
  }
`;

const OWN_MEASURE = `  const observe = requestDuration.startTimer();
  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
  const page = { endpoint, method: methodLabel(visit.method) };
  requestsInProgress.inc();
  try {
    const answer = await respond(visit);
    requests.inc({ ...page, status: answer.status });
    return answer;
  } finally {
    requestsInProgress.dec();
    observe(page);
  }
`;

const PROM_CLIENT = "import { collectDefaultMetrics, Counter, Gauge } from 'prom-client';";

/**
 * What somebody wrote who unfolds nothing, by chapter: other names, another order, another style,
 * as far as the text leaves it free.
 */
const OWN: Readonly<Record<string, Own>> = {
  '05': {
    edits: [
      [
        'metrics.ts',
        PROM_CLIENT,
        `${PROM_CLIENT}\nimport { SPECIES } from '#forest';\nimport os from 'node:os';`,
      ],
      ['server.ts', '  requests,\n', '  treesStanding,\n  requests,\n'],
      ['server.ts', '  donatedEuros.inc(euros);\n', '  showTrees();\n  donatedEuros.inc(euros);\n'],
      ['server.ts', '  return { status: 200, body: felledPage', '  showTrees();\n$&'],
      [
        'server.ts',
        'async function metrics()',
        'function showTrees(): void {\n  for (const species of SPECIES) {\n    treesStanding.labels(species).set(registry.trees[species].length);\n  }\n}\n\n$&',
      ],
    ],
    atEnd: `const free = new Gauge({
  name: 'host_memory_free_bytes',
  help: 'What is left.',
  collect: () => {
    free.set(os.freemem());
  },
});

export const treesStanding = new Gauge({
  help: 'Trees',
  name: 'trees_standing',
  labelNames: ['species'] as const,
});

SPECIES.forEach((name) => treesStanding.labels(name).set(0));
`,
  },
  '06': {
    edits: [
      ['metrics.ts', PROM_CLIENT, PROM_CLIENT.replace('Gauge', 'Gauge, Histogram')],
      ['server.ts', '  requests,\n', '  requests,\n  requestDuration,\n'],
      ['server.ts', MEASURE, OWN_MEASURE],
    ],
    atEnd: `const pages = ['endpoint', 'method'] as const;

export const requestDuration = new Histogram({
  labelNames: pages,
  name: 'request_duration_seconds',
  help: 'How long visitors wait.',
});

answers.forEach(([method, endpoint]) => requestDuration.zero({ method, endpoint }));
`,
  },
  '07': {
    edits: [
      [
        'metrics.ts',
        'buckets: [0.5, 1, Infinity],',
        'buckets: [0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 0.9, 1, 2],',
      ],
    ],
  },
  '08': {
    edits: [
      ['server.ts', '  requestDuration,\n', '  requestDuration,\n  requestProcessing,\n'],
      ['server.ts', '    observe(page);', '    requestProcessing.observe(page, observe(page));'],
    ],
  },
  '10': {
    edits: [
      [
        'metrics.ts',
        'collectDefaultMetrics();',
        'collectDefaultMetrics();\n\nconst LIMITS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1];',
      ],
      [
        'metrics.ts',
        'buckets: [0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 0.9, 1, 2],',
        'buckets: LIMITS,',
      ],
      ['server.ts', '{ countExceptions }', '{ countExceptions, trackInProgress, timed }'],
      ['server.ts', '  registryExceptions,\n', '  questions,\n  registryExceptions,\n'],
      [
        'server.ts',
        'registryExceptions, registry.countTrees)',
        'registryExceptions, timed(questions, registry.countTrees))',
      ],
      ['server.ts', '  requestsInProgress.inc();\n', ''],
      ['server.ts', '    requestsInProgress.dec();\n', ''],
      ['server.ts', 'async function measure(', 'async function observed('],
      [
        'server.ts',
        'function serve(',
        'const measure = trackInProgress(requestsInProgress, observed);\n\n$&',
      ],
    ],
    atEnd: `export const questions = new Histogram({
  name: 'registry_duration_seconds',
  help: 'Waiting for the registry.',
  buckets: LIMITS,
});
`,
  },
};

function write({ edits, atEnd }: Own, files: Files): void {
  for (const [file, search, replacement] of edits) {
    const text = files.get(file)!;
    expect(text.split(search), `${file}: ${search}`).toHaveLength(2);
    files.set(file, text.replace(search, replacement));
  }
  if (atEnd) files.set('metrics.ts', `${files.get('metrics.ts')}\n${atEnd}`);
}

const { chapters } = readDocument('WORKSHOP.md');
const files = readFiles(folderOf('01'));
/** The program at the end of each chapter whose solutions were never unfolded. */
const ends = new Map<string, Files>();
const failures = new Map<string, unknown>();
const folds = new Map<string, Set<string>>();

for (const chapter of chapters) {
  const step = stepOf(chapter) ?? '';
  const written = new Set<string>();
  try {
    for (const block of chapter.blocks) {
      // An exercise has many answers: tests/checks/own.test.ts tries them.
      if (!isSolution(block) || files.has('own.promql'))
        typeChapter({ ...chapter, blocks: [block] }, files);
      else if (written.size === 0) write(OWN[step]!, files);
      if (isSolution(block) && !files.has('own.promql')) written.add(block.fold!);
    }
  } catch (error) {
    failures.set(chapter.title, error);
  }
  if (written.size > 0) folds.set(step, written);
  if (step) ends.set(step, new Map(files));
}

describe('who unfolds no solution', () => {
  test('is asked for code in each of these chapters, once', () => {
    expect([...folds].map(([step, { size }]) => [step, size])).toEqual(
      Object.keys(OWN)
        .toSorted()
        .map((step) => [step, 1]),
    );
  });

  test.each(chapters)('can type the rest of "$title"', ({ title }) => {
    if (failures.has(title)) throw failures.get(title);
  });

  test.concurrent.for(['05', '06', '07', '08', '09', '10', '11'])(
    'passes step %s',
    { timeout: 120_000 },
    async (step, context) => {
      if (step !== '11') onlyUnderCI(context);
      const folder = mkdtempSync(join(ROOT, inject('compiled')!, 'own-'));
      for (const [name, text] of ends.get(step)!) writeFileSync(join(folder, name), text);
      await compile(folder);
      try {
        const copy = { entry: join(folder, 'server.js'), nodeArgs: [] };
        const { failure } = await checkStep(Number(step), { ...copy, ...PATIENT });
        expect(failure).toBeUndefined();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe('what is folded is no riddle', () => {
  const solutions = chapters.flatMap(({ blocks }) => blocks.filter(isSolution));

  test('no block of code stands in any other fold', () => {
    const folded = chapters.flatMap(({ blocks }) => blocks.filter(({ fold }) => fold));
    const code = folded.filter(({ language }) => language === 'ts' || language === 'diff');
    expect(code.filter((block) => readCaption(block).use !== 'elsewhere')).toEqual(solutions);
  });
});
