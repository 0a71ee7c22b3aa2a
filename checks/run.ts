import { setTimeout as sleep } from 'node:timers/promises';
import { placeOf } from './chapters.ts';
import { steps } from './index.ts';
import { delayFor } from './harness/launch.js';
import { until } from './harness/program.ts';
import { withSession, type Session } from './harness/session.ts';
import { excerptOf, SURVIVED, troubleIn, troubles, type Trouble } from './harness/trouble.ts';
import { CheckFailure } from './harness/failure.ts';
import type { Check, CheckResult, Failure, Report } from './harness/types.ts';

/** How to check; all times in milliseconds. */
export interface CheckOptions {
  /** The file to start, from the root or absolute; `app/server.ts` by default. */
  readonly entry?: string;
  /** What stands before the entry; tsx by default. */
  readonly nodeArgs?: readonly string[];
  /** How long the program may take until it answers; 8000 by default. */
  readonly startMs?: number;
  /** How long it may take for one answer; 2000 by default. */
  readonly answerMs?: number;
  /** Leaves out what earlier steps taught. */
  readonly alone?: boolean;
}

interface Planned {
  readonly step: number;
  readonly check: Check;
}

/** From here on it is looked at what a program does that the registry never answers. */
const FIRST_WITHOUT_REGISTRY = 9;
/** So long a failure waits for what the program has printed, in milliseconds. */
const LAST_WORDS_MS = 150;
/** So long after its answer nothing of a request is under way any more, in milliseconds. */
const AT_REST_MS = 100;

/**
 * Runs a program in a process of its own and checks it for step `step`: what earlier steps taught
 * first, then what this one does. Stops at the first failure. Never throws for what a program does.
 */
export async function checkStep(step: number, options: CheckOptions = {}): Promise<Report> {
  const start = performance.now();
  const plan = planOf(step).filter((planned) => !options.alone || planned.step === step);
  const { passed, failures } = await runPlan(plan, step, options, true);
  return reportOf(step, plan, passed, failures[0], start);
}

/**
 * Checks a program for the first step that it does not pass.
 * @returns the steps that it passes, and the report of the one that comes next; where it passes
 * all, the report of the last
 */
export async function checkNext(
  options: CheckOptions = {},
): Promise<{ passed: number[]; report: Report }> {
  const start = performance.now();
  const plan = planOf(steps.length, false);
  const { passed, failures } = await runPlan(plan, steps.length, options, true);
  const [failure] = failures;
  const next = failure ? stepOf(failure) : steps.length;
  const report = reportOf(
    next,
    plan.filter(({ step }) => step <= next),
    passed,
    failure,
    start,
  );
  return {
    passed: steps.map(({ step }) => step).filter((step) => step < next || !failure),
    report,
  };
}

/** The numbers of all steps whose checks a program passes, in order. Runs it once. */
export async function passedSteps(options: CheckOptions = {}): Promise<number[]> {
  const plan = planOf(steps.length, false);
  const { passed } = await runPlan(plan, steps.length, options, false);
  return steps
    .filter(({ checks }) => checks.every((check) => passed.has(check)))
    .map(({ step }) => step);
}

/**
 * The checks of steps 1 to `step`, in order; those that stop the program come last.
 * @param replace leaves out what later ones of these supersede
 */
function planOf(step: number, replace = true): Planned[] {
  const all = steps
    .slice(0, step)
    .flatMap((one) => one.checks.map((check) => ({ step: one.step, check })));
  const superseded = new Set(replace ? all.flatMap(({ check }) => check.supersedes ?? []) : []);
  return all
    .filter(({ check }) => !superseded.has(check))
    .toSorted((a, b) => Number(a.check.stops ?? false) - Number(b.check.stops ?? false));
}

interface Failed {
  readonly planned: Planned | undefined;
  readonly error: CheckFailure;
  readonly stderr: string;
}

