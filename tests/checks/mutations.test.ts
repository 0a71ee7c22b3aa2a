import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import { PATIENT, withMutation, type Mutation } from './copies.ts';
import { mutations } from './mutations/index.ts';
import { troubleMutations } from './mutations/troubles.ts';

function itGetsItsHint(step: number, mutation: Mutation, number: number, patience = PATIENT) {
  it(`step ${step}: ${mutation.hint} (${number})`, { timeout: 120_000 }, async () => {
    await withMutation(step, mutation, async (entry) => {
      const { failure } = await checkStep(step, { entry, ...patience });
      expect(failure?.hintId, JSON.stringify(failure?.finding, undefined, 1)).toBe(mutation.hint);
    });
  });
}

describe.concurrent('a mistake gets its hint', () => {
  for (const [index, ofStep] of mutations.entries()) {
    for (const [number, mutation] of ofStep.entries()) itGetsItsHint(index + 1, mutation, number);
  }
});

describe.concurrent('a program that breaks gets its hint', () => {
  for (const [number, trouble] of troubleMutations.entries()) {
    const { step, startMs = PATIENT.startMs, answerMs = PATIENT.answerMs } = trouble;
    itGetsItsHint(step, trouble, number, { startMs, answerMs });
  }

  it('step 1: entry-missing', async () => {
    const entry = 'app/there-is-no-such-file.ts';
    expect(existsSync(entry)).toBe(false);
    expect((await checkStep(1, { entry })).failure?.hintId).toBe('entry-missing');
  });
});
