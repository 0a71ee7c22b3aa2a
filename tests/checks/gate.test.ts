import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { steps } from '../../checks/index.ts';
import { checkStep, passedSteps } from '../../checks/run.ts';
import { troubles } from '../../checks/harness/trouble.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { STEPS } from '../support/steps.ts';
import { compiledStep, makeFolder, PATIENT, ROOT, withCompiledMutation } from './copies.ts';
import { mutations } from './mutations/index.ts';
import { troubleMutations } from './mutations/troubles.ts';

const TIMEOUT = { timeout: 240_000 };
const chapters = steps.map(({ chapter }) => chapter);
const hintsOf = (step: (typeof steps)[number]) =>
  step.checks.flatMap(({ hints }) => Object.keys(hints));

const numbers = STEPS.map((_, index) => index + 1);

/** What is tried without CI: the first, where the form of a check changes, and the last. */
const FEW = [1, 4, 6, 8, STEPS.length];

describe('every check is complete', () => {
  it('each step has its file of checks, whose number is its place in the list', () => {
    expect(chapters.map(({ name }) => name)).toEqual(STEPS);
    expect(chapters.map(({ step }) => step)).toEqual(STEPS.map((_, index) => index + 1));
    expect(chapters[8]).toEqual({
      name: '09-info-enum',
      step: 9,
      heading: '09 Info and Enum',
      place: 'WORKSHOP.md#09-info-and-enum',
    });
  });

  it('each step has checks, each check a name of its own and a hint', () => {
    for (const { chapter, checks, learned } of steps) {
      expect(checks.length, chapter.name).toBeGreaterThan(0);
      expect(learned).toMatch(/\.$/);
      for (const { name, hints } of checks) {
        expect(Object.keys(hints).length, name).toBeGreaterThan(0);
      }
    }
    const names = steps.flatMap(({ checks }) => checks.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it('each hint has a name of its own, a first line and a fuller text', () => {
    const own = steps.flatMap(({ checks }) => checks.flatMap(({ hints }) => Object.entries(hints)));
    const all = [...own, ...Object.entries(troubles).map(([id, { hint }]) => [id, hint] as const)];
    expect(new Set(all.map(([id]) => id)).size).toBe(all.length);
    for (const [id, { first, fuller }] of all) {
      expect(first.length, id).toBeGreaterThan(10);
      expect(first.length, id).toBeLessThan(140);
      expect(fuller.length, id).toBeGreaterThan(40);
    }
  });

  it('each hint has a mistake that brings it up', () => {
    for (const [index, step] of steps.entries()) {
      const tried = new Set(mutations[index]!.map(({ hint }) => hint));
      expect([...tried].toSorted(), step.chapter.name).toEqual(hintsOf(step).toSorted());
    }
    const tried = new Set([...troubleMutations.map(({ hint }) => hint), 'entry-missing']);
    expect([...tried].toSorted()).toEqual(Object.keys(troubles).toSorted());
  });

  it('a check is superseded only by a later step', () => {
    for (const [index, { checks }] of steps.entries()) {
      const earlier = steps.slice(0, index).flatMap((one) => one.checks);
      for (const check of checks.flatMap(({ supersedes = [] }) => supersedes)) {
        expect(earlier).toContain(check);
      }
    }
  });
});

describe.concurrent('the steps themselves', () => {
  for (const step of numbers) {
    const copy = compiledStep(step);
    it(`step ${step} passes its own check`, TIMEOUT, async (context) => {
      onlyUnderCI(context);
      const report = await checkStep(step, { ...copy, ...PATIENT });
      expect(report.failure).toBeUndefined();
      expect(report.results.every(({ outcome }) => outcome === 'passed')).toBe(true);
    });

    it(`step ${step} passes 1 to ${step}, and no more`, TIMEOUT, async (context) => {
      if (!FEW.includes(step)) onlyUnderCI(context);
      expect(await passedSteps({ ...copy, ...PATIENT })).toEqual(numbers.slice(0, step));
    });

    if (step === chapters.length) continue;
    it(
      `step ${step} fails check ${step + 1}, for what that step teaches`,
      TIMEOUT,
      async (context) => {
        onlyUnderCI(context);
        const { failure, results } = await checkStep(step + 1, { ...copy, ...PATIENT });
        expect(failure?.chapter.step).toBe(step + 1);
        const earlier = results.filter((result) => result.chapter.step! <= step);
        expect(earlier.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      },
    );
  }

  it('the last step passes the check of every step before', TIMEOUT, async (context) => {
    onlyUnderCI(context);
    const copy = compiledStep(chapters.length);
    for (const step of numbers.slice(0, -1)) {
      const { failure } = await checkStep(step, { ...copy, ...PATIENT });
      expect(failure, `check ${step}`).toBeUndefined();
    }
  });

  it('an empty program passes nothing', TIMEOUT, async () => {
    const { folder, remove } = makeFolder();
    try {
      const entry = `${folder}/server.ts`;
      writeFileSync(join(ROOT, entry), '');
      expect(await passedSteps({ entry, ...PATIENT })).toEqual([]);
      for (const step of [1, chapters.length]) {
        expect((await checkStep(step, { entry, ...PATIENT })).failure?.hintId).toBe('ended');
      }
    } finally {
      remove();
    }
  });

  it('a later check says which earlier step is broken', TIMEOUT, async () => {
    const edits = mutations[3]!.find(({ hint }) => hint === 'some-zeros-missing')!;
    await withCompiledMutation(8, edits, async (copy) => {
      const { chapter, failure } = await checkStep(8, { ...copy, ...PATIENT });
      expect([chapter.step, failure?.chapter.step, failure?.hintId]).toEqual([
        8,
        4,
        'some-zeros-missing',
      ]);
    });
  });
});
