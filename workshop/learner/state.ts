import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../checks/harness/types.ts';
import { ROOT, stepNames } from '../programs.ts';
import { keepJson } from '../replace.ts';

/** What `make check` remembers for the next one and for `make hint`. */
export interface CheckState {
  /** The program has passed steps 1 to this one. */
  readonly passed: number;
  /** What was checked last, as STEP takes it, and why it does not pass; nothing if it does. */
  readonly step?: string;
  readonly failure?: Failure;
}

/** Where it is remembered, from the root. */
export const CHECKED = '.workshop/check.json';

/** What was remembered last; of a file that is missing or broken, nothing. */
export function readState(root = ROOT): CheckState {
  try {
    const state: CheckState = JSON.parse(readFileSync(join(root, CHECKED), 'utf8'));
    // A workshop that was updated since may have written another form.
    const { passed, failure } = state;
    return Number.isInteger(passed) && (!failure || failure.chapter) ? state : { passed: 0 };
  } catch {
    return { passed: 0 };
  }
}

/**
 * The chapter that the learner is in, as STEP takes it: that of the last check, or if it has passed
 * the one after all that have. Nobody is in chapter 1, where nothing is typed.
 */
export function currentChapter({ passed, step, failure }: CheckState): string {
  if (failure && step && step !== '1') return step;
  return String(Math.min(Math.max(passed + 1, 2), stepNames().length));
}

/**
 * The chapter whose end a learner's own program is compared with: that of the last check, also if it
 * has passed, since the next one's solution is not asked for yet.
 */
export function comparedChapter(state: CheckState): string {
  return state.step && state.step !== '1' ? state.step : currentChapter(state);
}

/**
 * Remembers; a reader never sees half of it.
 * @returns whether it could: another program may hold the file
 */
export function writeState(state: CheckState): boolean {
  return keepJson(join(ROOT, CHECKED), state);
}
