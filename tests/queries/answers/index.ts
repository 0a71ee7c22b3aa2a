import { answers as prometheus } from './prometheus-and-grafana.ts';
import { answers as labels } from './04-labels.ts';

/** By the question's id: other right answers than its references, and wrong ones with the hint of each. */
export type Answers = Readonly<
  Record<
    string,
    { readonly right: readonly string[]; readonly wrong: Readonly<Record<string, string>> }
  >
>;

export const answers: Answers = { ...prometheus, ...labels };
