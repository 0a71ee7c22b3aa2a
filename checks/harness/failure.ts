/** What to do about one misconception: a line that points, and a paragraph that explains. */
export interface Hint {
  /** One or two sentences, printed with the failure. */
  readonly first: string;
  /** Printed by `make hint`. */
  readonly fuller: string;
}

/** What a check has seen that it should not have. */
export interface Finding {
  /** What was done to the program. */
  readonly did: string;
  /** What a right program does then. */
  readonly expected: string;
  /** What this one did: the few lines that matter. */
  readonly got: string;
}

/** A check that did not pass; `hint` is the key of the hint that fits. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly hint: string;
  readonly finding: Finding;

  constructor(hint: string, finding: Finding) {
    super(`${hint}: ${finding.got}`);
    this.hint = hint;
    this.finding = finding;
  }
}
