import { describe, expect, test } from 'vitest';
import { readDocument } from './document.ts';

const chapters = ['WORKSHOP.md', 'PRODUCTION.md'].flatMap((path) => readDocument(path).chapters);
const table = readDocument('docs/lessons.md').text;

const lessons = [...table.matchAll(/^\| (.+?) +\| (.+?) +\| (`+) ?(.+?) ?\3 *\|$/gm)].map(
  ([, lesson = '', chapter = '', , words = '']) => ({ lesson, chapter, words }),
);

test('the table is there', () => {
  expect(lessons.length).toBeGreaterThan(60);
});

describe('the text teaches', () => {
  test.each(lessons)('$lesson', ({ chapter, words }) => {
    const found = chapters.find(({ title }) => title === chapter);
    expect(found, `There is no chapter ${chapter}.`).toBeDefined();
    // Lines are wrapped anywhere.
    expect(found!.text.replace(/\s+/g, ' ')).toContain(words.replace(/\s+/g, ' '));
  });
});
