import { describe, expect, test } from 'vitest';
import { judgeAnswer, readAnswer } from './answers.ts';
import { anchorOf, parseDocument, type Block } from './document.ts';
import { readCaption, typeChapter } from './typing.ts';

/** A chapter with one block, as it stands in Markdown. */
function chapterWith(caption: string, language: string, ...lines: string[]) {
  const text = `## 05 Gauges\n\n${caption}\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n→ below\n`;
  return parseDocument('text.md', text).chapters[0]!;
}

function type(caption: string, language: string, file: string[], ...lines: string[]): string[] {
  const files = new Map([['server.ts', file.join('\n')]]);
  typeChapter(chapterWith(caption, language, ...lines), files);
  return files.get('server.ts')!.split('\n');
}

describe('a document', () => {
  test('gives its blocks with what stands around them', () => {
    const [block] = chapterWith('`app/server.ts`:', 'ts', 'a', '# no heading', 'b').blocks;
    expect(block).toMatchObject({
      language: 'ts',
      caption: '`app/server.ts`:',
      answer: '→ below',
      chapter: '05 Gauges',
      lines: ['a', '# no heading', 'b'],
    });
  });

  test('knows which block follows on another at once', () => {
    const { chapters } = parseDocument(
      'text.md',
      '## A\n\n```sh\na\n```\n\n```text\nb\n```\n\nwords\n\n```text\nc\n```\n',
    );
    const [first, second] = chapters[0]!.blocks;
    expect(first!.next).toBe(second);
    expect(second!.next).toBeUndefined();
  });

  test('with a block that is never closed is refused', () => {
    expect(() => parseDocument('text.md', '## A\n\n```ts\na\n')).toThrow('text.md:3');
  });

  test('has the anchors that GitHub gives', () => {
    expect(anchorOf('Alert: too many 503s')).toBe('alert-too-many-503s');
    expect(anchorOf("The library's new name")).toBe('the-librarys-new-name');
  });
});

describe('typing a block', () => {
  const file = ['a', '  b', 'c', 'd', 'b2'];
  const caption = '`app/server.ts`:';

  test('replaces the lines from its first to its last, indentation aside', () => {
    expect(type(caption, 'ts', file, 'b', 'new', 'd')).toEqual(['a', 'b', 'new', 'd', 'b2']);
  });

  test('of changes replaces what stands in it without +', () => {
    expect(type(caption, 'diff', file, ' a', '-b', '+new', ' c')).toEqual([
      'a',
      'new',
      'c',
      'd',
      'b2',
    ]);
  });

  test.each([
    ['whose first line is not there', 'ts', ['x', 'c'], 'is not there'],
    ['whose last line comes first', 'ts', ['c', 'a'], 'before the first'],
    ['of one line', 'ts', ['a'], 'one line alone'],
    ['whose context is not there', 'diff', [' a', ' c', '+x'], 'is not there'],
  ])('%s is refused', (_, language, lines, why) => {
    expect(() => type(caption, language, file, ...lines)).toThrow(why);
  });

  test('whose first line stands there twice is refused', () => {
    expect(() => type(caption, 'ts', ['a', 'b', 'a', 'c'], 'a', 'c')).toThrow('2 times');
  });

  test.each(['In `app/server.ts`:', '`app/server.ts`, now:', ''])(
    'with the caption %j is refused',
    (other) => {
      const block = { caption: other, line: 1 } as Block;
      expect(() => readCaption(block)).toThrow('Line 1');
    },
  );
});

describe('the answer to a query', () => {
  const shape = (answer: string) => readAnswer({ answer, line: 1 } as Block);
  const series = (value: number, ...names: string[]) => ({
    labels: Object.fromEntries(['__name__', ...names].map((name) => [name, 'x'])),
    value,
  });

  test.each([
    ['→ nothing.', []],
    ['→ 1 value. More.', [series(5)]],
    ['→ 2 series by `a`, `b`.', [series(1, 'b', 'a'), series(2, 'a', 'b')]],
    ['→ series by `a`, from 0 to 1. More.', [series(1, 'a')]],
    ['→ series.', [series(1, 'a'), series(1)]],
  ])('%s fits', (answer, found) => {
    expect(judgeAnswer(shape(answer), found)).toBeUndefined();
  });

  test.each([
    ['→ nothing.', [series(1)]],
    ['→ 1 value.', []],
    ['→ 1 value.', [series(NaN)]],
    ['→ 1 value.', [series(1, 'a')]],
    ['→ 2 series by `a`.', [series(1, 'a')]],
    ['→ series by `a`.', []],
    ['→ series by `a`.', [series(1, 'a', 'b')]],
    ['→ series, from 0 to 1.', [series(1.1)]],
  ])('%s does not fit', (answer, found) => {
    expect(judgeAnswer(shape(answer), found)).toBeTypeOf('string');
  });

  test('can be an error', () => {
    expect(shape('→ an error, `no sum`. More.').error).toBe('no sum');
    expect(shape('→ 1 value.').error).toBeUndefined();
  });

  test.each(['1 value.', '→ many series.', '→ 1 value'])('%j is no answer', (answer) => {
    expect(() => shape(answer)).toThrow('Line 1');
  });
});
