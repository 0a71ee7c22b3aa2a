import { join } from 'node:path';
import { ASKS, type Ask } from '../../checks/queries/index.ts';
import type { Verdict } from '../../checks/queries/judge.ts';
import type { Promtool, Row } from '../../checks/queries/promtool.ts';
import { addQuestion, ANSWERS, answerTo, readAnswers, type Answer } from '../learner/answers.ts';
import { tellBoard } from '../learner/joined.ts';
import { readAsked, type Asked } from '../learner/asked.ts';
import {
  askLive,
  attempt,
  findAsk,
  firstOpen,
  giveAway,
  IDS,
  nextOpen,
  type Attempt,
} from '../learner/asking.ts';
import { watch } from '../program/watch.ts';
import { ROOT } from '../programs.ts';
import { lookForPromtool, noPromtool } from '../stack/promtool.ts';
import { UsageError, type Values } from '../terminal/arguments.js';
import {
  again,
  headOf,
  listOf,
  NOT_YET,
  notRemembered,
  rightNow,
  unreadable,
  untried,
  unwritable,
} from '../terminal/asks.ts';
import { paintFor } from '../terminal/colour.ts';
import { typed } from '../terminal/typed.js';
import { describeRows, describeVerdict, fold, LIVE } from '../terminal/verdict.ts';

/** So many rows of the learner's own program are shown. */
const LIVE_ROWS = 4;

/** So many lines of an answer are shown again. */
const MOST_LINES = 8;

/**
 * Asks a question about metrics, and judges the query that the learner wrote below it: the first
 * open question, or the one that N names. Exit code 1 for a wrong answer, 0 for a right one and
 * where there is none yet. WATCH: again after each save; SHOW: gives the solution away; LIST: all
 * questions with their state.
 */
export async function run(values: Values<'ask'>, env: NodeJS.ProcessEnv): Promise<number> {
  return ask(ROOT, values, env);
}

/** {@link run} for the repository in `root`. */
export async function ask(
  root: string,
  { N, WATCH, SHOW, LIST, PORT_9090 }: Values<'ask'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const wanted = N ? named(N) : undefined;
  if (LIST) {
    console.log(listOf(readAsked(root)));
    return 0;
  }
  const first = wanted ?? firstOpen(readAsked(root));
  if (!first) {
    console.log(`${listOf(readAsked(root))}\n\nThat was the last one: all questions are answered.`);
    return 0;
  }
  if (SHOW) return show(root, first);
  const looking = lookForPromtool(env);
  first.history();
  const looked = await looking;
  if (!looked.found) {
    console.error(noPromtool(looked));
    return 1;
  }
  const sitting = { root, promtool: looked.found, port: PORT_9090, watching: WATCH };
  if (WATCH) return tryOnSave(sitting, first, !wanted);
  return (await tryAnswer(sitting, first)).code;
}

/** Where and by what answers are judged. */
interface Sitting {
  readonly root: string;
  readonly promtool: Promtool;
  /** That of the learner's own Prometheus. */
  readonly port: number;
  /** Whether a save is enough to be judged again. */
  readonly watching: boolean;
}

/** Judges now and after each save. @param goOn whether the next question comes after a right answer */
async function tryOnSave(sitting: Sitting, first: Ask, goOn: boolean): Promise<never> {
  const { root } = sitting;
  let question = first;
  let judged: string | undefined;
  const tryNow = async () => {
    let tried = await tryAnswer(sitting, question);
    for (
      let next = goOn ? firstOpen(readAsked(root)) : undefined;
      tried.code === 0 && next && next !== question;
      next = firstOpen(readAsked(root))
    ) {
      console.log('');
      question = next;
      tried = await tryAnswer(sitting, question);
    }
    judged = tried.text;
    console.log(`\nWaiting for you to save ${ANSWERS}. Ctrl-C stops it.`);
  };
  let busy = Promise.resolve();
  // Before the first try: what is saved while it is judged is seen, too.
  watch([join(root, ANSWERS)], () => {
    busy = busy.then(async () => {
      // That the command itself adds a question is no news.
      if (textBelow(root, question) === judged) return;
      console.log(process.stdout.isTTY ? '\x1b[2J\x1b[H' : '\n');
      await tryNow();
    });
  });
  busy = tryNow();
  return new Promise(() => {});
}

/**
 * Judges what stands below a question, and says what to do next.
 * @returns the exit code, and what was judged: empty where there is no answer yet
 */
