import { describe, expect, test } from 'vitest';
import { readDocument, rowsOf } from './document.ts';

const workshop = readDocument('WORKSHOP.md');
const instructor = readDocument('INSTRUCTOR.md');

/** What each chapter says about itself, in its first line. */
const stated = workshop.chapters.flatMap(({ title, text }) => {
  const minutes = /^_(\d+) minutes_$/m.exec(text)?.[1];
  return minutes ? [{ title, minutes: Number(minutes) }] : [];
});

const linked = (cell = '') => /^\[(.+)\]/.exec(cell)?.[1] ?? cell;

test('every chapter takes 5 to 25 minutes', () => {
  expect(stated).toHaveLength(14);
  for (const { title, minutes } of stated) {
    expect(minutes, title).toBeGreaterThanOrEqual(5);
    expect(minutes, title).toBeLessThanOrEqual(25);
  }
});

test("the learners' table gives each chapter its minutes, and adds up", () => {
  const rows = rowsOf(workshop.text.slice(0, workshop.text.indexOf('\n## '))).slice(1);
  const chapters = rows.slice(0, -1).filter(([name]) => name !== 'Break');
  expect(
    chapters.map(([name, minutes]) => ({ title: linked(name), minutes: Number(minutes) })),
  ).toEqual(stated);
  const sum = rows.slice(0, -1).reduce((total, [, minutes]) => total + Number(minutes), 0);
  expect(rows.at(-1)).toEqual(['In all', `${sum}`]);
  expect(sum).toBe(240);
});

describe("the instructor's timetables add up", () => {
  test.each([
    ['Timetable: the full class', 240],
    ['Timetable: 90 minutes', 90],
  ])('%s', (heading, all) => {
    const chapter = instructor.chapters.find(({ title }) => title === heading)!;
    const rows = rowsOf(chapter.text).slice(1);
    let now = 0;
    for (const [start, minutes, what] of rows.slice(0, -1)) {
      expect(start, what).toBe(`${Math.floor(now / 60)}:${`${now % 60}`.padStart(2, '0')}`);
      now += Number(minutes);
    }
    expect(now).toBe(all);
    expect(rows.at(-1)?.[1]).toBe(`${all}`);
  });

  test('the full class gives each chapter the minutes that it states', () => {
    const rows = rowsOf(
      instructor.chapters.find(({ title }) => title === 'Timetable: the full class')!.text,
    );
    const chapters = rows.slice(1, -1).filter(([, , what]) => what !== 'Break');
    expect(
      chapters.map(([, minutes, what]) => ({ title: linked(what), minutes: Number(minutes) })),
    ).toEqual(stated);
  });
});
