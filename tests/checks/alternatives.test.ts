import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { steps } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { makeFolder, PATIENT, ROOT } from './copies.ts';

const SOURCE = join(ROOT, 'tests/checks/alternatives');
const names = readdirSync(SOURCE);

describe.concurrent('a right program passes, however it is written', () => {
  it('is tried with three programs at least', () => {
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  for (const name of names) {
    for (const { step } of steps) {
      it(`${name}, as of step ${step}`, { timeout: 120_000 }, async () => {
        const { folder, remove } = makeFolder();
        try {
          cpSync(join(SOURCE, name), join(ROOT, folder), { recursive: true });
          const entry = `${folder}/server.ts`;
          const parts = readFileSync(join(ROOT, entry), 'utf8').split('STEP: number = 11;');
          expect(parts).toHaveLength(2);
          writeFileSync(join(ROOT, entry), parts.join(`STEP: number = ${step};`));
          const { failure } = await checkStep(step, { entry, ...PATIENT });
          expect(failure).toBeUndefined();
        } finally {
          remove();
        }
      });
    }
  }
});
