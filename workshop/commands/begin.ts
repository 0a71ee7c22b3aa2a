import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { besideIn, endsOf, findStep, inWords, numberOf, ROOT } from '../programs.ts';
import { listFiles } from '../learner/folders.ts';
import { putIntoApp } from '../learner/put.ts';

/** Puts the state before a chapter, the end of the step before, into `app/`. */
export function run({ STEP }: Values<'begin'>): number {
  return begin(ROOT, findStep(STEP, 'begin'));
}

/** {@link run} for the repository in `root`; `step` is the name of a step. */
export function begin(root: string, step: string): number {
  const number = numberOf(step);
  const command = typed('begin', { STEP: number });
  const { begin: before, end } = endsOf(step, root);
  if (!before) console.log('Chapter 1 begins and ends with this program: nothing is typed in it.');
  const source = join(root, before ?? end);
  const beside = besideIn(step, root);
  const state = before
    ? `the state before chapter ${number}, ${inWords(before)}`
    : `${step}, the program as the class begins`;
  const what = beside
    ? `${listFiles(source).join(', ')} of ${inWords(before ?? end)} beside the rest`
    : state;
  const code = putIntoApp({ root, source, what, command, beside: beside !== undefined });
  const chapter = number === step ? 'its chapter' : `chapter ${number}`;
  // What stands beside the server is of the second half-day.
  const start = beside === 'job' ? typed('job') : typed('up', { WITH: 'exporter' });
  const next = beside
    ? `its chapter of PRODUCTION.md, with ${start}`
    : `${chapter} of WORKSHOP.md, with ${typed('dev')}`;
  if (code === 0) console.log(`Next: ${next}`);
  return code;
}
