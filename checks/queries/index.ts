import type { ChapterQuestions, Question } from './question.ts';
import { chapter as prometheus } from './questions/prometheus-and-grafana.ts';
import { chapter as labels } from './questions/04-labels.ts';
import { chapter as gauges } from './questions/05-gauges.ts';
import { chapter as histograms } from './questions/06-histograms.ts';
import { chapter as buckets } from './questions/07-buckets.ts';
import { chapter as infoAndEnum } from './questions/09-info-and-enum.ts';
import { chapter as timers } from './questions/10-timers-and-exceptions.ts';
import { chapter as alerts } from './questions/alerts.ts';
import { chapter as many } from './questions/many.ts';
import { chapter as others } from './questions/what-others-measure.ts';
import { chapter as promise } from './questions/what-did-we-promise.ts';
import { chapter as theRest } from './questions/queries-the-rest.ts';

/** All chapters that ask, in the order of the texts: those of the second half-day come last. */
export const CHAPTERS: readonly ChapterQuestions[] = [
  prometheus,
  labels,
  gauges,
  histograms,
  buckets,
  infoAndEnum,
  timers,
  alerts,
  many,
  others,
  promise,
  theRest,
];

/** A question with the heading of its chapter. */
export interface Ask extends Question {
  readonly heading: string;
}

/** All questions, in the order of the text. */
export const ASKS: readonly Ask[] = CHAPTERS.flatMap(({ heading, questions }) =>
  questions.map((question) => ({ ...question, heading })),
);
