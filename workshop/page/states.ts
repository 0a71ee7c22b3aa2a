// What the page is told of the program; it imports nothing, since the browser's code reads it, too.

/** What the page can start. */
export type Startable = 'dev' | 'up' | 'native';

/** The program: whether it answers, and how it was started. */
export interface ProgramState {
  /** What came of asking for its metrics, as `NoMetrics` in workshop/metrics/scrape.ts says it. */
  readonly answer: 'metrics' | 'nobody' | 'late' | 'cut' | 'other';
  /** The same in words, then what else there is to say. */
  readonly says: readonly [string, ...string[]];
  readonly starts: readonly { readonly command: Startable; readonly label: string }[];
  /** What to call the button that ends what was started here; undefined if nothing was. */
  readonly stop: string | undefined;
}

/** What a command that was started here has printed last. */
export interface OutputState {
  readonly text: string;
}

/** The check of a chapter, in the words of `make check` and `make hint`. */
export interface CheckState {
  /** The title of the chapter that was opened last. */
  readonly chapter: string;
  readonly outcome: 'none' | 'waiting' | 'running' | 'passed' | 'failed' | 'broken';
  /** The outcome in a sentence. */
  readonly says: string;
  /** What the report of a check ends with, as a terminal gets it, with its colours. */
  readonly text: string;
  /** What it begins with: each check. */
  readonly results: string;
  /** What `make hint` says of it; else empty. */
  readonly hint: string;
}

/** The board of the class, where the learner has joined one. */
export interface HandState {
  /** The nickname; undefined where none was joined. */
  readonly name: string | undefined;
  readonly isUp: boolean;
}

/** The traffic, in the words of `make load`. */
export interface LoadState {
  readonly running: boolean;
  readonly text: string;
}
