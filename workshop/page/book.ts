import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked, type Token, type Tokens } from 'marked';
import { anchorOf } from './anchor.ts';

/** A text of the class. */
export interface Book {
  /** Its file from the root, such as `WORKSHOP.md`. */
  readonly file: string;
  readonly title: string;
  /** What stands above the first chapter comes first, under the title of the book. */
  readonly chapters: readonly Chapter[];
}

/** What stands below one `##` heading: one page. */
export interface Chapter {
  readonly title: string;
  /** Where its page is, such as `/workshop/04-labels`. */
  readonly path: string;
  /** Its headings: first its own, then those within. */
  readonly headings: readonly Heading[];
  readonly tokens: readonly Token[];
}

export interface Heading {
  readonly title: string;
  /** As on GitHub: no other heading of the book has it. */
  readonly anchor: string;
  readonly level: number;
}

/** The texts, in the order in which they are read. */
export const FILES = ['WORKSHOP.md', 'PRODUCTION.md'] as const;

/** Where the pages of each text are. */
const FOLDERS: Readonly<Record<string, string>> = {
  'WORKSHOP.md': '/workshop/',
  'PRODUCTION.md': '/production/',
};

/** Reads a text. @throws {Error} if its file cannot be read */
export function readBook(root: string, file: string): Book {
  return parseBook(file, readFileSync(join(root, file), 'utf8'));
}

/** Takes a text apart, whatever it holds: without any heading, it is one chapter. */
export function parseBook(file: string, text: string): Book {
  const chapters: { title: string; path: string; headings: Heading[]; tokens: Token[] }[] = [];
  const seen = new Map<string, number>();
  const add = (title: string, path: string) => {
    chapters.push({ title, path: `${FOLDERS[file]}${path}`, headings: [], tokens: [] });
  };
  let bookTitle = file;
  add(file, '');
  for (const token of new Marked().lexer(text)) {
    if (token.type === 'heading') {
      const { depth: level, text: marked } = token as Tokens.Heading;
      const title = marked.replace(/[`*_]/g, '');
      const anchor = uniqueAnchor(title, seen);
      if (level === 1) {
        bookTitle = title;
        chapters[0] = { ...chapters[0]!, title };
      }
      if (level === 2) add(title, anchor);
      chapters.at(-1)!.headings.push({ title, anchor, level });
    }
    chapters.at(-1)!.tokens.push(token);
  }
  return { file, title: bookTitle, chapters };
}

/** A second heading of the same words gets a number, as on GitHub. */
function uniqueAnchor(title: string, seen: Map<string, number>): string {
  const anchor = anchorOf(title);
  const times = seen.get(anchor) ?? 0;
  seen.set(anchor, times + 1);
  return times === 0 ? anchor : `${anchor}-${times}`;
}

/**
 * Where on the page a link of a text leads: to the chapter that has the anchor.
 * @returns undefined for what is not on the page: another file of the repository
 */
export function resolveLink(
  href: string,
  file: string,
  books: readonly Book[],
): string | undefined {
  if (/^https?:\/\//.test(href)) return href;
  const [target = '', anchor] = href.split('#');
  const book = books.find((one) => one.file === (target === '' ? file : target));
  if (!book) return undefined;
  if (!anchor) return book.chapters[0]!.path;
  const chapter = book.chapters.find(({ headings }) =>
    headings.some((heading) => heading.anchor === anchor),
  );
  return chapter && `${chapter.path}#${anchor}`;
}
