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
  const section = sectionOf(id, lines, ids);
  if (!section) return undefined;
  const own = lines.slice(...section);
  const first = own.findIndex(says);
  const query = first < 0 ? [] : own.slice(first, own.findLastIndex(says) + 1);
  return { text: query.join('\n'), line: section[0] + 1 + Math.max(0, first) };
}

/** The lines below a question's line, from and to, up to that of the next one. */
function sectionOf(
  id: string,
  lines: readonly string[],
  ids: readonly string[],
): [from: number, to: number] | undefined {
  const known = new Set(ids.map((one) => one.toLowerCase()));
  const heads = lines.flatMap((line, at) => (asked(line, known) === undefined ? [] : [at]));
  const sections = heads.flatMap((at, index): [number, number][] =>
    asked(lines[at]!, known) === id.toLowerCase()
      ? [[at + 1, heads[index + 1] ?? lines.length]]
      : [],
  );
  // Who copied a question may have answered either.
  return sections.findLast((section) => lines.slice(...section).some(says)) ?? sections.at(-1);
}

/** What a learner has below a question, the question's own lines aside: the query, and comments about it. */
export interface Part {
  /** Without the empty lines around it, and with `\n` at the ends of lines. */
  readonly text: string;
  /** The number of its first line in the file. */
  readonly line: number;
}

/**
 * Finds all that a learner wrote below a question.
 * @param ids those of all questions
 * @returns undefined where the question is not in the file
 */
export function partOf(question: Ask, text: string, ids: readonly string[]): Part | undefined {
  const lines = text.split(/\r?\n/);
  const range = partRange(question, lines, ids);
  return range && { text: lines.slice(...range).join('\n'), line: range[0] + 1 };
}

/**
 * The file's text with another part below a question, which is added where it is not there yet; what
 * else is there stays, letter by letter.
 * @param ids those of all questions
 * @returns undefined if a line of the part would begin a question
 */
export function withPart(
  question: Ask,
  part: string,
  text: string,
  ids: readonly string[],
): string | undefined {
  const known = new Set(ids.map((one) => one.toLowerCase()));
  const written = part.split(/\r?\n/);
  if (written.some((line) => asked(line, known) !== undefined)) return undefined;
  const end = text.includes('\r\n') ? '\r' : '';
  const lines = text.split('\n');
  const range = partRange(question, lines, ids);
  if (!range) return withPart(question, part, withQuestion(question, text), ids);
  const [from, to] = range;
  const gap = to < lines.length && from === to && lines[to]!.trim() !== '' ? [end] : [];
  const last = to === lines.length ? [''] : [];
  const own = written.map((line) => line + end);
  return [...lines.slice(0, from), ...own, ...gap, ...last, ...lines.slice(to)].join('\n');
}

/** Where a part stands, from and to; where there is none, where it belongs. */
function partRange(
  { id, asks }: Ask,
  lines: readonly string[],
  ids: readonly string[],
): [from: number, to: number] | undefined {
  const section = sectionOf(id, lines, ids);
  if (!section) return undefined;
  let [from, to] = section;
  for (let more = asks.length - 1; more > 0 && lines[from]?.trimStart().startsWith('#'); more--) {
    from++;
  }
  const own = lines.slice(from, to);
  const first = own.findIndex((line) => line.trim() !== '');
  if (first >= 0) {
    to = from + own.findLastIndex((line) => line.trim() !== '') + 1;
    return [from + first, to];
  }
  const below = Math.min(from + 1, to);
  return [below, below];
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
export function addQuestion(root: string, question: Ask): boolean {
  return writeAnswers(root, withQuestion(question, readAnswers(root)));
}

/** The file's text with a question more, at its end. */
function withQuestion({ id, asks }: Ask, text: string): string {
  const before = text || BEGINNING;
  const end = before.includes('\r\n') ? '\r\n' : '\n';
  const [question, ...more] = asks;
  const section = [`# ${id} ${question}`, ...more.map((line) => `# ${line}`), '', ''];
  const gap = before.endsWith('\n') ? end : end + end;
  return before + gap + section.join(end);
}

/** @returns whether the file could be written */
export function writeAnswers(root: string, text: string): boolean {
  const file = join(root, ANSWERS);
  try {
    mkdirSync(dirname(file), { recursive: true });
    return replaceFile(file, text);
  } catch {
    return false;
  }
}
