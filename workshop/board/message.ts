/**
 * What a learner who has joined tells the board, and nothing else: no code, no path, no answer.
 * It is data, so that `make join` can show it as it was sent.
 */
export interface Message {
  /** Counts a learner's messages, from 1: one that comes twice is taken once. */
  readonly number: number;
  readonly about: 'chapter' | 'ask' | 'incident' | 'hand';
  /** Such as `05-gauges`, `04d` or `3`; of a hand, empty. */
  readonly name: string;
  /** `shown` is what was given away: by `make solve`, or by SHOW=1. */
  readonly outcome: 'passed' | 'failed' | 'shown' | 'up' | 'down';
  /** The id of the hint that was shown. */
  readonly hint?: string;
  /** How long the learner was at it. */
  readonly seconds?: number;
}

/** No longer than this is anybody at anything, in seconds. */
const DAY_S = 86_400;

/** What is sent together at most. */
export const MOST_MESSAGES = 60;

/** The longest name of a learner, in characters. */
export const LONGEST_NAME = 24;

/** A hint that no list has. */
export const OTHER_HINT = 'other';

/** The longest id of a hint, in characters. */
const LONGEST_HINT = 60;

const OUTCOMES: Readonly<Record<Message['about'], readonly string[]>> = {
  chapter: ['passed', 'failed', 'shown'],
  ask: ['passed', 'failed', 'shown'],
  incident: ['passed', 'failed', 'shown'],
  hand: ['up', 'down'],
};

/** What was sent is nothing that the board takes; the text says why, and repeats nothing of it. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** What messages may name: nothing else becomes the value of a label. */
export interface Names {
  readonly chapter: ReadonlySet<string>;
  readonly ask: ReadonlySet<string>;
  readonly incident: ReadonlySet<string>;
  /** The ids of all hints with their words. */
  readonly hints: ReadonlyMap<string, string>;
}

/**
 * Reads what a learner's laptop has sent.
 * @throws {NotAllowed} if any of it is not as {@link Message} says, or names what is not in `names`
 */
export function parseMessages(body: unknown, names: Names): Message[] {
  const list = (body as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_MESSAGES) {
    throw new NotAllowed(`messages is no list of 1 to ${MOST_MESSAGES}.`);
  }
  return list.map((one) => parseMessage(one, names));
}

function parseMessage(value: unknown, names: Names): Message {
  const { number, about, name, outcome, hint, seconds } = (value ?? {}) as Record<string, unknown>;
  if (!isWhole(number, 1, Number.MAX_SAFE_INTEGER)) throw new NotAllowed('number is no number.');
  if (typeof about !== 'string' || !Object.hasOwn(OUTCOMES, about)) {
    throw new NotAllowed(`about is none of ${Object.keys(OUTCOMES).join(', ')}.`);
  }
  const kind = about as Message['about'];
  const outcomes = OUTCOMES[kind];
  if (!outcomes.includes(outcome as string)) {
    throw new NotAllowed(`outcome is none of ${outcomes.join(', ')}.`);
  }
  const known = kind === 'hand' ? name === '' : names[kind].has(name as string);
  if (!known) throw new NotAllowed(`name is no ${kind} of this workshop.`);
  if (hint !== undefined && !(typeof hint === 'string' && hint.length <= LONGEST_HINT)) {
    throw new NotAllowed('hint is no name of a hint.');
  }
  if (seconds !== undefined && !isWhole(seconds, 0, DAY_S)) {
    throw new NotAllowed(`seconds is no whole number from 0 to ${DAY_S}.`);
  }
  // Prometheus' own words have no list: they are counted together.
  const listed = hint === undefined || names.hints.has(hint) ? hint : OTHER_HINT;
  return { number, about: kind, name, outcome, hint: listed, seconds } as Message;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/**
 * Reads the name that a learner wants to be called by: letters and digits of any language, and what joins them.
 * @throws {NotAllowed} if it is empty, too long, or has anything else in it
 */
export function parseName(value: unknown): string {
  const name = typeof value === 'string' ? value.normalize('NFC').trim() : '';
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u.test(name) && [...name].length <= LONGEST_NAME) {
    return name;
  }
  throw new NotAllowed(
    `A name has 1 to ${LONGEST_NAME} letters or digits, with spaces, dots and hyphens between.`,
  );
}
