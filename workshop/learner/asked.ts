import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepJson } from '../replace.ts';

/** What is remembered of one question. */
export interface Tried {
  /** How many different answers were judged, up to the first right one. */
  readonly tries: number;
  /** The last that was judged: the same once more is no other try. */
  readonly last?: string;
  readonly right?: boolean;
  /** Whether the solution was shown before that. */
  readonly shown?: boolean;
}

/** By the ids of the questions. */
export type Asked = Readonly<Record<string, Tried>>;

/** Where it is remembered, from the root. */
export const ASKED = '.workshop/asks.json';

const fileIn = (root: string) => join(root, ASKED);

/** What was remembered; of a file that is missing or broken, nothing. */
export function readAsked(root: string): Asked {
  try {
    const asked: unknown = JSON.parse(readFileSync(fileIn(root), 'utf8'));
    if (typeof asked !== 'object' || asked === null) return {};
    const entries = Object.entries(asked as Record<string, Tried | undefined>);
    return Object.fromEntries(entries.filter(([, one]) => Number.isInteger(one?.tries)) as never);
  } catch {
    return {};
  }
}

/** Remembers. @returns whether it could: another program may hold the file */
export function writeAsked(root: string, asked: Asked): boolean {
  return keepJson(fileIn(root), asked);
}

/** What is to be remembered once an answer was judged. */
export function afterTry(before: Tried | undefined, answer: string, right: boolean): Tried {
  const { tries = 0, last, right: passed = false } = before ?? {};
  if (passed) return { ...before, tries, last: answer };
  return { ...before, tries: tries + (answer === last ? 0 : 1), last: answer, right };
}
