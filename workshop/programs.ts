import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandName } from './commands.js';
import { UsageError } from './terminal/arguments.js';
import { typed } from './terminal/typed.js';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A program of the workshop: that of a lesson, or the learner's own. */
export interface Program {
  /** Its folder from the root, such as `app` or `steps/05-gauges`. */
  readonly folder: string;
  /** Its file to start, from the root. */
  readonly entry: string;
}

/** The names of all steps, in order: the folders of steps/ are the list. */
export function stepNames(root = ROOT): string[] {
  return foldersIn(join(root, 'steps')).filter((name) => /^\d\d-/.test(name));
}

/** The names of all exercises: lessons with a program of their own, beside the row of the steps. */
export function exerciseNames(root = ROOT): string[] {
  return foldersIn(join(root, 'exercises'));
}

/** The names of all lessons: the steps, then the exercises. */
export function lessonNames(root = ROOT): string[] {
  return [...stepNames(root), ...exerciseNames(root)];
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A lesson as people type it: `5` for `05-gauges`; an exercise by its name. */
export function numberOf(lesson: string): string {
  return /^\d\d-/.test(lesson) ? String(parseInt(lesson, 10)) : lesson;
}

/** Where the program of a lesson stands, as its chapter begins and as it ends, from the root. */
export interface Ends {
  /** Of the first step, none: nothing is typed in its chapter. */
  readonly begin: string | undefined;
  readonly end: string;
}

/** A step begins as the step before it ends; an exercise has both of its ends in its folder. */
export function endsOf(lesson: string, root = ROOT): Ends {
  if (exerciseNames(root).includes(lesson)) {
    return { begin: `exercises/${lesson}/begin`, end: `exercises/${lesson}/end` };
  }
  const before = stepNames(root).findLast((name) => name < lesson);
  return { begin: before && `steps/${before}`, end: `steps/${lesson}` };
}

/** Whether a program serves its metrics on a port of their own: its defaults are others then. */
export function hasMetricsPort({ entry }: Pick<Program, 'entry'>): boolean {
  return readFileSync(join(ROOT, entry), 'utf8').includes('METRICS_PORT');
}

/** What a folder of a lesson holds, in words: `the end of 04-labels`. */
export function inWords(folder: string): string {
  return folder.startsWith('steps/') ? `the end of ${folder.slice('steps/'.length)}` : folder;
}

/**
 * Finds the lesson that `text` names: `5`, `05` or `05-gauges`, or an exercise by its name.
 * @param command the one to type again, for the message
 * @throws {UsageError} if there is none
 */
export function findStep(text: string, command: CommandName = 'dev'): string {
  const names = lessonNames();
  const found = names.find(
    (name) => name === text || (/^\d{1,2}$/.test(text) && parseInt(name) === Number(text)),
  );
  if (found) return found;
  const list = names.map((name) => `  ${name}`).join('\n');
  throw new UsageError(
    `There is no step ${JSON.stringify(text.slice(0, 40))}. The steps are:\n${list}\nType for example: ${typed(command, { STEP: 5 })}`,
  );
}

/** What stands beside the learner's server: a job ends by itself, an exporter answers Prometheus alone. */
export type Beside = 'job' | 'exporter';

/** What the program of an exercise is, if it is no server: its file has that name. */
export function besideIn(lesson: string, root = ROOT): Beside | undefined {
  const { end } = endsOf(lesson, root);
  return (['job', 'exporter'] as const).find((name) => existsSync(join(root, end, `${name}.ts`)));
}

/**
 * The program that `step` names; none, or an empty one, means the learner's own in `app/`.
 * @throws {UsageError} if it is not there, or is no server
 */
export function findProgram(step: string | undefined): Program {
  if (!step) return { folder: 'app', entry: 'app/server.ts' };
  const lesson = findStep(step);
  const beside = besideIn(lesson);
  if (beside) {
    const what =
      beside === 'job'
        ? 'a job: it serves nobody, and ends by itself. To run it once'
        : 'an exporter: no visitor comes to it. To run it';
    throw new UsageError(`${lesson} is ${what}: ${typed(beside, { STEP: lesson })}`);
  }
  const folder = endsOf(lesson).end;
  return { folder, entry: `${folder}/server.ts` };
}

/** The job or exporter that `step` names; none, or an empty one, means the learner's own in `app/`. */
export function findBeside(name: Beside, step: string | undefined): Program {
  const folder = step ? endsOf(findStep(step, name)).end : 'app';
  return { folder, entry: `${folder}/${name}.ts` };
}
