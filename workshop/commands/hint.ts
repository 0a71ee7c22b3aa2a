import type { Values } from '../terminal/arguments.js';
import { retyped, typed } from '../terminal/typed.js';
import { paintFor } from '../terminal/colour.ts';
import { nameOf } from '../terminal/report.ts';
import { findStep, numberOf } from '../programs.ts';
import { readState } from '../learner/state.ts';

const WIDTH = 96;

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
  const paint = paintFor(process.stdout);
  console.log(paint('bold', `${nameOf(failure.chapter)}: ${failure.check}\n`));
  console.log(`${fold(retyped(failure.hint.first))}\n\n${fold(retyped(failure.hint.fuller))}\n`);
  console.log(`The chapter: ${failure.chapter.place}    Check again: ${again}`);
  return 0;
}

function fold(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length > WIDTH) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trimStart());
  }
  return lines.join('\n');
}
