import { describe, expect, test } from 'vitest';
import { readDocument } from './document.ts';

const chapters = ['WORKSHOP.md', 'PRODUCTION.md'].flatMap((path) => readDocument(path).chapters);
const certificate = readDocument('docs/certificate.md');

const lessons = lessonsIn(readDocument('docs/lessons.md').text);

/** The rows of a table that says where something is taught. */
function lessonsIn(text: string) {
  return [...text.matchAll(/^\| (.+?) +\| (.+?) +\| (`+) ?(.+?) ?\3 *\|$/gm)].map(
    ([, lesson = '', chapter = '', , words = '']) => ({ lesson, chapter, words }),
  );
}

test('the table is there', () => {
  expect(lessons.length).toBeGreaterThan(60);
});

test('each domain of the certificate has its table, all rows of which are read', () => {
  expect(certificate.chapters).toHaveLength(5);
  for (const { title, text } of certificate.chapters) {
    const rows = text.match(/^\| /gm)!.length - 2;
    expect(rows, title).toBeGreaterThan(4);
    expect(lessonsIn(text), title).toHaveLength(rows);
  }
});

describe('the text teaches', () => {
  test.each([...lessons, ...lessonsIn(certificate.text)])('$lesson', ({ chapter, words }) => {
    const found = chapters.find(({ title }) => title === chapter);
    expect(found, `There is no chapter ${chapter}.`).toBeDefined();
    // Lines are wrapped anywhere.
    expect(found!.text.replace(/\s+/g, ' ')).toContain(words.replace(/\s+/g, ' '));
  });
});