async function runPlan(
  plan: readonly Planned[],
  step: number,
  {
    entry = 'app/server.ts',
    nodeArgs = ['--import', 'tsx'],
    startMs = 8000,
    answerMs = 2000,
  }: CheckOptions,
  stopAtFirst: boolean,
): Promise<{ passed: Set<Check>; failures: Failed[] }> {
  const passed = new Set<Check>();
  const failures: Failed[] = [];
  const wholly = plan.length === planOf(step).length;
  const session = {
    entry,
    nodeArgs,
    startMs,
    answerMs,
    delayMs: delayFor(step),
    wantsMetrics: step > 1,
    withoutRegistry: wholly && step >= FIRST_WITHOUT_REGISTRY,
  };
  try {
    await withSession(session, async (running) => {
      for (const planned of plan) {
        const [first] = failures;
        // What stops the program comes last: it still decides whether an earlier step passes.
        const decides = planned.check.stops && first && planned.step < stepOf(first);
        if (first && stopAtFirst && !decides) continue;
        // A step passes with all of its checks or not at all.
        if (!stopAtFirst && failures.some((failed) => failed.planned?.step === planned.step))
          continue;
        const error = await failureOf(planned.check, running);
        if (!error) {
          passed.add(planned.check);
          continue;
        }
        // What it printed about it may still be on its way.
        await until(() => troubleIn(running.errors()) !== undefined, LAST_WORDS_MS);
        const failed = explained({ planned, error, stderr: excerptOf(running.errors(), entry) });
        failures.unshift(failed);
        if (!stopAtFirst) failures.push(failures.shift()!);
        // A program that is gone or stuck fails everything else too, and slowly.
        if (failed.error.hint in troubles) break;
      }
    });
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    failures.push({ planned: undefined, error, stderr: '' });
  }
  return { passed, failures };
}

/** Runs a check, and where it fails those of later steps that supersede it. */
async function failureOf(check: Check, session: Session): Promise<CheckFailure | undefined> {
  try {
    try {
      await check.run(session);
    } catch (error) {
      if (!(error instanceof CheckFailure) || error.hint in troubles || check.stops) throw error;
      // What an earlier request does late can fall into this check: once more, now that all rests.
      await sleep(AT_REST_MS);
      await check.run(session).catch(() => {
        throw error;
      });
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const heirs = steps
      .flatMap(({ checks }) => checks)
      .filter((one) => one.supersedes?.includes(check));
    for (const heir of heirs) if (!(await failureOf(heir, session))) return undefined;
    return error;
  }
}

/** Where the program itself has printed what is wrong, that explains more than a check can. */
function explained(failed: Failed): Failed {
  const said = troubleIn(failed.stderr);
  if (!said || !SURVIVED.includes(said) || failed.error.hint in troubles) return failed;
  const { did, expected, got } = failed.error.finding;
  const error = new CheckFailure(said, { did, expected, got: `${got}\n${failed.stderr}` });
  return { ...failed, error };
}

function stepOf({ planned, error }: Failed): number {
  return planned?.step ?? (troubles as Record<string, Trouble>)[error.hint]!.step;
}

function reportOf(
  step: number,
  plan: readonly Planned[],
  passed: ReadonlySet<Check>,
  failed: Failed | undefined,
  start: number,
): Report {
  const results = plan.map(({ step: taught, check }): CheckResult => {
    const outcome = passed.has(check)
      ? 'passed'
      : check === failed?.planned?.check
        ? 'failed'
        : 'not reached';
    return { step: taught, name: check.name, outcome };
  });
  return {
    step,
    passed: failed === undefined,
    results,
    failure: failed && failureIn(failed),
    learned: steps[step - 1]!.learned,
    ms: performance.now() - start,
  };
}

function failureIn({ planned, error, stderr }: Failed): Failure {
  const trouble = (troubles as Record<string, Trouble>)[error.hint];
  const hint = planned?.check.hints[error.hint] ?? trouble?.hint;
  if (!hint) throw new Error(`There is no hint ${error.hint}.`);
  const step = trouble?.step ?? planned!.step;
  return {
    step,
    check: planned?.check.name ?? 'the program starts and answers',
    hintId: error.hint,
    hint,
    finding: error.finding,
    place: placeOf(step),
    stderr,
  };
}
