import { setTimeout as sleep } from 'node:timers/promises';
import { findLesson, steps } from './index.ts';
import { createBesideSession } from './harness/beside.ts';
import { delayFor } from './harness/launch.js';
import { until } from './harness/program.ts';
import { withSession, type Session } from './harness/session.ts';
import {
  bugIn,
  excerptOf,
  SURVIVED,
  SYMPTOMS,
  troubleIn,
  troubles,
  type Trouble,
  type TroubleId,
} from './harness/trouble.ts';
import { plain } from './harness/errors.ts';
import { CheckFailure } from './harness/failure.ts';
import type { NamedMetric } from './harness/moves.ts';
import type { Promtool } from './queries/promtool.ts';
import type { Check, CheckEvent, CheckResult, Failure, Lesson, Report } from './harness/types.ts';

/** How to check; all times in milliseconds. */
export interface CheckOptions {
  /** The file to start, from the root or absolute; `app/server.ts` by default, or what stands beside it. */
  readonly entry?: string;
  /** What stands before the entry; tsx by default. */
  readonly nodeArgs?: readonly string[];
  /** How long the program may take until it answers; 8000 by default. */
  readonly startMs?: number;
  /** How long it may take for one answer; 2000 by default. */
  readonly answerMs?: number;
  /** The last step that the program is known to have passed, for `checkNext`. */
  readonly passed?: number;
  /** Finds promtool, which evaluates a learner's queries: called only where a check has some. */
  readonly promtool?: () => Promtool | undefined;
  /** Leaves out what earlier steps taught. */
  readonly alone?: boolean;
  /** Ends a check of a step, and the program with it. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens to each check, as it happens. */
  readonly onResult?: (event: CheckEvent) => void;
}

interface Planned {
  readonly lesson: Lesson;
  readonly check: Check;
}

/** What is known about a program before it is started. */
interface Launch {
  /** The step that it is checked for; an exercise comes after all steps. */
  readonly step: number;
  /** Whether it is sure to be run without its registry, too: then it is started so at once. */
  readonly withoutRegistry: boolean;
}

interface Failed {
  /** The check; none where the program did not even start. */
  readonly planned: Planned | undefined;
  readonly error: CheckFailure;
  readonly stderr: string;
  /** The step that the program is checked for, or the last. */
  readonly asked: number;
}

/** An exercise comes after all steps. */
const askedBy = ({ step }: Launch) => Math.min(step, steps.length);

/** From here on it is looked at what a program does that the registry never answers. */
const FIRST_WITHOUT_REGISTRY = 9;
/** For programs of which nobody knows how far they get. */
const FOR_ALL: Launch = { step: steps.length, withoutRegistry: false };
/** So long a failure waits for what the program has printed, in milliseconds. */
const LAST_WORDS_MS = 150;
/** So long after its answer nothing of a request is under way any more, in milliseconds. */
const AT_REST_MS = 100;

/**
 * Runs a program in a process of its own and checks it for a lesson: a step, after what the steps
 * before it taught, or an exercise. Stops at the first failure. Never throws for what a program does.
 * @param step the number of a step, or the name of a lesson
 * @throws the reason of `options.signal`, once it is aborted
 */
export async function checkStep(
  step: number | string,
  options: CheckOptions = {},
): Promise<Report> {
  const start = performance.now();
  const lesson = await findLesson(step);
  const index = steps.indexOf(lesson);
  const plan = options.alone || index < 0 ? planOf([lesson]) : planOf(steps.slice(0, index + 1));
  const withoutRegistry = !options.alone && index + 1 >= FIRST_WITHOUT_REGISTRY;
  const launch = { step: lesson.chapter.step ?? Infinity, withoutRegistry };
  const { passed, failed } = await firstFailure(plan, launch, options);
  options.signal?.throwIfAborted();
  return reportOf(lesson, plan, passed, failed, start);
}

/**
 * Checks a program for the first step that it does not pass.
 * @returns the numbers of the steps that it passes, and the report of the one that comes next; where
 * it passes all, the report of the last
 */
export async function checkNext(
  options: CheckOptions = {},
): Promise<{ passed: number[]; report: Report }> {
  const start = performance.now();
  const plan = planOf(steps, false, options.passed === undefined ? 0 : options.passed + 1);
  const { passed, failed } = await firstFailure(plan, FOR_ALL, options);
  const next = failed ? stepOf(failed) : steps.length;
  const reached = plan.filter(({ lesson }) => lesson.chapter.step! <= next);
  return {
    passed: numbersOf(steps).filter((step) => step < next || !failed),
    report: reportOf(steps[next - 1]!, reached, passed, failed, start),
  };
}

/** The numbers of all steps whose checks a program passes, in order. Runs it once. */
export async function passedSteps(options: CheckOptions = {}): Promise<number[]> {
  const passed = await allThatPass(planOf(steps, false, 0), FOR_ALL, options);
  return numbersOf(steps.filter(({ checks }) => checks.every((check) => passed.has(check))));
}

