import { createHash } from 'node:crypto';
import { ASKS, type Ask } from '../../checks/queries/index.ts';
import type { Verdict } from '../../checks/queries/judge.ts';
import type { Promtool } from '../../checks/queries/promtool.ts';
import {
  ANSWERS,
  answerTo,
  partOf,
  readAnswers,
  withPart,
  writeAnswers,
  type Answer as Written,
} from '../learner/answers.ts';
import { readAsked } from '../learner/asked.ts';
import { askLive, attempt, giveAway, IDS, nextOpen } from '../learner/asking.ts';
import { tellBoard } from '../learner/joined.ts';
import { lookForPromtool, noPromtool } from '../stack/promtool.ts';
import {
  headOf,
  NOT_YET,
  notRemembered,
  rightNow,
  stateOf,
  unreadable,
  unwritable,
} from '../terminal/asks.ts';
import { cellsOf, LIVE, marked } from '../terminal/verdict.ts';
import type { Desk, Part } from './part.ts';
import { rowsOf } from './prometheus.ts';
import type { AskAnswer, AsksAnswer, Conflict, SolutionAnswer, TryAnswer } from './said.ts';
import { json, Refusal, type Answer } from './server.ts';

/** So many rows of the learner's own program are shown. */
const LIVE_ROWS = 10;

/** A part of the file is no longer than this, comments and all, in characters. */
const MOST_CHARACTERS = 10_000;

/** The questions of `make ask` where they stand in the text: kept in the same file, judged by the same engine. */
export function asksPart({ root, env, ports }: Pick<Desk, 'root' | 'env' | 'ports'>): Part {
  let promtool: Promise<Promtool> | undefined;
  const findPromtool = () => {
    promtool ??= lookForPromtool(env).then((looked) => {
      if (looked.found) return looked.found;
      // It may come later.
      promtool = undefined;
      throw new Refusal(503, noPromtool(looked));
    });
    return promtool;
  };
  // One after the other: each is a program that takes a core.
  let busy: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = busy.then(work);
    busy = done.catch(() => {});
    return done;
  };

  async function tryPart(body: unknown): Promise<Answer> {
    const { question, part, version } = readTry(body);
    const text = readFile(root, question);
    const there = partOf(question, text, IDS)?.text ?? '';
    if (part !== there && versionOf(text) !== version) {
      const message = `${ANSWERS} has changed since the page read it, and was left as it is.`;
      return json({ message, version: versionOf(text), part: there } satisfies Conflict, 409);
    }
    const saved = part === there ? text : save(root, question, part, text);
    const answer = answerTo(question.id, saved, IDS)!;
    const { line } = partOf(question, saved, IDS)!;
    const live = askLive(ports.prometheus, answer.text);
    const tried = await inTurn(async () => {
      try {
        return await attempt(root, question, answer.text, await findPromtool());
      } catch (error) {
        if (error instanceof Refusal) throw error;
        throw new Refusal(
          503,
          `It could not be judged: ${(error as Error).message}\nTry it again.`,
        );
      }
    });
    const { verdict, asked, written } = tried;
    const rows = verdict.error ? undefined : await live;
    const next = verdict.right ? nextOpen(question, asked) : undefined;
    return json({
      version: versionOf(saved),
      part,
      state: stateOf(asked[question.id]),
      tried: true,
      ...describe(question, verdict, answer, answer.line - line),
      ...(rows && { live: { title: LIVE, ...rowsOf(rows, LIVE_ROWS) } }),
      ...(next && { next: { id: next.id, head: headOf(next) } }),
      ...(!written && { problem: 'This could not be remembered: try it again.' }),
    } satisfies TryAnswer);
  }

  return {
    routes: [
      {
        method: 'GET',
        path: '/asks',
        handle: () => {
          const text = readFile(root);
          const asked = readAsked(root);
          const all = ASKS.map((question): [string, AskAnswer] => [
            question.id,
            {
              part: partOf(question, text, IDS)?.text ?? '',
              state: stateOf(asked[question.id]),
              tried: Boolean(asked[question.id]?.tries),
            },
          ]);
          return json({
            version: versionOf(text),
            asks: Object.fromEntries(all),
          } satisfies AsksAnswer);
        },
      },
      { method: 'POST', path: '/asks/try', handle: ({ body }) => tryPart(body) },
      {
        method: 'POST',
        path: '/asks/solution',
        handle: ({ body }) => {
          const question = questionIn(body);
          const given = giveAway(root, question);
          if (given === 'untried') {
            throw new Refusal(409, `Try ${question.id} first: write a query, right or wrong.`);
          }
          if (given === 'unwritten') throw new Refusal(503, notRemembered(question));
          void tellBoard(root, { about: 'ask', name: question.id, outcome: 'shown' });
          const { references, because } = question;
          const state = stateOf(readAsked(root)[question.id]);
          return json({ solution: references[0], says: because, state } satisfies SolutionAnswer);
        },
      },
    ],
  };
}

/** @throws {Refusal} if it cannot be read */
function readFile(root: string, question = ASKS[0]!): string {
  try {
    return readAnswers(root);
  } catch (error) {
    throw new Refusal(503, unreadable(question, error));
  }
}

/** Writes the part into the file. @returns the file's text then */
function save(root: string, question: Ask, part: string, text: string): string {
  const written = withPart(question, part, text, IDS);
  if (written === undefined) {
    throw new Refusal(
      400,
      `A line of it begins as a question does, such as # ${question.id}: change that line, then try again.`,
    );
  }
  if (!writeAnswers(root, written)) throw new Refusal(503, unwritable(question));
  return written;
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @throws {Refusal} */
function questionIn(body: unknown): Ask {
  const { id } = Object(body) as { id?: unknown };
  const question = ASKS.find((one) => one.id === id);
  if (!question) throw new Refusal(400, 'There is no such question.');
  return question;
}

/** @throws {Refusal} */
function readTry(body: unknown): { question: Ask; part: string; version: string } {
  const question = questionIn(body);
  const { part, version } = body as { part?: unknown; version?: unknown };
  if (typeof part !== 'string' || typeof version !== 'string') {
    throw new Refusal(400, 'A try is a text, and the version of the file that it comes from.');
  }
  if (part.length > MOST_CHARACTERS) {
    throw new Refusal(413, `That is more than ${MOST_CHARACTERS} characters: shorten it.`);
  }
  const lines = part.split(/\r?\n/);
  if (lines.every((line) => /^\s*(#|$)/.test(line))) {
    throw new Refusal(400, 'Write your query first.');
  }
  const says = (line: string) => line.trim() !== '';
  const own = lines.slice(lines.findIndex(says), lines.findLastIndex(says) + 1);
  return { question, part: own.join('\n'), version };
}

/** @param before how many lines stand before the query in its part */
function describe(
  question: Ask,
  { right, error, compared, hint }: Verdict,
  { text }: Written,
  before: number,
) {
  const { message, at } = error ?? {};
  const place = at && `line ${at.line + before}, column ${at.column}: `;
  return {
    right,
    head: right ? rightNow(question) : NOT_YET,
    says: right ? question.because : (hint?.says ?? ''),
    ...(message !== undefined && { error: `Prometheus says: ${place ?? ''}${message}` }),
    ...(at && { place: marked(text.split('\n')[at.line - 1] ?? '', at.column, (_, mark) => mark) }),
    ...(compared && !right && { compared: cellsOf(compared) }),
  };
}
