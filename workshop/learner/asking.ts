import { ASKS, type Ask } from '../../checks/queries/index.ts';
import { judge, type Verdict } from '../../checks/queries/judge.ts';
import type { Promtool, Row } from '../../checks/queries/promtool.ts';
import { queryNow } from '../stack/prometheus-api.ts';
import { tellBoard } from './joined.ts';
import { afterTry, readAsked, writeAsked, type Asked } from './asked.ts';

/** How long the learner's own Prometheus has to answer, in milliseconds. */
const LIVE_MS = 1000;

/** Those of all questions, in the order of the text. */
export const IDS: readonly string[] = ASKS.map(({ id }) => id);

/** The chapters of the second half-day. */
const SECOND = new Set(
  ASKS.filter(({ where }) => where === 'second half-day').map(({ heading }) => heading),
);

/** Those of the class come first: homework can wait, and the second half-day. */
const IN_ORDER = [
  ...ASKS.filter(({ where }) => where === 'class'),
  ...ASKS.filter(({ where, heading }) => where === 'homework' && !SECOND.has(heading)),
  ...ASKS.filter(({ heading }) => SECOND.has(heading)),
];

/** The first question that is neither answered nor given away. */
export function firstOpen(asked: Asked): Ask | undefined {
  return IN_ORDER.find((one) => isOpen(one, asked));
}

function isOpen({ id }: Ask, asked: Asked): boolean {
  return !asked[id]?.right && !asked[id]?.shown;
}

/**
 * What to go on with after a right answer: whoever chose homework, or a question of the second half-day, stays
 * in its chapter.
 */
export function nextOpen({ id, where, heading }: Ask, asked: Asked): Ask | undefined {
  if (where === 'class') return firstOpen(asked);
  const later = ASKS.slice(IDS.indexOf(id) + 1).filter((one) => one.heading === heading);
  return later.find((one) => isOpen(one, asked)) ?? firstOpen(asked);
}

/** The question that a person names: `04d`, `4d` or `04D`. */
export function findAsk(text: string): Ask | undefined {
  const name = text.toLowerCase().replace(/^(?=\d[a-z]?$)/, '0');
  return ASKS.find(({ id }) => id.toLowerCase() === name);
}

/** What came of a try. */
export interface Attempt {
  readonly verdict: Verdict;
  /** What is remembered of all questions after it. */
  readonly asked: Asked;
  /** Whether it could be: another program may hold the file. */
  readonly written: boolean;
  /** Done once the board knows, or is left alone. */
  readonly told: Promise<unknown>;
}

/**
 * Judges an answer, and remembers that it was tried.
 * @throws {Error} if promtool cannot run
 */
export async function attempt(
  root: string,
  question: Ask,
  answer: string,
  promtool: Promtool,
): Promise<Attempt> {
  const verdict = await judge(question, answer, promtool);
  const before = readAsked(root);
  const tried = afterTry(before[question.id], answer, verdict.right);
  const asked = { ...before, [question.id]: tried };
  const written = writeAsked(root, asked);
  const outcome = verdict.right ? (tried.shown ? 'shown' : 'passed') : 'failed';
  const news = { about: 'ask', name: question.id, outcome, hint: verdict.hint?.id } as const;
  return { verdict, asked, written, told: tellBoard(root, news) };
}

/** Remembers that a solution is given away; not before a try. */
export function giveAway(root: string, { id }: Ask): 'given' | 'untried' | 'unwritten' {
  const asked = readAsked(root);
  const before = asked[id];
  if (!before?.tries) return 'untried';
  const shown = before.right ? before : { ...before, shown: true };
  return writeAsked(root, { ...asked, [id]: shown }) ? 'given' : 'unwritten';
}

/** What an answer gives on the learner's own program; undefined where no Prometheus says it in time. */
export async function askLive(port: number, query: string): Promise<readonly Row[] | undefined> {
  try {
    return await queryNow(`http://127.0.0.1:${port}`, query, LIVE_MS);
  } catch {
    // Another program may answer on that port.
    return undefined;
  }
}
