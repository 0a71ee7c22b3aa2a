import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';

/** The two texts that say how long the class takes. */
export interface Texts {
  readonly workshop: string;
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

/** The timetables of INSTRUCTOR.md, each with its column in the table of WORKSHOP.md. */
const TIMETABLES = [
  ['Timetable: a day', 'A day'],
  ['Timetable: half a day', 'Half a day'],
  ['Timetable: 90 minutes', '90 minutes'],
] as const;

/**
 * Makes both texts agree with the column _Minutes_ of the timetables in INSTRUCTOR.md, the one place
 * where minutes are kept: the starts and sums of these, the minutes at each chapter's head (those of
 * the day), and the table at the head of WORKSHOP.md.
 * @throws {Error} if a timetable is missing, or a chapter of the day has no line for its minutes
 */
export function withMinutes({ workshop, instructor }: Texts): Texts {
  const timetables = TIMETABLES.map(([heading]) => rowsOf(tableOf(instructor, heading)));
  let coming = instructor;
  TIMETABLES.forEach(([heading], i) => {
    const table = tableOf(instructor, heading);
    coming = coming.replace(table, () => timetableOf(headOf(table), timetables[i]!));
  });

  const chapters = [...new Set(timetables[0]!.flatMap(({ chapter }) => chapter ?? []))];
  let going = workshop.replace(/^\| Chapter .*\n(?:\|.*\n)+/m, () =>
    overviewOf(chapters, timetables),
  );
  for (const chapter of chapters) {
    const title = /^\[(.+)\]/.exec(chapter)![1]!;
    const before = `\n## ${title}\n\n_`;
    const at = going.indexOf(before) + before.length;
    if (at < before.length) throw new Error(`WORKSHOP.md: "${title}" has no line for its minutes.`);
    const said = going.slice(at).replace(/^\d+/, `${spent(timetables[0]!, chapter)}`);
    going = going.slice(0, at) + said;
  }
  return { workshop: going, instructor: coming };
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
function rowsOf(table: string): Row[] {
  const lines = table.trimEnd().split('\n').slice(2, -1);
  return lines.map((line) => {
    const [, minutes, what = '', ...rest] = cellsOf(line);
    const chapter = /^\[.+\]\(.+\)$/.test(what) ? what.replace('WORKSHOP.md', '') : undefined;
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

function overviewOf(chapters: readonly string[], timetables: readonly (readonly Row[])[]): string {
  const lines = [...chapters, undefined].map((chapter) => [
    chapter ?? 'Breaks and reserve',
    ...timetables.map((rows) => `${spent(rows, chapter) || ''}`),
  ]);
  const sums = timetables.map((rows) => `**${add(rows)}**`);
  return table([
    ['Chapter', ...TIMETABLES.map(([, name]) => name)],
    ...lines,
    ['**In all**', ...sums],
  ]);
}

/** Reads both texts. */
export function readTexts(): Texts {
  const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
  return { workshop: read('WORKSHOP.md'), instructor: read('INSTRUCTOR.md') };
}

// `npm run minutes`, after a change in the column of a timetable.
if (process.argv[1]?.endsWith('minutes.ts')) {
  const { workshop, instructor } = withMinutes(readTexts());
  writeFileSync(join(ROOT, 'WORKSHOP.md'), workshop);
  writeFileSync(join(ROOT, 'INSTRUCTOR.md'), instructor);
}
