import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chapters, placeOf } from '../../checks/chapters.ts';
import { steps } from '../../checks/index.ts';
import { checkStep, passedSteps } from '../../checks/run.ts';
import { troubles } from '../../checks/harness/trouble.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { compiledStep, makeFolder, PATIENT, ROOT, withCompiledMutation } from './copies.ts';
import { mutations } from './mutations/index.ts';
import { troubleMutations } from './mutations/troubles.ts';

const TIMEOUT = { timeout: 240_000 };
const hintsOf = (step: (typeof steps)[number]) =>
  step.checks.flatMap(({ hints }) => Object.keys(hints));

describe('every check is complete', () => {
  it('each step has its folder, its file of checks and its chapter', () => {
    const folders = readdirSync(join(ROOT, 'steps'));
    expect(chapters.map(({ slug }) => slug)).toEqual(folders.toSorted());
    expect(steps.map(({ step }) => step)).toEqual(chapters.map(({ step }) => step));
    for (const { slug } of chapters) {
      expect(existsSync(join(ROOT, 'checks', `${slug}.ts`)), slug).toBe(true);
    }
    expect(placeOf(9)).toBe('WORKSHOP.md#09-info-and-enum');
  });

  it('each step has checks, each check a name of its own and a hint', () => {
    for (const { step, checks, learned } of steps) {
      expect(checks.length, `step ${step}`).toBeGreaterThan(0);
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
    for (const step of steps) {
      const tried = new Set(mutations[step.step - 1]!.map(({ hint }) => hint));
      expect([...tried].toSorted(), `step ${step.step}`).toEqual(hintsOf(step).toSorted());
    }
    const tried = new Set([...troubleMutations.map(({ hint }) => hint), 'entry-missing']);
    expect([...tried].toSorted()).toEqual(Object.keys(troubles).toSorted());
  });

  it('a check is superseded only by a later step', () => {
    for (const { step, checks } of steps) {
      const earlier = steps.filter((one) => one.step < step).flatMap((one) => one.checks);
      for (const check of checks.flatMap(({ supersedes = [] }) => supersedes)) {
        expect(earlier).toContain(check);
      }
    }
  });
});

describe.concurrent('the steps themselves', () => {
  for (const { step } of chapters) {
    const copy = compiledStep(step);
    it(`step ${step} passes its own check`, TIMEOUT, async (context) => {
      onlyUnderCI(context);
      const report = await checkStep(step, { ...copy, ...PATIENT });
      expect(report.failure).toBeUndefined();
      expect(report.results.every(({ outcome }) => outcome === 'passed')).toBe(true);
    });

    it(`step ${step} passes 1 to ${step}, and no more`, TIMEOUT, async () => {
      const upTo = chapters.slice(0, step).map((chapter) => chapter.step);
      expect(await passedSteps({ ...copy, ...PATIENT })).toEqual(upTo);
    });

    if (step === chapters.length) continue;
    it(
      `step ${step} fails check ${step + 1}, for what that step teaches`,
      TIMEOUT,
      async (context) => {
        onlyUnderCI(context);
        const { failure, results } = await checkStep(step + 1, { ...copy, ...PATIENT });
        expect(failure?.step).toBe(step + 1);
        const earlier = results.filter((result) => result.step <= step);
        expect(earlier.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      },
    );
  }

  it('the last step passes the check of every step before', TIMEOUT, async (context) => {
    onlyUnderCI(context);
    const copy = compiledStep(chapters.length);
    for (const { step } of chapters.slice(0, -1)) {
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
      const { step, failure } = await checkStep(8, { ...copy, ...PATIENT });
      expect([step, failure?.step, failure?.hintId]).toEqual([8, 4, 'some-zeros-missing']);
    });
  });
});
