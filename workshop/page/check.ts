import { join } from 'node:path';
import { findLesson } from '../../checks/index.ts';
import type { Chapter } from '../../checks/harness/types.ts';
import { editedSteps } from '../learner/edited-steps.ts';
import { newsOf, tellBoard } from '../learner/joined.ts';
import { judge, remember } from '../learner/judged.ts';
import { watchOver } from '../program/watch-over.js';
import { watch } from '../program/watch.ts';
import { findProgram, lessonNames, numberOf } from '../programs.ts';
import { colours } from '../terminal/colour.ts';
import { describeHint } from '../terminal/hint.ts';
import { describeOutcome, describeResults, notRemembered } from '../terminal/report.ts';
import { typed } from '../terminal/typed.js';
import type { Desk, Part } from './part.ts';
import { fieldsOf, json, Refusal } from './server.ts';
import type { CheckState } from './states.ts';

const KILLED = `This page was killed, and the program that it checked with it. If nobody did that, the program did: look for process.kill and process.ppid in it, then type: ${typed('learn')}`;

type News = Omit<CheckState, 'chapter'>;

const NO_CHECK: News = {
  outcome: 'none',
  says: 'This chapter has no check.',
  text: '',
  results: '',
  hint: '',
};
/** Before the first check of a chapter. */
const WAITING: News = {
  outcome: 'waiting',
  says: 'Save a file in app/, and this chapter is checked.',
  text: '',
  results: '',
  hint: '',
};

/** Checks the chapter that was opened last, after each save: one check at a time, and the newest save wins. */
export function checkPart({ root, publish }: Desk): Part {
  let lesson: Chapter | undefined;
  let state: CheckState = { chapter: '', ...NO_CHECK };
  /** What was said of other chapters since the last save. */
  const said = new Map<string, News>();
  let underWay: AbortController | undefined;
  let last = Promise.resolve();
  let isWatched = false;
  const tell = (news: Partial<CheckState>) => publish('check', (state = { ...state, ...news }));

  const run = () => {
    underWay?.abort();
    if (!lesson) return;
    if (!isWatched) watchOver(KILLED);
    isWatched = true;
    const { signal } = (underWay = new AbortController());
    const { name } = lesson;
    // What is shown stays until there is something new.
    tell({ outcome: 'running', says: 'Checking…' });
    // The one before it ends its program first.
    last = last
      .then(() => check(name, root, signal))
      .then((news) => {
        if (signal.aborted) return;
        said.set(state.chapter, news);
        tell(news);
      });
  };
  const { folder } = findProgram(undefined);
  const unwatch = watch(
    [folder, 'forest'].map((path) => join(root, path)),
    () => {
      said.clear();
      run();
    },
  );

  return {
    routes: [
      {
        method: 'POST',
        path: '/check/open',
        async handle({ body }) {
          const { chapter } = fieldsOf(body);
          if (typeof chapter !== 'string') throw new Refusal(400, 'Name the chapter.');
          const found = (await lessons()).find(({ heading }) => heading === chapter);
          if (chapter === state.chapter) return json({});
          underWay?.abort();
          lesson = found;
          tell({ chapter, ...(found ? (said.get(chapter) ?? WAITING) : NO_CHECK) });
          return json({});
        },
      },
      {
        method: 'POST',
        path: '/check/run',
        handle() {
          run();
          return json({});
        },
      },
    ],
    async stop() {
      unwatch();
      underWay?.abort();
      await last;
    },
  };
}

/** The chapters that have a check. */
async function lessons(): Promise<Chapter[]> {
  const found = await Promise.all(lessonNames().map(findLesson));
  return found.map(({ chapter }) => chapter);
}

/** Checks the program for a lesson, as `make check` does. Once `signal` is aborted, nobody reads what comes of it. */
async function check(lesson: string, root: string, signal: AbortSignal): Promise<News> {
  if (signal.aborted) return WAITING;
  try {
    const edited = editedSteps(root);
    const { report, errors } = await judge(lesson, signal);
    void tellBoard(root, newsOf(report, root));
    const notes = [...(remember(report) ? [] : [notRemembered(report)]), (await edited) ?? []];
    const again = typed('check', { STEP: numberOf(lesson) });
    return {
      ...(report.failure
        ? { outcome: 'failed', says: 'Not yet' }
        : { outcome: 'passed', says: 'Passes' }),
      text: [describeOutcome(report, errors, colours), ...notes.flat()].join('\n\n'),
      results: describeResults(report, colours),
      hint: report.failure ? describeHint(report.failure, again, colours) : '',
    };
  } catch (error) {
    if (!signal.aborted) console.error(error);
    const { message } = error as Error;
    return {
      outcome: 'broken',
      says: 'The check itself failed',
      text: message,
      results: '',
      hint: '',
    };
  }
}
