import { typeErrors } from '../../checks/harness/compile.ts';
import type { Report } from '../../checks/harness/types.ts';
import { steps } from '../../checks/index.ts';
import { checkNext, checkStep } from '../../checks/run.ts';
import { besideIn, findBeside, findProgram, numberOf } from '../programs.ts';
import { findPromtool } from '../stack/promtool.ts';
import { readState, writeState } from './state.ts';

/** What came of checking the learner's program, and what the type checker says if it does not pass. */
export interface Judged {
  readonly report: Report;
  readonly errors: readonly string[];
}

/**
 * Checks the learner's program.
 * @param lesson the lesson to check for; without it, the first step that has not been passed
 * @param signal ends the check, and the program with it
 * @throws the reason of `signal`, once it is aborted
 */
export async function judge(lesson: string | undefined, signal?: AbortSignal): Promise<Judged> {
  const beside = lesson && besideIn(lesson);
  const { entry } = beside ? findBeside(beside, undefined) : findProgram(undefined);
  const promtool = () => findPromtool(process.env).found;
  const report = lesson
    ? await checkStep(lesson, { entry, promtool, signal })
    : await checkFirstUnpassed(entry);
  const errors = report.failure ? await typeErrors(entry, signal) : [];
  signal?.throwIfAborted();
  return { report, errors };
}

/** The report of the step that was passed just now; if there is none, of the first unpassed one. */
async function checkFirstUnpassed(entry: string): Promise<Report> {
  const { passed, report } = await checkNext({ entry });
  const last = passed.at(-1) ?? 0;
  if (report.passed || last <= readState().passed) return report;
  const { chapter, learned } = steps[last - 1]!;
  return {
    chapter,
    next: report.chapter,
    passed: true,
    results: report.results.filter((result) => result.chapter.step! <= last),
    failure: undefined,
    learned,
    ms: report.ms,
  };
}

/**
 * Remembers what came of a check, for the next one and for `make hint`.
 * @returns whether it could: another program may hold the file
 */
export function remember({ chapter, passed, failure }: Report): boolean {
  const before = readState().passed;
  const step = numberOf(chapter.name);
  // An exercise tells nothing about the steps.
  if (chapter.step === undefined) return writeState({ passed: before, step, failure });
  if (passed) return writeState({ passed: Math.max(before, chapter.step), step });
  const broken = failure?.chapter.step ?? chapter.step;
  return writeState({ passed: Math.min(before, broken - 1), step, failure });
}
