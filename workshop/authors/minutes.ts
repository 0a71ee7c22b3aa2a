import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';

/** The two texts that say how long their chapters take, and the one that has the timetables. */
export interface Texts {
  readonly workshop: string;
  readonly production: string;
  readonly instructor: string;
}

/** A row of a timetable. */
interface Row {
  /** The chapter that it links to; undefined for a break. */
  readonly chapter: string | undefined;
  readonly minutes: number;
  /** The cells after that of the minutes. */
  readonly rest: readonly string[];
}

/** A text, with what of INSTRUCTOR.md is about it. */
interface Course {
  readonly path: string;
  /** Each heading there, with its column in the table at the head of the text. */
  readonly timetables: readonly (readonly [heading: string, column: string])[];
  /** What that table calls the minutes of no chapter. */
  readonly rest: string;
}

export const WORKSHOP: Course = {
  path: 'WORKSHOP.md',
  timetables: [
    ['Timetable: a day', 'A day'],
    ['Timetable: half a day', 'Half a day'],
    ['Timetable: 90 minutes', '90 minutes'],
  ],
  rest: 'Breaks and reserve',
};

export const PRODUCTION: Course = {
  path: 'PRODUCTION.md',
  timetables: [
    ['Timetable: second half-day', 'Second half-day'],
    ['Timetable: third half-day', 'Third half-day'],
  ],
  rest: 'Set-up, breaks and reserve',
};

/**
 * Makes all texts agree with the column _Minutes_ of the timetables in INSTRUCTOR.md, the one place
 * where minutes are kept: the starts and sums of these, the minutes at each chapter's head (those of
 * the first timetable that has it), and the table at the head of the text.
 * @throws {Error} if a timetable is missing, or a chapter of one has no line for its minutes
 */
export function withMinutes({ workshop, production, instructor }: Texts): Texts {
  let coming = instructor;
  for (const course of [WORKSHOP, PRODUCTION]) {
    for (const [heading] of course.timetables) {
      const table = tableOf(instructor, heading);
      coming = coming.replace(table, () => timetableOf(headOf(table), rowsOf(table, course)));
    }
  }
  return {
    workshop: withChapters(workshop, WORKSHOP, instructor),
    production: withChapters(production, PRODUCTION, instructor),
    instructor: coming,
  };
}

/** The text of a course with its minutes: those at the chapters' heads, and the table of all. */
function withChapters(text: string, course: Course, instructor: string): string {
  const timetables = course.timetables.map(([heading]) =>
    rowsOf(tableOf(instructor, heading), course),
  );
  const chapters = [...new Set(timetables.flat().flatMap(({ chapter }) => chapter ?? []))];
  const lineOf = (chapter: string) => {
    const [, title] = /^\[(.+)\]/.exec(chapter)!;
    const before = `\n## ${title}\n\n_`;
    const at = text.indexOf(before) + before.length;
    if (at < before.length) {
      throw new Error(`${course.path}: "${title}" has no line for its minutes.`);
    }
    return at;
  };
  chapters.sort((a, b) => lineOf(a) - lineOf(b));
  let going = text;
  // From the end on, so that what comes before stays where it is.
  for (const chapter of chapters.toReversed()) {
    const minutes = timetables.map((rows) => spent(rows, chapter)).find((found) => found > 0);
    const at = lineOf(chapter);
    going = going.slice(0, at) + going.slice(at).replace(/^\d+/, `${minutes}`);
  }
  return going.replace(/^\| Chapter .*\n(?:\|.*\n)+/m, () =>
    overviewOf(course, chapters, timetables),
  );
}

/** The first table below a heading, as it stands there. */
function tableOf(text: string, heading: string): string {
  const [, section] = text.split(`\n## ${heading}\n`);
  const table = section && /^(?:\|.*\n)+/m.exec(section)?.[0];
  if (!table) throw new Error(`INSTRUCTOR.md has no table below "${heading}".`);
  return table;
}

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const headOf = (table: string) => cellsOf(table.split('\n')[0]!);

/** All rows but the head and the sum. */
function rowsOf(table: string, { path }: Course): Row[] {
  const lines = table.trimEnd().split('\n').slice(2, -1);
  return lines.map((line) => {
    const [, minutes, what = '', ...rest] = cellsOf(line);
    const chapter = /^\[.+\]\(.+\)$/.test(what) ? what.replace(path, '') : undefined;
    return { chapter, minutes: Number(minutes), rest: [what, ...rest] };
  });
}

const add = (rows: readonly Row[]) => rows.reduce((sum, { minutes }) => sum + minutes, 0);

/** The minutes of a chapter, or of all that is none. */
const spent = (rows: readonly Row[], chapter: string | undefined) =>
  add(rows.filter((row) => row.chapter === chapter));

/** A table in columns, as prettier writes it. */
function table(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((cells) => cells[i]!.length)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [lines[0]!, rule, ...lines.slice(1)]
    .map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`)
    .join('');
}

function timetableOf(head: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map(({ minutes, rest }, i) => {
    const start = add(rows.slice(0, i));
    const clock = `${Math.floor(start / 60)}:${`${start % 60}`.padStart(2, '0')}`;
    return [clock, `${minutes}`, ...rest];
  });
  const sum = ['', `**${add(rows)}**`, ...head.slice(2).map(() => '')];
  return table([head, ...lines, sum]);
}

function overviewOf(
  { timetables: named, rest }: Course,
  chapters: readonly string[],
  timetables: readonly (readonly Row[])[],
): string {
  const lines = [...chapters, undefined].map((chapter) => [
    chapter ?? rest,
    ...timetables.map((rows) => `${spent(rows, chapter) || ''}`),
  ]);
  const sums = timetables.map((rows) => `**${add(rows)}**`);
  return table([
    ['Chapter', ...named.map(([, column]) => column)],
    ...lines,
    ['**In all**', ...sums],
  ]);
}

/** Reads all texts. */
export function readTexts(): Texts {
  const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
  return {
    workshop: read('WORKSHOP.md'),
    production: read('PRODUCTION.md'),
    instructor: read('INSTRUCTOR.md'),
  };
}

// `npm run minutes`, after a change in the column of a timetable.
if (process.argv[1]?.endsWith('minutes.ts')) {
  const { workshop, production, instructor } = withMinutes(readTexts());
  writeFileSync(join(ROOT, 'WORKSHOP.md'), workshop);
  writeFileSync(join(ROOT, 'PRODUCTION.md'), production);
  writeFileSync(join(ROOT, 'INSTRUCTOR.md'), instructor);
}
