import { CheckFailure, type Finding, type Hint } from './failure.ts';
import type { Scrape } from './scrape.ts';
import type { NamedMetric } from './moves.ts';
import type { Session } from './session.ts';

/** One thing that a learner's program must do. */
export interface Check<Id extends string = string> {
  /** In the learner's words: "planting an oak adds 1 to trees_standing". */
  readonly name: string;
  /** A hint for each way to miss it. */
  readonly hints: Readonly<Record<Id, Hint>>;
  /** Checks of earlier steps that this one replaces from its step on. */
  readonly supersedes?: readonly Check[];
  /** The metric whose name and type it asks for, if it does. */
  readonly metric?: NamedMetric;
  /**
   * Whether it comes first when its step is checked: what it finds explains what the checks of earlier
   * steps would stumble over.
   */
  readonly opens?: boolean;
  /** What the metrics say before anybody visits the program: it is waited for, for a moment. */
  readonly beforeVisits?: (scrape: Scrape) => boolean;
  /** Whether it stops the program, so that it can only come last. */
  readonly stops?: boolean;
  /** Makes the program do it. @throws {CheckFailure} if it does not */
  run(session: Session): Promise<void>;
}

/** What a file of checks/ exports as `lesson`; which lesson it is about, its name says. */
export interface LessonChecks {
  /** The heading of its chapter, without the number. */
  readonly title: string;
  /** The heading of the chapter without code that comes next in the text, where one does. */
  readonly followedBy?: string;
  /** The text that it stands in; WORKSHOP.md by default. */
  readonly text?: 'PRODUCTION.md';
  /** The file of its program beside the server's: a job ends by itself, an exporter answers Prometheus. */
  readonly beside?: 'job.ts' | 'exporter.ts';
  /** What a learner whose program passes has learned, as one line. */
  readonly learned: string;
  /** In the order in which they run. */
  readonly checks: readonly Check[];
}

/** Which lesson something is about, as data that can be printed, remembered and sent. */
export interface Chapter {
  /** Its folder in steps/ or exercises/, and its file in checks/ without the ending: `05-gauges`. */
  readonly name: string;
  /** Its number; an exercise has none. */
  readonly step: number | undefined;
  /** Its heading in the text, such as `05 Gauges`. */
  readonly heading: string;
  /** Where it begins, as GitHub names it: `WORKSHOP.md#05-gauges`. */
  readonly place: string;
  /** The heading of the chapter without code that comes next in the text, where one does. */
  readonly followedBy: string | undefined;
}

/** A lesson: a step or an exercise, with the checks of what it teaches. */
export interface Lesson extends Pick<LessonChecks, 'learned' | 'checks' | 'beside'> {
  readonly chapter: Chapter;
}

/** Writes a check; `fail` takes none but the hints of this one. */
export function check<Id extends string>(
  definition: Omit<Check<Id>, 'run'> & {
    run(session: Session, fail: (hint: Id, finding: Finding) => CheckFailure): Promise<void>;
  },
): Check<Id> {
  const { run, ...rest } = definition;
  return {
    ...rest,
    run: (session) => run(session, (hint, finding) => new CheckFailure(hint, finding)),
  };
}

/** What became of one check. */
export interface CheckResult {
  /** The lesson that taught it. */
  readonly chapter: Chapter;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not reached';
}

/**
 * What happens to a check, as it happens: each is started at most once, and each ends as passed,
 * failed or not reached. That the program does not start at all is a failure that was not started.
 */
export type CheckEvent =
  | { readonly type: 'started'; readonly chapter: Chapter; readonly name: string }
  | { readonly type: 'passed'; readonly chapter: Chapter; readonly name: string }
  | { readonly type: 'not reached'; readonly chapter: Chapter; readonly name: string }
  | {
      readonly type: 'failed';
      readonly chapter: Chapter;
      readonly name: string;
      readonly failure: Failure;
    };

/** Why a program does not pass. */
export interface Failure {
  /** The lesson that taught what is missing; it can be earlier than the one that was checked. */
  readonly chapter: Chapter;
  readonly check: string;
  /** The name of the hint, such as `raw-path`. */
  readonly hintId: string;
  readonly hint: Hint;
  readonly finding: Finding;
  /** The lines of the program's own errors that matter; else empty. */
  readonly stderr: string;
}

/** What came of checking a program. */
export interface Report {
  /** The lesson that it was checked for. */
  readonly chapter: Chapter;
  /** The one that follows; none after the last step and after an exercise. */
  readonly next: Chapter | undefined;
  readonly passed: boolean;
  /** Every check that belongs to it, in order. */
  readonly results: readonly CheckResult[];
  readonly failure: Failure | undefined;
  readonly learned: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}
