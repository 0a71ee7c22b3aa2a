import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ask } from '../../checks/queries/index.ts';
import { replaceFile } from '../replace.ts';

/** Where a learner writes queries, from the root. */
export const ANSWERS = 'mine/queries.promql';

const BEGINNING = `# Write each query below its question, on as many lines as you like. It is tried on a made half hour,
# in which two programs run and one restarts. This file is yours: questions are added at its end,
# and nothing else is changed.
`;

/** What a learner wrote below a question. */
export interface Answer {
  /** The query, without the comments before and after it. */
  readonly text: string;
  /** The number of its first line in the file. */
  readonly line: number;
}

/** The file's text; empty if there is none yet. @throws {Error} if it cannot be read */
export function readAnswers(root: string): string {
  try {
    // Notepad may write a mark before the first letter.
    return readFileSync(join(root, ANSWERS), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * Finds what stands below a question's line, `# 04d …`, up to that of the next one.
 * @param ids those of all questions
 * @returns undefined where the question is not in the file; its text is empty where no answer is
 */
export function answerTo(id: string, text: string, ids: readonly string[]): Answer | undefined {
  const lines = text.split(/\r?\n/);
  const known = new Set(ids.map((one) => one.toLowerCase()));
  const found: Answer[] = [];
  for (const [at, line] of lines.entries()) {
    if (asked(line, known) !== id.toLowerCase()) continue;
    const rest = lines.slice(at + 1);
    const next = rest.findIndex((one) => asked(one, known) !== undefined);
    const own = next < 0 ? rest : rest.slice(0, next);
    const first = own.findIndex(says);
    const query = first < 0 ? [] : own.slice(first, own.findLastIndex(says) + 1);
    found.push({ text: query.join('\n'), line: at + 2 + Math.max(0, first) });
  }
  // Who copied a question may have answered either.
  return found.findLast((answer) => answer.text !== '') ?? found.at(-1);
}

/** The id of the question that a line asks, in small letters. */
function asked(line: string, known: ReadonlySet<string>): string | undefined {
  const id = /^\s*#\s*(\w+)(?=\s|$)/.exec(line)?.[1]?.toLowerCase();
  return id !== undefined && known.has(id) ? id : undefined;
}

function says(line: string): boolean {
  return !/^\s*(#|$)/.test(line);
}

/**
 * Adds a question at the end of the file; what is there stays, letter by letter.
 * @returns whether it could be written
 */
export function addQuestion(root: string, { id, asks }: Ask): boolean {
  const file = join(root, ANSWERS);
  const before = readAnswers(root) || BEGINNING;
  const end = before.includes('\r\n') ? '\r\n' : '\n';
  const [question, ...more] = asks;
  const section = [`# ${id} ${question}`, ...more.map((line) => `# ${line}`), '', ''];
  const gap = before.endsWith('\n') ? end : end + end;
  try {
    mkdirSync(dirname(file), { recursive: true });
    return replaceFile(file, before + gap + section.join(end));
  } catch {
    return false;
  }
}
