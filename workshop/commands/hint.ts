import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { paintFor } from '../terminal/colour.ts';
import { describeHint } from '../terminal/hint.ts';
import { findStep, numberOf } from '../programs.ts';
import { readState } from '../learner/state.ts';

/**
 * Prints the fuller hint of the check that failed last; with STEP, if it was one for that step.
 * Exit code 1 if there is none.
 */
export function run({ STEP }: Values<'hint'>): number {
  const wanted = STEP && numberOf(findStep(STEP, 'hint'));
  const { step, failure } = readState();
  const again = typed('check', { STEP: wanted || step });
  if (!failure || (wanted && wanted !== step && wanted !== numberOf(failure.chapter.name))) {
    const which = wanted ? ` for step ${wanted}` : '';
    console.log(`No failed check${which} is remembered. Look what your program does: ${again}`);
    return 1;
  }
  console.log(describeHint(failure, again, paintFor(process.stdout)));
  return 0;
}
