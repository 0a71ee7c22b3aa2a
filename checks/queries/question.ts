import type { Structure } from './grammar.ts';
import type { History } from './history.ts';

/** A way to misunderstand a question, and what to say to it. */
export interface QueryHint {
  /** Its name in the tests, such as `mean-of-ratios`. */
  readonly id: string;
  /** One to three sentences: what the answer does in place of what was asked. It gives no solution away. */
  readonly says: string;
  /** Classic wrong answers: the hint is for each answer with the same result as one of these. */
  readonly like?: readonly string[];
  /** Whether it is for an answer that is built in this way. */
  readonly when?: (structure: Structure) => boolean;
  /** It speaks of what came back: not told where a name, a label or a value is not there at all. */
  readonly ofRows?: boolean;
}

/** A question that a learner answers by a query. */
export interface Question {
  /** The number of its chapter, or the first letter of its heading, and a letter: `04d`. */
  readonly id: string;
  /** In class, homework, or in the second half-day, whose questions are asked for by name. */
  readonly where: 'class' | 'homework' | 'second half-day';
  /**
   * In plain words, with all that the result depends on: the metric where it is not the chapter's
   * one, the time to look at, the unit, the labels to keep. One line in the file of answers for each here.
   */
  readonly asks: readonly string[];
  /** What the queries are evaluated on: one on which each classic mistake gives another result. */
  readonly history: () => History;
  /** At which seconds of it; {@link MOMENTS} without it. */
  readonly moments?: readonly number[];
  /** Right answers: one passes that has the result of any of them. The first is shown as the solution. */
  readonly references: readonly [string, ...string[]];
  /** In the order in which they are looked for: the first that fits is told. */
  readonly hints: readonly QueryHint[];
  /** What there is to learn from the right answer, in one or two sentences; told after it. */
  readonly because: string;
}

/** What a file of `questions/` exports as `chapter`. */
export interface ChapterQuestions {
  /** Its heading in the text. */
  readonly heading: string;
  readonly questions: readonly Question[];
}

/** Five moments of the last twenty minutes of a half hour, none of them that of a scrape. */
export const MOMENTS: readonly number[] = [733, 952, 1211, 1468, 1784];
