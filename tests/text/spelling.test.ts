import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDocument } from './document.ts';

const known = new Set(
  readFileSync(new URL('words.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n'),
);

/** The words of a text, without code and addresses, in small letters. */
function wordsOf(text: string): Set<string> {
  const plain = text
    .replace(/^```.*?^```$/gms, '')
    .replace(/<code>.*?<\/code>/g, '')
    .replace(/`[^`]*`/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/<img alt="([^"]*)"[^>]*>/g, '$1')
    .replace(/<[^>]*>/g, '');
  return new Set(plain.toLowerCase().match(/\p{Letter}+(?:'\p{Letter}+)?/gu));
}

test('all words are spelled as in words.txt', () => {
  const words = ['WORKSHOP.md', 'PRODUCTION.md', 'INSTRUCTOR.md'].flatMap((path) => [
    ...wordsOf(readDocument(path).text),
  ]);
  const unknown = [...new Set(words)].filter((word) => !known.has(word)).toSorted();
  // Look at each: fix the text, or add the word to the list, which is in the order of the alphabet.
  expect(unknown).toEqual([]);
});

test('words.txt is sorted, and holds no word twice', () => {
  expect([...known]).toEqual([...known].toSorted());
});