function numbersOf(lessons: readonly Lesson[]): number[] {
  return lessons.flatMap(({ chapter }) => chapter.step ?? []);
}

/**
 * The checks of some lessons, in order; those that stop the program come last.
 * @param replace leaves out what later ones of these supersede
 * @param opened the step whose opening checks come first, if it is among these
 */
function planOf(
  lessons: readonly Lesson[],
  replace = true,
  opened = lessons.at(-1)?.chapter.step,
): Planned[] {
  const all = lessons.flatMap((lesson) => lesson.checks.map((check) => ({ lesson, check })));
  const superseded = new Set(replace ? all.flatMap(({ check }) => check.supersedes ?? []) : []);
  return all
    .filter(({ check }) => !superseded.has(check))
    .toSorted((a, b) => placeOf(a, opened) - placeOf(b, opened));
}

function placeOf({ lesson, check }: Planned, opened: number | undefined): number {
  if (check.stops) return 1;
  return check.opens && lesson.chapter.step === opened ? -1 : 0;
}

/** Runs checks until one fails. */
async function firstFailure(
  plan: readonly Planned[],
  launch: Launch,
  options: CheckOptions,
): Promise<{ passed: Set<Check>; failed: Failed | undefined }> {
  const tell = teller(plan, options);
  const passed = new Set<Check>();
  let failed: Failed | undefined;
  const unstarted = await withProgram(plan, launch, options, async (session, entry) => {
    for (const planned of plan) {
      if (options.signal?.aborted) break;
      // What stops the program comes last: it still decides whether an earlier step passes.
      const decides = planned.check.stops && failed && taughtIn(planned) < stepOf(failed);
      if (failed && !decides) continue;
      tell.started(planned);
      const found = await attempt(planned, session, entry, askedBy(launch));
      if (!found) {
        passed.add(planned.check);
        tell.passed(planned);
        continue;
      }
      failed = found;
      // A program that is gone or stuck fails everything else too, and slowly; one without metrics, too.
      if (isBroken(found) || planned.check.opens) break;
    }
  });
  failed ??= unstarted;
  if (failed) tell.failed(failed);
  tell.notReached();
  return { passed, failed };
}

/** Runs all checks, but for those of a lesson one of whose checks has failed. */
async function allThatPass(
  plan: readonly Planned[],
  launch: Launch,
  options: CheckOptions,
): Promise<Set<Check>> {
  const tell = teller(plan, options);
  const passed = new Set<Check>();
  const missed = new Set<Lesson>();
  const unstarted = await withProgram(plan, launch, options, async (session, entry) => {
    for (const planned of plan) {
      if (missed.has(planned.lesson)) continue;
      tell.started(planned);
      const failed = await attempt(planned, session, entry, askedBy(launch));
      if (failed) {
        missed.add(planned.lesson);
        tell.failed(failed);
        if (isBroken(failed)) break;
      } else {
        passed.add(planned.check);
        tell.passed(planned);
      }
    }
  });
  if (unstarted) tell.failed(unstarted);
  tell.notReached();
  return passed;
}

/** Starts a program for `use`. @returns why it did not start, if it did not */
async function withProgram(
  plan: readonly Planned[],
  { step, withoutRegistry }: Launch,
  {
    entry = `app/${plan[0]?.lesson.beside ?? 'server.ts'}`,
    nodeArgs = ['--import', 'tsx'],
    startMs = 8000,
    answerMs = 2000,
    promtool,
    signal,
  }: CheckOptions,
  use: (session: Session, entry: string) => Promise<void>,
): Promise<Failed | undefined> {
  const how = {
    entry,
    nodeArgs,
    startMs,
    answerMs,
    delayMs: delayFor(step),
    wantsMetrics: step > 1,
    withoutRegistry,
    promtool,
    signal,
    beforeVisits: plan.find(({ check }) => check.beforeVisits)?.check.beforeVisits,
  };
  const asked = askedBy({ step, withoutRegistry });
  try {
    // A check of what stands beside the server asks of its session for what such a one has.
    if (plan[0]?.lesson.beside) await use(createBesideSession(how) as unknown as Session, entry);
    else await withSession(how, (session) => use(session, entry));
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { planned: undefined, error, stderr: '', asked };
  }
}

/** Runs one check. @returns why it fails, if it does, in the best words that there are */
async function attempt(
  planned: Planned,
  session: Session,
  entry: string,
  asked: number,
): Promise<Failed | undefined> {
  const error = await failureOf(planned, session);
  if (!error) return undefined;
  // What it printed about it may still be on its way.
  await until(() => bugIn(session.newErrors(), session.hasFailed()) !== undefined, LAST_WORDS_MS);
  const stderr = excerptOf(session.errors(), entry);
  return { planned, error: explained(error, session, entry), stderr, asked };
}

