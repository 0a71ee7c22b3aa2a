import { describe, expect, test } from 'vitest';
import { readTexts, withMinutes } from '../../workshop/authors/minutes.ts';
import { parseDocument, readDocument, rowsOf, type Document } from './document.ts';

const workshop = readDocument('WORKSHOP.md');
const production = readDocument('PRODUCTION.md');
const instructor = readDocument('INSTRUCTOR.md');

/** The timetables of each text, with the minutes that a room has for each. */
const OF_WORKSHOP = [
  ['Timetable: a day', 385],
  ['Timetable: half a day', 240],
  ['Timetable: 90 minutes', 90],
] as const;
const OF_PRODUCTION = [
  ['Timetable: second half-day', 210],
  ['Timetable: third half-day', 160],
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

test('the second and the third half-day give each chapter, once, the minutes that it states', () => {
  const given = OF_PRODUCTION.flatMap(([heading]) => timetable(instructor, heading).rows).flatMap(
    ({ chapter, minutes }) => (chapter ? [{ title: chapter, minutes }] : []),
  );
  const byTitle = (a: { title: string }, b: { title: string }) => a.title.localeCompare(b.title);
  // A chapter that is missing here is a row of INSTRUCTOR.md that links to it; then `npm run minutes`.
  expect(given.toSorted(byTitle)).toEqual(statedIn(production).toSorted(byTitle));
});

describe("the instructor's timetables add up", () => {
  test.each([...OF_WORKSHOP, ...OF_PRODUCTION])('%s', (heading, all) => {
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

describe("the learners' table has the minutes of each chapter in each timetable", () => {
  test.each([
    [workshop, OF_WORKSHOP],
    [production, OF_PRODUCTION],
  ] as const)('$path', (document, timetables) => {
    const table = rowsOf(document.text.slice(0, document.text.indexOf('\n## ')));
    const titles = statedIn(document).map(({ title }) => title);
    expect(table.slice(1, -2).map(([first = '']) => /^\[(.+)\]/.exec(first)![1])).toEqual(titles);
    timetables.forEach(([heading], i) => {
      const { rows, sum } = timetable(instructor, heading);
      const cells = table.slice(1, -2).map((row) => ({
        chapter: /^\[(.+)\]/.exec(row[0]!)![1]!,
        minutes: Number(row[i + 1]),
      }));
      const given = rows.flatMap(({ chapter, minutes }) => (chapter ? [{ chapter, minutes }] : []));
      given.sort((a, b) => titles.indexOf(a.chapter) - titles.indexOf(b.chapter));
      expect(cells.filter(({ minutes }) => minutes > 0)).toEqual(given);
      expect(table.at(-1)![i + 1]).toBe(`${sum}`);
    });
  });
});

describe('npm run minutes', () => {
  test('finds nothing to do', () => {
    const texts = readTexts();
    expect(withMinutes(texts)).toEqual(texts);
  });

  test.each([
    ['workshop', workshop, 'Timetable: a day', 1],
    ['production', production, 'Timetable: second half-day', 2],
  ] as const)('carries a change to all that follows from it: %s', (key, document, heading, at) => {
    const texts = readTexts();
    const was = timetable(instructor, heading);
    const { chapter, minutes } = was.rows[at]!;
    const [before, section = ''] = texts.instructor.split(`\n## ${heading}\n`);
    const row = new RegExp(
      `^(\\| \\d+:\\d+ +\\| )\\d+( +\\| \\[${chapter!.replace('?', '\\?')}\\])`,
      'm',
    );
    const longer = section.replace(row, `$1${minutes + 2}$2`);
    const after = withMinutes({ ...texts, instructor: [before, longer].join(`\n## ${heading}\n`) });
    const now = timetable(parseDocument('INSTRUCTOR.md', after.instructor), heading);
    expect(now.sum).toBe(was.sum + 2);
    expect(now.rows[at + 1]!.start).not.toBe(was.rows[at + 1]!.start);
    const other = { title: chapter, minutes: minutes + 2 };
    const stated = statedIn(document).map((one) => (one.title === chapter ? other : one));
    expect(statedIn(parseDocument(document.path, after[key]))).toEqual(stated);
    expect(rowsOf(after[key]).find(([first]) => first!.startsWith(`[${chapter}]`))).toContain(
      `${minutes + 2}`,
    );
  });
});
