import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Report } from '../../checks/harness/types.ts';
import { MOST_MESSAGES, type Message } from '../board/message.ts';
import { stepNames } from '../programs.ts';
import { keepJson } from '../replace.ts';
import { readShown } from './shown.ts';
import { readState } from './state.ts';

/** A check, an answer or a diagnosis waits so long for the board, in milliseconds, and no longer. */
const TELL_MS = 200;

/** So long `make join` waits, in milliseconds: where the Wi-Fi keeps laptops apart, nothing comes. */
const JOIN_MS = 2000;

/** So much is kept for a board that is away; what is older is dropped. */
const MOST_WAITING = 200;

const DAY_S = 86_400;

/** No answer of a board is longer, in bytes. */
const MOST_BYTES = 4096;

/** What a laptop remembers of the board that it has joined. */
export interface Joined {
  /** Such as `http://192.168.1.20:8075/oak-wren-42`. */
  readonly board: string;
  readonly name: string;
  readonly key: string;
  /** When the learner was last through with a chapter, in milliseconds since 1970. */
  readonly since: number;
  /** The number of the last message. */
  readonly last: number;
  /** What the board has not taken yet, oldest first. */
  readonly waiting: readonly Message[];
  /** What it has taken last, for who wants to see it. */
  readonly sent: readonly Message[];
}

/** What became of talking to a board; the text is the board's, or says why there is none. */
export type Outcome =
  | {
      readonly reached: true;
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly reached: false; readonly why: string };

const fileIn = (root: string) => join(root, '.workshop', 'join.json');

/** The board that was joined; undefined where there is none. */
export function readJoined(root: string): Joined | undefined {
  try {
    const joined = JSON.parse(readFileSync(fileIn(root), 'utf8')) as Joined;
    return typeof joined.key === 'string' && Array.isArray(joined.waiting) ? joined : undefined;
  } catch {
    return undefined;
  }
}

/** Joins a board, and remembers it if it has taken the name. */
export async function joinBoard(root: string, board: string, name: string): Promise<Outcome> {
  const outcome = await ask('POST', `${board}/learners`, { body: { name }, withinMs: JOIN_MS });
  if (!outcome.reached || outcome.status !== 201) return outcome;
  const { key, name: taken } = outcome.body;
  if (typeof key !== 'string' || typeof taken !== 'string') {
    return { reached: false, why: 'what answers there is no board' };
  }
  const joined = { board, name: taken, key, since: Date.now(), last: 0, waiting: [], sent: [] };
  if (!keepJson(fileIn(root), joined))
    throw new Error(`${fileIn(root)} is held by another program.`);
  return outcome;
}

/** Leaves: the board deletes all that was told, and the laptop what it remembers, once the board has. */
export async function leaveBoard(root: string, joined: Joined): Promise<Outcome> {
  const { board, key } = joined;
  const outcome = await ask('DELETE', `${board}/learners/me`, { key, withinMs: JOIN_MS });
  // It does not know the key, or the class is over: nothing of this learner is left there.
  if (outcome.reached && [200, 401, 404].includes(outcome.status)) forget(root);
  return outcome;
}

/** Forgets a board that cannot be told: nothing is sent to it any more. */
export function forget(root: string): void {
  rmSync(fileIn(root), { force: true });
}

/** What is told, before it has its number. */
export type News = Omit<Message, 'number'>;

/**
 * Tells the board, if one was joined, what has become of a chapter, a question, an incident or a hand. It never
 * fails and never takes longer than {@link TELL_MS}: what cannot be sent goes with the next one, or without any news.
 */
export async function tellBoard(
  root: string,
  ...news: readonly News[]
): Promise<Outcome | undefined> {
  const joined = readJoined(root);
  if (!joined || news.length + joined.waiting.length === 0) return undefined;
  const now = Date.now();
  const told = news.map((one, index): Message => ({ number: joined.last + 1 + index, ...one }));
  const isThrough = news.some(({ about, outcome }) => about === 'chapter' && outcome !== 'failed');
  const waiting = [...joined.waiting, ...told].slice(-MOST_WAITING);
  const last = joined.last + news.length;
  const after = { ...joined, last, waiting, since: isThrough ? now : joined.since };
  // First on disk: whatever becomes of this process, the number is not given twice.
  if (!keepJson(fileIn(root), after)) return undefined;
  const messages = waiting.slice(0, MOST_MESSAGES);
  const outcome = await ask('POST', `${joined.board}/messages`, {
    key: joined.key,
    body: { messages },
    withinMs: TELL_MS,
  });
  // Not allowed: the board is of another version, and will not take them next time either.
  if (outcome.reached && [200, 400].includes(outcome.status)) {
    keepJson(fileIn(root), {
      ...after,
      waiting: waiting.slice(messages.length),
      sent: [...joined.sent, ...messages].slice(-MOST_WAITING),
    });
  }
  return outcome;
}

/** Whether the learner's hand is up, by what was told last. */
export function isHandUp({ sent, waiting }: Joined): boolean {
  return [...sent, ...waiting].findLast(({ about }) => about === 'hand')?.outcome === 'up';
}

/** Tells the board which chapters were passed before it was joined. */
export async function catchUp(root: string): Promise<void> {
  const shown = readShown(root);
  const passed = stepNames(root).slice(0, readState(root).passed);
  await tellBoard(
    root,
    ...passed.map((name): News => {
      return { about: 'chapter', name, outcome: shown.includes(name) ? 'shown' : 'passed' };
    }),
  );
}

/** What a check tells. */
export function newsOf({ chapter, passed, failure }: Report, root: string): News {
  const { name } = chapter;
  const since = readJoined(root)?.since ?? Date.now();
  const seconds = Math.min(DAY_S, Math.max(0, Math.round((Date.now() - since) / 1000)));
  if (!passed) return { about: 'chapter', name, outcome: 'failed', hint: failure?.hintId, seconds };
  const outcome = readShown(root).includes(name) ? 'shown' : 'passed';
  return { about: 'chapter', name, outcome, seconds };
}

interface Asking {
  readonly key?: string;
  readonly body?: object;
  /** In milliseconds, for all of it. */
  readonly withinMs: number;
}

/** Node's own client in place of `fetch`, which takes longer to load than the board may take. */
function ask(method: string, url: string, { key, body, withinMs }: Asking): Promise<Outcome> {
  return new Promise((resolve) => {
    const none = (why: string) => resolve({ reached: false, why });
    const asked = request(url, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
      },
      // No pool: a connection that is kept open would keep the command from ending.
      agent: false,
    });
    const timer = setTimeout(() => {
      none(`nothing came back within ${withinMs / 1000} s`);
      asked.destroy();
    }, withinMs);
    asked.once('error', ({ message }) => none(message));
    asked.once('close', () => clearTimeout(timer));
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.length <= MOST_BYTES) return;
        none('what answers there is no board');
        asked.destroy();
      });
      response.once('error', ({ message }) => none(message));
      response.once('end', () => {
        try {
          const read = JSON.parse(text) as unknown;
          const object = typeof read === 'object' && read !== null ? read : {};
          resolve({
            reached: true,
            status: response.statusCode!,
            body: object as Readonly<Record<string, unknown>>,
          });
        } catch {
          none('what answers there is no board');
        }
      });
    });
    asked.end(body && JSON.stringify(body));
  });
}