/** Tells `onResult` what happens to each check of a plan. */
function teller(plan: readonly Planned[], { onResult = () => {} }: CheckOptions) {
  const open = new Set(plan);
  const about = ({ lesson: { chapter }, check: { name } }: Planned) => ({ chapter, name });
  return {
    started: (planned: Planned) => onResult({ type: 'started', ...about(planned) }),
    passed(planned: Planned) {
      open.delete(planned);
      onResult({ type: 'passed', ...about(planned) });
    },
    failed(failed: Failed) {
      const failure = failureIn(failed);
      if (failed.planned) open.delete(failed.planned);
      const what = failed.planned ? about(failed.planned) : undefined;
      const { chapter, check: name } = failure;
      onResult({ type: 'failed', ...(what ?? { chapter, name }), failure });
    },
    notReached() {
      for (const planned of open) onResult({ type: 'not reached', ...about(planned) });
    },
  };
}

/** Runs a check, and where it fails those of later steps that supersede it. */
async function failureOf(
  { lesson, check }: Planned,
  session: Session,
): Promise<CheckFailure | undefined> {
  const run = (again = false) => {
    session.begin(metricsUpTo(lesson), again);
    return check.run(session);
  };
  try {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof CheckFailure) || error.hint in troubles || check.stops) throw error;
      // What an earlier request does late can fall into this check: once more, now that all rests.
      await sleep(AT_REST_MS);
      await run(true).catch(() => {
        throw error;
      });
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const heirs = planOf(steps, false).filter((one) => one.check.supersedes?.includes(check));
    for (const heir of heirs) if (!(await failureOf(heir, session))) return undefined;
    return error;
  }
}

/** The metrics that a lesson and the steps before it name. */
function metricsUpTo(lesson: Lesson): NamedMetric[] {
  const index = steps.indexOf(lesson);
  const lessons = index < 0 ? [...steps, lesson] : steps.slice(0, index + 1);
  return lessons.flatMap(({ checks }) => checks.flatMap(({ metric }) => metric ?? []));
}

/** Where the program itself has printed what is wrong, that explains more than a check can. */
function explained(error: CheckFailure, session: Session, entry: string): CheckFailure {
  const isSymptom = (SYMPTOMS as readonly string[]).includes(error.hint);
  if (error.hint in troubles && !isSymptom) return error;
  const { did, expected, got } = error.finding;
  const because = (hint: TroubleId, said: string) =>
    new CheckFailure(hint, { did, expected, got: `${got}\n${excerptOf(said, entry)}` });
  const known = troubleIn(session.newErrors()) ?? troubleIn(session.errors());
  if (known && SURVIVED.includes(known)) return because(known, session.errors());
  const bug = bugIn(session.newErrors(), session.hasFailed());
  return bug ? because('threw', `${bug.message}\n${bug.stack}`) : error;
}

/** Whether the program is gone or stuck, rather than wrong. */
function isBroken({ error }: Failed): boolean {
  return error.hint in troubles && !(SURVIVED as readonly string[]).includes(error.hint);
}

function troubleOf({ error }: Failed): Trouble | undefined {
  return (troubles as Record<string, Trouble>)[error.hint];
}

/** The number of the step that taught a check; an exercise comes after all steps. */
function taughtIn({ lesson }: Planned): number {
  return lesson.chapter.step ?? Infinity;
}

function stepOf(failed: Failed): number {
  return failed.planned ? taughtIn(failed.planned) : (troubleOf(failed)!.step ?? 1);
}

function reportOf(
  { chapter, learned }: Lesson,
  plan: readonly Planned[],
  passed: ReadonlySet<Check>,
  failed: Failed | undefined,
  start: number,
): Report {
  const results = plan.map(({ lesson, check }): CheckResult => {
    const outcome = passed.has(check)
      ? 'passed'
      : check === failed?.planned?.check
        ? 'failed'
        : 'not reached';
    return { chapter: lesson.chapter, name: check.name, outcome };
  });
  return {
    chapter,
    next: chapter.step === undefined ? undefined : steps[chapter.step]?.chapter,
    passed: failed === undefined,
    results,
    failure: failed && failureIn(failed),
    learned,
    ms: performance.now() - start,
  };
}

function failureIn(failed: Failed): Failure {
  const { planned, error, stderr } = failed;
  const trouble = troubleOf(failed);
  const hint = planned?.check.hints[error.hint] ?? trouble?.hint;
  if (!hint) throw new Error(`There is no hint ${error.hint}.`);
  // Nobody is sent to a chapter that comes after the one that was asked for.
  const explains = trouble?.step && steps[Math.min(trouble.step, failed.asked) - 1];
  const { chapter } = explains || planned?.lesson || steps[0]!;
  const { did, expected, got } = error.finding;
  return {
    chapter,
    check: trouble?.check ?? planned?.check.name ?? 'the program starts and answers',
    hintId: error.hint,
    hint,
    // What a program sends may hold what a terminal obeys.
    finding: { did: plain(did), expected: plain(expected), got: plain(got) },
    stderr: without(stderr, got),
  };
}

/** The lines of what a program has printed that the finding does not quote. */
function without(printed: string, quoted: string): string {
  const lines = new Set(quoted.split('\n'));
  return printed
    .split('\n')
    .filter((line) => !lines.has(line))
    .join('\n');
}
