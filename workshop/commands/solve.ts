import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { besideIn, endsOf, findStep, numberOf, ROOT, stepNames } from '../programs.ts';
import { putIntoApp } from '../learner/put.ts';
import { addShown } from '../learner/shown.ts';
import { readState } from '../learner/state.ts';

/** Puts the end of a chapter into `app/`. */
export function run({ STEP }: Values<'solve'>): number {
  return solve(ROOT, findStep(STEP, 'solve'));
}

/** {@link run} for the repository in `root`; `step` is the name of a step. */
export function solve(root: string, step: string): number {
  const number = numberOf(step);
  const command = typed('solve', { STEP: number });
  const isFirst = number === '1';
  if (isFirst) console.log('Chapter 1 begins and ends with this program: nothing is typed in it.');
  const what = isFirst ? `${step}, the program as the class begins` : `the end of ${step}`;
  const source = join(root, endsOf(step, root).end);
  const beside = besideIn(step, root) !== undefined;
  const code = putIntoApp({ root, source, what, command, beside });
  if (code === 0) {
    const open = stepNames(root).slice(readState(root).passed);
    addShown(root, open.includes(step) ? open.filter((name) => name <= step) : [step]);
    console.log(`Next: ${typed('check', { STEP: number })}`);
  }
  return code;
}
