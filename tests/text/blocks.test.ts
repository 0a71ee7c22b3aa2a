import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STEPS } from '../support/steps.ts';
import { readAnswer } from './answers.ts';
import { blocksIn, exerciseOf, readDocument, ROOT, stepOf, type Chapter } from './document.ts';
import { folderOf, readFiles, typeChapter, withoutSpace, type Files } from './typing.ts';

const { chapters } = readDocument('WORKSHOP.md');

/** What `app/` is once the chapters before this one have been followed. */
const files: Files = readFiles(folderOf('01'));
let step = '01';

for (const chapter of chapters) {
  const number = stepOf(chapter);
  const before = new Map(files);
  let failure: unknown;
  try {
    typeChapter(chapter, files);
  } catch (error) {
    failure = error;
  }
  const after = new Map(files);
  if (number) step = number;
  const reached = step;
  const end = readFiles(folderOf(reached));

  describe(`"${chapter.title}"`, () => {
    test('can be typed without guessing', () => {
      if (failure) throw failure;
    });

    test(`leads to the end of step ${reached}, file by file`, () => {
      expect([...after.keys()].toSorted()).toEqual([...end.keys()].toSorted());
      for (const [name, text] of end) {
        expect(withoutSpace(after.get(name)!), name).toBe(withoutSpace(text));
      }
    });

    test('shows, the mistakes aside, only what stands in the step', () => {
      const again = new Map(before);
      if (failure) throw failure;
      if (exerciseIn(chapter)) return;
      typeChapter(chapter, again, (block, file, use) => {
        if (use === 'mistake' || block.language === 'diff') return;
        expect(withoutSpace(end.get(file)!)).toContain(withoutSpace(block.lines.join('\n')));
      });
    });
  });
}

/** The exercise that a chapter is about. */
function exerciseIn(chapter: Chapter): string | undefined {
  return blocksIn(chapter, 'sh')
    .flatMap(({ lines }) => lines.flatMap((line) => exerciseOf(line) ?? []))
    .at(0);
}

test('the solution of an exercise turns its begin into its end', () => {
  const all = [...chapters, ...readDocument('PRODUCTION.md').chapters];
  const exercises = all.flatMap((chapter) => {
    const name = exerciseIn(chapter);
    return name ? { name, chapter } : [];
  });
  const named = exercises.map(({ name }) => name);
  expect(named.toSorted()).toEqual(readdirSync(join(ROOT, 'exercises')).toSorted());
  for (const { name, chapter } of exercises) {
    const end = readFiles(`exercises/${name}/end`);
    // A job comes beside what is there, and nothing need be brought back.
    const restore = chapter.blocks.findIndex(({ lines }) => lines.includes('make restore'));
    const until = restore < 0 ? chapter.blocks.length : restore;
    const typed: Files = new Map();
    typeChapter({ ...chapter, blocks: chapter.blocks.slice(0, until) }, typed);
    expect([...typed.keys()]).toEqual([...end.keys()]);
    for (const [file, text] of end) {
      expect(withoutSpace(typed.get(file)!), file).toBe(withoutSpace(text));
    }
  }
});

test('every step has its chapter, in order', () => {
  const numbers = chapters.flatMap((chapter) => stepOf(chapter) ?? []);
  expect(numbers).toEqual(STEPS.map((name) => name.slice(0, 2)));
});

test('each query states the shape of its answer', () => {
  const queries = chapters.flatMap((chapter) => blocksIn(chapter, 'promql'));
  expect(queries.length).toBeGreaterThan(40);
  for (const query of queries) readAnswer(query);
});

describe('what is read in other files stands there', () => {
  const blocks = chapters.flatMap((chapter) => blocksIn(chapter, 'yaml'));
  const read = blocks.filter(({ caption }) => caption.endsWith(', to read:'));
  test.each(read)('line $line', ({ caption, lines }) => {
    const file = /^`([\w./-]+)`/.exec(caption)![1]!;
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(withoutSpace(text)).toContain(withoutSpace(lines.join('\n')));
  });
});
