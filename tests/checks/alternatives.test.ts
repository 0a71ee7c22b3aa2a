import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { steps } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiled, withCompiledMutation, type Edit } from './copies.ts';

const SOURCE = 'tests/checks/alternatives';
const names = readdirSync(join(ROOT, SOURCE));

/** What is tried without CI: of the first the step whose check the next supersedes, and of each the last. */
const isTried = (name: string, step: number) =>
  step === steps.length || (step === 6 && name === names[0]);

describe.concurrent('a right program passes, however it is written', () => {
  it('is tried with three programs at least', () => {
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  for (const name of names) {
    for (const step of steps.map((_, index) => index + 1)) {
      it(`${name}, as of step ${step}`, { timeout: 120_000 }, async (context) => {
        if (!isTried(name, step)) onlyUnderCI(context);
        const edit = ['server.ts', 'STEP: number = 11;', `STEP: number = ${step};`] as const;
        await withCompiled(`${SOURCE}/${name}`, { edits: [edit] }, async (copy) => {
          const { failure } = await checkStep(step, { ...copy, ...PATIENT });
          expect(failure).toBeUndefined();
        });
      });
    }
  }
});

/** What learners change of their own accord, and may. */
const VARIANTS: readonly (readonly [what: string, step: number, edits: readonly Edit[]])[] = [
  [
    'a further label that has a short list of values',
    4,
    [
      ['metrics.ts', "Counter<'method' | 'endpoint' | 'status'>", 'Counter<string>'],
      [
        'metrics.ts',
        "['method', 'endpoint', 'status']",
        "['method', 'endpoint', 'status', 'kind']",
      ],
      [
        'server.ts',
        'endpoint, status: answer.status });',
        "endpoint, status: answer.status, kind: answer.status < 400 ? 'good' : 'bad' });",
      ],
      [
        'metrics.ts',
        '{ method, endpoint, status }, 0',
        "{ method, endpoint, status, kind: 'good' }, 0",
      ],
    ],
  ],
  [
    'a page that tells the sum of all donations, and no single one',
    3,
    [
      ['server.ts', 'const settings =', 'let sum = 0;\nconst settings ='],
      ['server.ts', '  donatedEuros.inc(euros);', '  donatedEuros.inc(euros);\n  sum += euros;'],
      [
        'server.ts',
        'body: plantedPage(species, euros)',
        'body: `<p>${sum.toFixed(2)} euros so far</p>`',
      ],
      ['server.ts', '  plantedPage,\n', ''],
    ],
  ],
  [
    'counters of its own, one of them named after trees',
    5,
    [
      [
        'metrics.ts',
        'export const requestsInProgress',
        "export const planted = new Counter({ name: 'trees_planted_total', help: 'Trees planted.' });\n\nexport const requestsInProgress",
      ],
      ['server.ts', '  donatedEuros,\n', '  donatedEuros,\n  planted,\n'],
      ['server.ts', '  donatedEuros.inc(euros);', '  donatedEuros.inc(euros);\n  planted.inc();'],
    ],
  ],
  [
    'no bucket but those that are asked for, and two beside the promise',
    7,
    [
      [
        'metrics.ts',
        '0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]',
        '0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 1]',
      ],
    ],
  ],
];

describe.concurrent('a step passes with what learners add', () => {
  for (const [what, step, edits] of VARIANTS) {
    it(`${what}, as of step ${step}`, { timeout: 120_000 }, async (context) => {
      onlyUnderCI(context);
      await withCompiledMutation(step, { edits }, async (copy) => {
        const { failure } = await checkStep(step, { ...copy, ...PATIENT });
        expect(failure).toBeUndefined();
      });
    });
  }
});
