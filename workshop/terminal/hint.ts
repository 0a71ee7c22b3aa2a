import type { Failure } from '../../checks/harness/types.ts';
import type { Paint } from './colour.ts';
import { nameOf } from './report.ts';
import { retyped } from './typed.js';
import { fold } from './verdict.ts';

/**
 * The fuller hint of a check that failed.
 * @param again what to type to check again
 */
export function describeHint(failure: Failure, again: string, paint: Paint): string {
  const { chapter, check, hint } = failure;
  const [first, fuller] = [hint.first, hint.fuller].map((text) => fold(retyped(text)).join('\n'));
  return [
    paint('bold', `${nameOf(chapter)}: ${check}\n`),
    `${first}\n\n${fuller}\n`,
    `The chapter: ${chapter.place}    Check again: ${again}`,
  ].join('\n');
}
