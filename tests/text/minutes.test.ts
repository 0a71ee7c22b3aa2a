import { describe, expect, test } from 'vitest';
import { readTexts, withMinutes } from '../../workshop/authors/minutes.ts';
import { parseDocument, readDocument, rowsOf, type Document } from './document.ts';

const workshop = readDocument('WORKSHOP.md');
const instructor = readDocument('INSTRUCTOR.md');

/** The timetables, with the minutes that a room has for each. */
const TIMETABLES = [
  ['Timetable: a day', 385],
  ['Timetable: half a day', 240],
  ['Timetable: 90 minutes', 90],
] as const;

/** What each chapter says about itself, in its first line. */
const statedIn = ({ chapters }: Document) =>
  chapters.flatMap(({ title, text }) => {
    const minutes = /^_(\d+) minutes_$/m.exec(text)?.[1];
    return minutes ? [{ title, minutes: Number(minutes) }] : [];
  });

/** The rows of a timetable, without its head and its sum. */
function timetable(document: Document, heading: string) {
  const { text } = document.chapters.find(({ title }) => title === heading)!;
  const rows = rowsOf(text).slice(1);
  const sum = Number(rows.at(-1)![1]);
  return {
    sum,
    rows: rows.slice(0, -1).map(([start = '', minutes, what = '']) => {
      return { start, minutes: Number(minutes), chapter: /^\[(.+)\]/.exec(what)?.[1] };
    }),
  };
}

test('every chapter takes 5 to 35 minutes', () => {
  for (const { title, minutes } of statedIn(workshop)) {
    expect(minutes, title).toBeGreaterThanOrEqual(5);
    expect(minutes, title).toBeLessThanOrEqual(35);
  }
});

test('the day gives each chapter the minutes that it states, in the order of the text', () => {
  const { rows } = timetable(instructor, 'Timetable: a day');
  expect(
    rows.flatMap(({ chapter, minutes }) => (chapter ? [{ title: chapter, minutes }] : [])),
  ).toEqual(statedIn(workshop));
});

describe("the instructor's timetables add up", () => {
  test.each(TIMETABLES)('%s', (heading, all) => {
    const { rows, sum } = timetable(instructor, heading);
    let now = 0;
    for (const { start, minutes } of rows) {
      expect(start).toBe(`${Math.floor(now / 60)}:${`${now % 60}`.padStart(2, '0')}`);
      expect(minutes).toBeGreaterThan(0);
      now += minutes;
    }
    expect(now).toBe(all);
    expect(sum).toBe(all);
  });
});

test("the learners' table has the minutes of each chapter in each of the three", () => {
  const table = rowsOf(workshop.text.slice(0, workshop.text.indexOf('\n## ')));
  TIMETABLES.forEach(([heading], i) => {
    const { rows, sum } = timetable(instructor, heading);
    const cells = table.slice(1, -2).map((row) => ({
      chapter: /^\[(.+)\]/.exec(row[0]!)![1],
      minutes: Number(row[i + 1]),
    }));
    expect(cells.filter(({ minutes }) => minutes > 0)).toEqual(
      rows.flatMap(({ chapter, minutes }) => (chapter ? [{ chapter, minutes }] : [])),
    );
    expect(table.at(-1)![i + 1]).toBe(`${sum}`);
  });
});

describe('npm run minutes', () => {
  test('finds nothing to do', () => {
    const texts = readTexts();
    expect(withMinutes(texts)).toEqual(texts);
  });

  test('carries a change in a timetable to all that follows from it', () => {
    const { workshop: before, instructor: texts } = readTexts();
    const was = timetable(instructor, 'Timetable: a day');
    const { minutes } = was.rows[1]!;
    const longer = texts.replace(/^(\| 0:\d+ +\| )\d+( +\| \[02 )/m, `$1${minutes + 2}$2`);
    const after = withMinutes({ workshop: before, instructor: longer });
    const now = timetable(parseDocument('INSTRUCTOR.md', after.instructor), 'Timetable: a day');
    expect(now.sum).toBe(was.sum + 2);
    expect(now.rows[2]!.start).not.toBe(was.rows[2]!.start);
    const stated = statedIn(parseDocument('WORKSHOP.md', after.workshop));
    expect(stated[1]).toEqual({ title: '02 Expose metrics', minutes: minutes + 2 });
    expect(after.workshop).toMatch(new RegExp(`^\\| \\[02 .+?\\) +\\| ${minutes + 2} `, 'm'));
  });
});
