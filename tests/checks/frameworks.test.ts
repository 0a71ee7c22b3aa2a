import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiled, type Edit } from './copies.ts';

const EXPRESS = 'tests/checks/frameworks/express';
const STEP = 6;

const edit = (search: string, replacement: string): Edit => ['server.ts', search, replacement];

/** What is wrong in a program with Express, and the hint that it gets; none where all is right. */
const PROGRAMS: readonly (readonly [hint: string | undefined, ...edits: Edit[]])[] = [
  [undefined],
  ['raw-path', edit("response.locals.endpoint ?? 'unmatched'", 'request.path')],
  ['query-in-label', edit('request.route?.path', 'request.originalUrl')],
  [
    'raw-method',
    edit(
      "['GET', 'HEAD', 'POST'].includes(request.method) ? request.method : 'other'",
      'request.method',
    ),
  ],
  ['status-fixed', edit('status: response.statusCode', 'status: 200')],
  [
    'metrics-counted',
    edit(
      "app.get('/metrics'",
      "app.use((_: any, __: any, next: () => void) => {\n  requests.inc({ method: 'GET', endpoint: '/', status: 200 }, 1);\n  next();\n});\napp.get('/metrics'",
    ),
  ],
  [
    'some-not-counted',
    edit(
      "response.once('close', () => {",
      "if (request.method === 'HEAD') return next();\n  response.once('close', () => {",
    ),
  ],
  ['failure-is-500', edit('error instanceof RegistryError ? 503 : 500', '500')],
  [
    'failure-hidden',
    edit('await registry.countTrees()', "await registry.countTrees().catch(() => 'no')"),
  ],
  [
    'wrong-method',
    edit("response.set('Allow', method).sendStatus(405)", 'response.sendStatus(405)'),
  ],
  [
    'donation-before',
    edit('donations.inc(euros);', 'donations.inc(last);\n  last = euros;'),
    edit('const app =', 'let last = 0;\nconst app ='),
  ],
  ['trees-not-lowered', edit('standing.dec({ species });\n', '')],
  [
    'trees-below-zero',
    edit(
      "  if (!registry.fell(species)) return response.status(409).send('<p>None</p>');\n  standing.dec({ species });",
      "  standing.dec({ species });\n  if (!registry.fell(species)) return response.status(409).send('<p>None</p>');",
    ),
  ],
  ['progress-not-lowered', edit('    inProgress.dec();\n', '')],
  [
    'duration-too-early',
    edit(
      '  const stopTimer = duration.startTimer();\n',
      '  const stopTimer = (at: object) => duration.startTimer()(at);\n',
    ),
  ],
  [
    'duration-shared',
    edit('  const stopTimer = duration', '  stopTimer = duration'),
    edit('const app =', 'let stopTimer: any;\nconst app ='),
  ],
  ['any-case', edit('express();', "express().enable('strict routing');")],
];

describe.concurrent('a program with Express is told', () => {
  for (const [number, [hint, ...edits]] of PROGRAMS.entries()) {
    it(`${hint ?? 'that it passes'} (${number})`, { timeout: 120_000 }, async (context) => {
      onlyUnderCI(context);
      expect(existsSync(join(ROOT, '.workshop/frameworks')), '.ci/run brings it').toBe(true);
      await withCompiled(EXPRESS, { edits }, async (copy) => {
        const { failure } = await checkStep(STEP, { ...copy, ...PATIENT });
        expect(failure?.hintId, JSON.stringify(failure?.finding, undefined, 1)).toBe(hint);
      });
    });
  }
});
