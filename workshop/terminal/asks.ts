import { ASKS, type Ask } from '../../checks/queries/index.ts';
import { ANSWERS } from '../learner/answers.ts';
import type { Asked, Tried } from '../learner/asked.ts';
import { typed } from './typed.js';

/** What a person types to have a question judged. */
export function again({ id }: Ask): string {
  return typed('ask', { N: id });
}

/** A question's line above what it asks. */
export function headOf({ id, heading, where }: Ask): string {
  return `${id} ${heading}${where === 'homework' ? ', homework' : ''}`;
}

/** What is said first of a right answer. */
export function rightNow({ id }: Ask): string {
  return `${id} is right.`;
}

/** What is said first of a wrong one. */
export const NOT_YET = 'Not yet.';

/** How far a learner is with a question, in a word or two; empty before the first try. */
export function stateOf(before: Tried | undefined): string {
  if (before?.right) return before.shown ? 'shown, right' : 'right';
  if (before?.shown) return 'shown';
  return before?.tries ? `tried ${before.tries}` : '';
}

/** All questions with their state, a line each, below the headings of their chapters. */
export function listOf(asked: Asked): string {
  let heading = '';
  return ASKS.flatMap((question) => {
    const { id, asks, where } = question;
    const line = `  ${id.padEnd(4)} ${(where === 'homework' ? where : '').padEnd(9)} ${stateOf(asked[id]).padEnd(12)} ${asks[0]}`;
    if (question.heading === heading) return [line];
    heading = question.heading;
    return [heading, line];
  }).join('\n');
}

/** Why no solution is given away yet. */
export function untried(question: Ask): string {
  return `Try ${question.id} first: write a query below it in ${ANSWERS}, right or wrong, then type: ${again(question)}`;
}

/** That a solution was shown could not be written down. */
export function notRemembered({ id }: Ask): string {
  return `That it was shown cannot be remembered: another program may hold .workshop/asks.json. Type again: ${typed('ask', { N: id, SHOW: true })}`;
}

/** The file of answers cannot be read. */
export function unreadable(question: Ask, error: unknown): string {
  return `${ANSWERS} cannot be read (${(error as Error).message}). Move it away, then type: ${again(question)}`;
}

/** The file of answers cannot be written. */
export function unwritable(question: Ask): string {
  return `${ANSWERS} cannot be written: another program may hold it. Close it there, then type: ${again(question)}`;
}
