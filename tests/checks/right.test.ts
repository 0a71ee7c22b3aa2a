import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiledMutation, type Edit } from './copies.ts';

interface Right {
  readonly name: string;
  readonly step: number;
  readonly edits: readonly Edit[];
  /** A package of .workshop/frameworks that it is written with; .ci/run brings them. */
  readonly needs?: string;
}

const ENTRY = 'server.ts';
const LISTEN = "await listen(server, settings, 'PORT');";
const SERVER = 'const server = createServer(async (request, response) => {';
const FRAMEWORKS = '.workshop/frameworks/node_modules';
const load = (name: string) =>
  `const { default: ${name} } = (await import('${pathToFileURL(join(ROOT, FRAMEWORKS, name, 'index.js'))}')) as any;`;

/** Express around the program's own handler, with the error handler that it brings along. */
const inExpress: readonly Edit[] = [
  [ENTRY, SERVER, `${load('express')}\n${SERVER.replace('async (', 'express().use(async (')}`],
  [ENTRY, '  response.end(body);\n});', '  response.end(body);\n}));'],
];
const openMetrics = (metrics: string): readonly Edit[] => [
  [
    metrics,
    'collectDefaultMetrics();',
    "collectDefaultMetrics();\nregister.setContentType('application/openmetrics-text; version=1.0.0; charset=utf-8' as never);",
  ],
];

const all: readonly Right[] = [
  { name: 'is written with Express', step: 1, needs: 'express', edits: inExpress },
  { name: 'is written with Express', step: 9, needs: 'express', edits: inExpress },
  { name: 'answers with OpenMetrics', step: 2, edits: openMetrics(ENTRY) },
  {
    name: 'answers with OpenMetrics from Express',
    step: 2,
    needs: 'express',
    edits: [...openMetrics(ENTRY), ...inExpress],
  },
  {
    name: 'opens its metrics port later',
    step: 11,
    edits: [
      [
        ENTRY,
        'await startMetricsServer(settings);',
        'await new Promise((resolve) => setTimeout(resolve, 1500));\nawait startMetricsServer(settings);',
      ],
    ],
  },
  {
    name: 'answers 503 while it closes',
    step: 9,
    edits: [
      [
        ENTRY,
        SERVER,
        `let closing = false;\n${SERVER}\n  if (closing) return void response.writeHead(503).end();`,
      ],
      [
        ENTRY,
        "onStop(() => applicationState.state('stopping'));",
        "onStop(() => {\n  applicationState.state('stopping');\n  closing = true;\n});",
      ],
    ],
  },
  {
    name: 'asks the registry again',
    step: 2,
    edits: [
      [
        ENTRY,
        'const trees = await registry.countTrees();',
        'const ask = () => registry.countTrees();\n  const trees = await ask().catch(ask).catch(ask).catch(ask);',
      ],
    ],
  },
  {
    name: 'prints a URL of another program, and listens later',
    step: 2,
    edits: [
      [
        ENTRY,
        LISTEN,
        `console.log('Prometheus: http://localhost:9090');\nawait new Promise((resolve) => setTimeout(resolve, 700));\n${LISTEN}`,
      ],
    ],
  },
];

describe.concurrent('a right program passes, though it', () => {
  for (const [index, { name, step, edits, needs }] of all.entries()) {
    it(`${name}, as of step ${step}`, { timeout: 120_000 }, async (context) => {
      if (index > 0) onlyUnderCI(context);
      if (needs && !existsSync(join(ROOT, FRAMEWORKS, needs)) && !process.env.CI) {
        context.skip(`${needs} is missing: .ci/run brings it`);
      }
      await withCompiledMutation(step, { edits }, async (copy) => {
        const { failure } = await checkStep(step, { ...copy, ...PATIENT });
        expect(failure).toBeUndefined();
      });
    });
  }
});