async function tryAnswer(
  sitting: Sitting,
  question: Ask,
): Promise<{ readonly code: number; readonly text: string | undefined }> {
  const { root, promtool, port, watching } = sitting;
  const paint = paintFor(process.stdout);
  const answer = answerOrQuestion(root, question);
  if (!answer) return { code: 1, text: undefined };
  console.log(`${paint('bold', headOf(question))}\n\n${question.asks.join('\n')}\n`);
  if (answer.text === '') {
    const then = watching ? 'and save it.' : `then type: ${again(question)}`;
    console.log(`Write your query below this question in ${ANSWERS}, ${then}`);
    return { code: 0, text: '' };
  }
  const live = askLive(port, answer.text);
  let tried: Attempt;
  try {
    tried = await attempt(root, question, answer.text, promtool);
  } catch (error) {
    const { message } = error as Error;
    console.error(`It could not be judged: ${message}\nTo try again, type: ${again(question)}`);
    return { code: 1, text: answer.text };
  }
  const { verdict, asked, written, told } = tried;
  console.log(`  ${answer.text.split('\n', MOST_LINES).join('\n  ')}\n`);
  if (verdict.right) {
    console.log(paint(['green', 'bold'], rightNow(question)));
    console.log(fold(question.because).join('\n'));
  } else {
    console.log(paint(['red', 'bold'], NOT_YET));
    const place = { file: ANSWERS, firstLine: answer.line };
    console.log(describeVerdict(verdict, answer.text, place, paint));
  }
  if (!verdict.error) await showLive(live);
  console.log(`\n${nextStep(sitting, question, verdict, asked)}`);
  if (!written) {
    console.error(
      `This could not be remembered: another program may hold .workshop/asks.json. To try again, type: ${again(question)}`,
    );
  }
  await told;
  return { code: verdict.right ? 0 : 1, text: answer.text };
}

/** What stands below the question; one that is not in the file yet is added to it. */
function answerOrQuestion(root: string, question: Ask): Answer | undefined {
  try {
    const there = answerTo(question.id, readAnswers(root), IDS);
    if (there) return there;
    if (addQuestion(root, question)) return { text: '', line: 0 };
    console.error(unwritable(question));
  } catch (error) {
    console.error(unreadable(question, error));
  }
  return undefined;
}

/** The answer as it is now; undefined where the file cannot be read. */
function textBelow(root: string, { id }: Ask): string | undefined {
  try {
    return answerTo(id, readAnswers(root), IDS)?.text ?? '';
  } catch {
    return undefined;
  }
}

function nextStep({ watching }: Sitting, question: Ask, { right }: Verdict, asked: Asked): string {
  if (!right) {
    const then = watching ? 'and save it.' : `then type: ${again(question)}`;
    const solution = typed('ask', { N: question.id, SHOW: true });
    return `Change it in ${ANSWERS}, ${then}    The solution: ${solution}`;
  }
  const next = nextOpen(question, asked);
  if (!next) return `That was the last one. All of them: ${typed('ask', { LIST: true })}`;
  return `Next: ${headOf(next)}${watching ? '' : `: ${next === firstOpen(asked) ? typed('ask') : again(next)}`}`;
}

async function show(root: string, question: Ask): Promise<number> {
  const { asks, references, because } = question;
  const given = giveAway(root, question);
  if (given !== 'given') {
    console.error(given === 'untried' ? untried(question) : notRemembered(question));
    return 1;
  }
  const paint = paintFor(process.stdout);
  console.log(`${paint('bold', headOf(question))}\n\n${asks.join('\n')}\n\n  ${references[0]}\n`);
  console.log(fold(because).join('\n'));
  await tellBoard(root, { about: 'ask', name: question.id, outcome: 'shown' });
  console.log(
    `\nType it into ${ANSWERS} by hand, change a part of it, and see: ${again(question)}`,
  );
  return 0;
}

async function showLive(live: Promise<readonly Row[] | undefined>): Promise<void> {
  const rows = await live;
  if (!rows) return;
  if (rows.length === 0) {
    console.log(`\n${LIVE}: nothing comes back.`);
    return;
  }
  console.log(`\n${LIVE}:\n${describeRows(rows, LIVE_ROWS).join('\n')}`);
}

/** @throws {UsageError} if no question is called like that */
function named(text: string): Ask {
  const found = findAsk(text);
  if (found) return found;
  throw new UsageError(
    `There is no question ${JSON.stringify(text.slice(0, 40))}. The questions are:\n${listOf({})}\nType for example: ${typed('ask', { N: ASKS[0]!.id })}`,
  );
}
