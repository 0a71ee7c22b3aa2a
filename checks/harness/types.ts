import { CheckFailure, type Finding, type Hint } from './failure.ts';
import type { Session } from './session.ts';

/** One thing that a learner's program must do. */
export interface Check<Id extends string = string> {
  /** In the learner's words: "planting an oak adds 1 to trees_standing". */
  readonly name: string;
  /** A hint for each way to miss it. */
  readonly hints: Readonly<Record<Id, Hint>>;
  /** Checks of earlier steps that this one replaces from its step on. */
  readonly supersedes?: readonly Check[];
  /** Whether it stops the program, so that it can only come last. */
  readonly stops?: boolean;
  /** Makes the program do it. @throws {CheckFailure} if it does not */
  run(session: Session): Promise<void>;
}

/** The checks of one step, in the order in which they run. */
export interface StepChecks {
  readonly step: number;
  /** What a learner whose program passes has learned, as one line. */
  readonly learned: string;
  readonly checks: readonly Check[];
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
  /** The step that taught it. */
  readonly step: number;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not reached';
}

/** Why a program does not pass. */
export interface Failure {
  /** The step that taught what is missing; it can be earlier than the one that was checked. */
  readonly step: number;
  readonly check: string;
  /** The name of the hint, such as `raw-path`. */
  readonly hintId: string;
  readonly hint: Hint;
  readonly finding: Finding;
  /** Where WORKSHOP.md teaches it, such as `WORKSHOP.md#04-labels`. */
  readonly place: string;
  /** The lines of the program's own errors that matter; else empty. */
  readonly stderr: string;
}

/** What came of checking a program. */
export interface Report {
  /** The step that it was checked for. */
  readonly step: number;
  readonly passed: boolean;
  /** Every check that belongs to it, in order. */
  readonly results: readonly CheckResult[];
  readonly failure: Failure | undefined;
  readonly learned: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}
