/** What the server says to the page about queries and questions, in JSON. */

/** What a query gives now, in words. */
export interface TableAnswer {
  readonly rows: readonly (readonly [series: string, value: string])[];
  /** How many rows are not told. */
  readonly more: number;
}

/** What a query gave at each step. */
export interface GraphAnswer {
  /** What all series have alike; `{}` if that is nothing. */
  readonly shared: string;
  readonly series: readonly {
    /** Without what all have alike. */
    readonly name: string;
    /** A value that no graph can show, such as NaN, is a text. */
    readonly samples: readonly (readonly [time: number, value: number | string])[];
  }[];
  /** How many series are not told. */
  readonly more: number;
  /** In seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Why there is no answer. */
export interface Refused {
  readonly message: string;
  /** The query's line with a mark below the place at which Prometheus stopped. */
  readonly place?: readonly string[];
}

/** What a target says of a metric. */
export interface MetricAnswer {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** What the page knows of all questions. */
export interface AsksAnswer {
  /** Of the file, as it was read. */
  readonly version: string;
  readonly asks: Readonly<Record<string, AskAnswer>>;
}

export interface AskAnswer {
  /** What stands below the question in the file. */
  readonly part: string;
  /** How far the learner is, in a word or two. */
  readonly state: string;
  /** Whether the solution may be given away. */
  readonly tried: boolean;
}

/** What came of a try. */
export interface TryAnswer extends AskAnswer {
  readonly version: string;
  readonly right: boolean;
  /** `04d is right.`, or `Not yet.` */
  readonly head: string;
  /** What Prometheus says to a query that it refuses. */
  readonly error?: string;
  /** The line with a mark below the place. */
  readonly place?: readonly string[];
  /** What was expected beside what came back, in cells. */
  readonly compared?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly more: number;
  };
  /** The hint; of a right answer, what there is to learn from it. */
  readonly says: string;
  /** What it gives on the learner's own program, if a Prometheus told it in time. */
  readonly live?: TableAnswer & { readonly title: string };
  readonly next?: { readonly id: string; readonly head: string };
  /** What went wrong beside it. */
  readonly problem?: string;
}

/** The file is another than the one that the page has read, and stays as it is. */
export interface Conflict {
  readonly message: string;
  readonly version: string;
  /** What stands below the question now. */
  readonly part: string;
}

/** A solution that is given away. */
export interface SolutionAnswer {
  readonly solution: string;
  readonly says: string;
  readonly state: string;
}
