import { answers as prometheus } from './prometheus-and-grafana.ts';
import { answers as labels } from './04-labels.ts';
import { answers as gauges } from './05-gauges.ts';
import { answers as histograms } from './06-histograms.ts';
import { answers as buckets } from './07-buckets.ts';
import { answers as infoAndEnum } from './09-info-and-enum.ts';
import { answers as timers } from './10-timers-and-exceptions.ts';
import { answers as alerts } from './alerts.ts';
import { answers as many } from './many.ts';
import { answers as others } from './what-others-measure.ts';
import { answers as promise } from './what-did-we-promise.ts';
import { answers as theRest } from './queries-the-rest.ts';

/** By the question's id: other right answers than its references, and wrong ones with the hint of each. */
export type Answers = Readonly<
  Record<
    string,
    { readonly right: readonly string[]; readonly wrong: Readonly<Record<string, string>> }
  >
>;

export const answers: Answers = {
  ...prometheus,
  ...labels,
  ...gauges,
  ...histograms,
  ...buckets,
  ...infoAndEnum,
  ...timers,
  ...alerts,
  ...many,
  ...others,
  ...promise,
  ...theRest,
};
