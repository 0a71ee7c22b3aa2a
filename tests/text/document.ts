import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export { anchorOf } from '../../workshop/page/anchor.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block, with what stands around it. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** The paragraph line right above. */
  readonly caption: string;
  /** The line right below, where no blank line parts them from each other by more than one. */
  readonly answer: string;
  /** The block right below, with nothing between. */
  next: Block | undefined;
  readonly chapter: string;
  /** The heading of the fold that it stands in, without its tags; undefined outside of folds. */
  readonly fold: string | undefined;
  /** Where it opens, counted from 1. */
  readonly line: number;
}

/** A chapter: what stands below one `##` heading. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly path: string;
  readonly text: string;
  readonly headings: readonly { readonly level: number; readonly title: string }[];
  readonly chapters: readonly Chapter[];
}

/** Reads a Markdown file, named from the root of the repository. */
export function readDocument(path: string): Document {
  return parseDocument(path, readFileSync(join(ROOT, path), 'utf8'));
}

/**
 * Takes a Markdown text apart. It knows fences and `#` headings only: the texts here use no others.
 * @throws {Error} if a fence is never closed
 */
export function parseDocument(path: string, text: string): Document {
  const lines = text.split('\n');
  const headings: { level: number; title: string }[] = [];
  const chapters: { title: string; text: string; blocks: Block[] }[] = [];
  let caption = '';
  let fold: string | undefined;
  let previous: Block | undefined;

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const chapter = chapters.at(-1);
    if (chapter) chapter.text += `${line}\n`;
    const heading = /^(#+) (.+)$/.exec(line);
    const fence = /^```(\w*)$/.exec(line);
    if (line === '</details>') fold = undefined;
    fold = /^<details><summary>(.+)<\/summary>$/.exec(line)?.[1] ?? fold;
    if (heading) {
      const [, marks = '', title = ''] = heading;
      headings.push({ level: marks.length, title });
      if (marks.length === 2) chapters.push({ title, text: '', blocks: [] });
    }
    if (fence) {
      const end = lines.indexOf('```', i + 1);
      if (end < 0) throw new Error(`${path}:${i + 1}: this block is never closed.`);
      const block: Block = {
        language: fence[1]!,
        lines: lines.slice(i + 1, end),
        caption,
        answer: lines.slice(end + 1).find((candidate) => candidate !== '') ?? '',
        next: undefined,
        chapter: chapter?.title ?? '',
        fold,
        line: i + 1,
      };
      if (chapter) chapter.text += `${lines.slice(i + 1, end + 1).join('\n')}\n`;
      chapter?.blocks.push(block);
      if (previous) previous.next = block;
      previous = block;
      caption = '';
      i = end;
    } else if (line !== '') {
      caption = line;
      previous = undefined;
    }
  }
  return { path, text, headings, chapters };
}

/** The blocks of one language, in order. */
export function blocksIn(chapter: Chapter, ...languages: string[]): Block[] {
  return chapter.blocks.filter(({ language }) => languages.includes(language));
}

/** Whether a block is part of a folded solution: the learner may have written something else. */
export function isSolution({ fold }: Block): boolean {
  return fold?.startsWith('Solution: ') ?? false;
}

/** The number of the step that a chapter leads to, such as `05`; undefined for the others. */
export function stepOf({ title }: Chapter): string | undefined {
  return /^(\d\d) /.exec(title)?.[1];
}

/** The exercise that a command begins, such as `own`; undefined for all others. */
export function exerciseOf(command: string): string | undefined {
  return /^make begin STEP=([a-z]\w*)$/.exec(command)?.[1];
}

/** The cells of the rows of all tables in a text. */
export function rowsOf(text: string): string[][] {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ :|-]+$/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('**', '')),
  );
}
