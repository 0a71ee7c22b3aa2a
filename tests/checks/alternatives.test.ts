import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { steps } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiled } from './copies.ts';

const SOURCE = 'tests/checks/alternatives';
const names = readdirSync(join(ROOT, SOURCE));

/** What is tried without CI: the first, the one whose check the next supersedes, the last. */
const FEW = [1, 6, steps.length];

describe.concurrent('a right program passes, however it is written', () => {
  it('is tried with three programs at least', () => {
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  for (const name of names) {
    for (const step of steps.map((_, index) => index + 1)) {
      it(`${name}, as of step ${step}`, { timeout: 120_000 }, async (context) => {
        if (!FEW.includes(step)) onlyUnderCI(context);
        const edit = ['server.ts', 'STEP: number = 11;', `STEP: number = ${step};`] as const;
        await withCompiled(`${SOURCE}/${name}`, { edits: [edit] }, async (copy) => {
          const { failure } = await checkStep(step, { ...copy, ...PATIENT });
          expect(failure).toBeUndefined();
        });
      });
    }
  }
});
