import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStep } from '../../checks/run.ts';
import type { Report } from '../../checks/harness/types.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { needsPosix } from '../support/posix.ts';
import { PATIENT, withCompiledMutation, withMutation, type Mutation } from './copies.ts';
import { mutations } from './mutations/index.ts';
import { troubleMutations } from './mutations/troubles.ts';

const TIMEOUT = { timeout: 240_000 };

/** Under CI all is tried: each mistake, and what earlier steps taught before what it is about. */
const { CI } = process.env;

/** What tsx itself says; how the others break is started compiled, which is quicker, but under CI. */
const NEEDS_TSX = ['syntax-error'];

/** What one check says of every metric, by the end of its hint: `metricIsThere` in checks/metric.ts. */
const OF_EVERY_METRIC = /^.*(?=-(missing|name|type)$)/;

const kindOf = ({ hint }: Mutation) => hint.replace(OF_EVERY_METRIC, '');

/** Whether a mistake is the first of these of its kind: the others are tried under CI only. */
const isFirst = (all: readonly Mutation[], mutation: Mutation) =>
  all.find((other) => kindOf(other) === kindOf(mutation)) === mutation;

function expectHint({ failure }: Report, hint: string) {
  expect(failure?.hintId, JSON.stringify(failure?.finding, undefined, 1)).toBe(hint);
}

describe.concurrent('a mistake gets its hint', () => {
  for (const [index, ofStep] of mutations.entries()) {
    for (const [number, mutation] of ofStep.entries()) {
      const step = index + 1;
      it(`step ${step}: ${mutation.hint} (${number})`, TIMEOUT, async (context) => {
        const all = OF_EVERY_METRIC.test(mutation.hint) ? mutations.flat() : ofStep;
        if (!isFirst(all, mutation)) onlyUnderCI(context);
        await withCompiledMutation(step, mutation, async (copy) => {
          const report = await checkStep(step, { ...copy, ...PATIENT, alone: !CI });
          expectHint(report, mutation.hint);
        });
      });
    }
  }
});

describe.concurrent('a program that breaks gets its hint', () => {
  for (const [number, trouble] of troubleMutations.entries()) {
    const { step, hint, startMs = PATIENT.startMs, answerMs = PATIENT.answerMs } = trouble;
    it(`step ${step}: ${hint} (${number})`, TIMEOUT, async (context) => {
      if (!isFirst(troubleMutations, trouble)) onlyUnderCI(context);
      if (trouble.signals) needsPosix(context, 'signals');
      const withCopy =
        trouble.compiled || (!CI && !NEEDS_TSX.includes(hint))
          ? withCompiledMutation
          : withMutation;
      await withCopy(step, trouble, async (copy) => {
        expectHint(await checkStep(step, { ...copy, startMs, answerMs }), hint);
      });
    });
  }

  it('step 1: entry-missing', async () => {
    const entry = 'app/there-is-no-such-file.ts';
    expect(existsSync(entry)).toBe(false);
    expect((await checkStep(1, { entry })).failure?.hintId).toBe('entry-missing');
  });
});
