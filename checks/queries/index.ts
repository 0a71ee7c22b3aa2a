import type { ChapterQuestions, Question } from './question.ts';
import { chapter as prometheus } from './questions/prometheus-and-grafana.ts';
import { chapter as labels } from './questions/04-labels.ts';

/** All chapters that ask, in the order of the text. */
export const CHAPTERS: readonly ChapterQuestions[] = [prometheus, labels];

/** A question with the heading of its chapter. */
export interface Ask extends Question {
  readonly heading: string;
}

/** All questions, in the order of the text. */
export const ASKS: readonly Ask[] = CHAPTERS.flatMap(({ heading, questions }) =>
  questions.map((question) => ({ ...question, heading })),
);
