import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import type { Report } from '../../checks/types.ts';
import { PATIENT, withCompiledMutation, withMutation } from './copies.ts';
import { mutations } from './mutations/index.ts';
import { troubleMutations } from './mutations/troubles.ts';

const TIMEOUT = { timeout: 240_000 };

function expectHint({ failure }: Report, hint: string) {
  expect(failure?.hintId, JSON.stringify(failure?.finding, undefined, 1)).toBe(hint);
}

describe.concurrent('a mistake gets its hint', () => {
  for (const [index, ofStep] of mutations.entries()) {
    for (const [number, mutation] of ofStep.entries()) {
      const step = index + 1;
      it(`step ${step}: ${mutation.hint} (${number})`, TIMEOUT, async () => {
        await withCompiledMutation(step, mutation, async (entry) => {
          const report = await checkStep(step, { entry, nodeArgs: [], ...PATIENT });
          expectHint(report, mutation.hint);
        });
      });
    }
  }
});

describe.concurrent('a program that breaks gets its hint', () => {
  for (const [number, trouble] of troubleMutations.entries()) {
    const { step, hint, startMs = PATIENT.startMs, answerMs = PATIENT.answerMs } = trouble;
    it(`step ${step}: ${hint} (${number})`, TIMEOUT, async () => {
      await withMutation(step, trouble, async (entry) => {
        expectHint(await checkStep(step, { entry, startMs, answerMs }), hint);
      });
    });
  }

  it('step 1: entry-missing', async () => {
    const entry = 'app/there-is-no-such-file.ts';
    expect(existsSync(entry)).toBe(false);
    expect((await checkStep(1, { entry })).failure?.hintId).toBe('entry-missing');
  });
});
