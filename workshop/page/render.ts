import { Marked, type Token, type Tokens } from 'marked';
import { FilterXSS } from 'xss';
import { escapeHtml } from '#forest';
import { ASKS, type Ask } from '../../checks/queries/index.ts';
import { PORTS } from '../commands.js';
import { resolveLink, type Book, type Chapter } from './book.ts';
import { diagramName, diagramWords } from './diagrams.ts';

/** What a page of text may hold; anything else that stands in it is shown as it is written. */
const ALLOWED: Record<string, string[]> = {
  ...Object.fromEntries(
    'em strong del code br hr ul li blockquote thead tbody tr summary picture ins figcaption'
      .split(' ')
      .map((tag) => [tag, []]),
  ),
  ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']])),
  a: ['href', 'target', 'rel'],
  code: ['class'],
  details: ['class'],
  div: ['class', 'role', 'tabindex', 'aria-label'],
  figure: ['class', 'data-query', 'data-server'],
  img: ['src', 'alt', 'loading'],
  ol: ['start'],
  p: ['class'],
  pre: ['class', 'data-copy'],
  section: ['class', 'data-ask'],
  source: ['media', 'srcset'],
  span: ['class'],
  table: [],
  td: ['align'],
  th: ['align'],
};

const FILTER = new FilterXSS({
  whiteList: ALLOWED,
  css: false,
  onTagAttr: (_tag, name, value, allowed) => {
    if (!allowed) return '';
    if (name === 'src' || name === 'srcset') {
      return /^\/(docs|bench)\/[\w./-]+$/.test(value) ? `${name}="${value}"` : '';
    }
    // What it does with values would change queries. Other attributes are its own.
    return ['data-query', 'alt'].includes(name)
      ? `${name}="${value.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`
      : undefined;
  },
});

/** What is typed, or read by another program: it has a button to copy it. */
const COPIED = new Set(['sh', 'ts', 'js', 'yaml', 'promql']);

/**
 * The HTML of a chapter, safe whatever the text holds.
 * @param pictures the paths of all pictures that the page has, from the root
 */
export function renderChapter(
  chapter: Chapter,
  file: string,
  books: readonly Book[],
  pictures: ReadonlySet<string>,
): string {
  const html = new ChapterRenderer(chapter, file, books, pictures).render();
  return FILTER.process(html);
}

class ChapterRenderer {
  readonly #chapter: Chapter;
  readonly #file: string;
  readonly #books: readonly Book[];
  readonly #pictures: ReadonlySet<string>;
  readonly #marked: Marked;
  readonly #anchors: string[];
  #inSolution = false;

  constructor(
    chapter: Chapter,
    file: string,
    books: readonly Book[],
    pictures: ReadonlySet<string>,
  ) {
    this.#chapter = chapter;
    this.#file = file;
    this.#books = books;
    this.#pictures = pictures;
    this.#anchors = chapter.headings.map(({ anchor }) => anchor);
    const code = (token: Tokens.Code) => this.#code(token);
    const html = ({ text }: Tokens.HTML | Tokens.Tag) => this.#html(text);
    const picture = (href: string, words: string) => this.#picture(href, words);
    const link = (href: string) => resolveLink(href, this.#file, this.#books);
    const nextAnchor = () => this.#anchors.shift() ?? '';
    this.#marked = new Marked({
      renderer: {
        code,
        html,
        heading({ tokens, depth }) {
          // The chapter's own is the first of its page.
          const level = Math.max(1, depth - 1);
          return `<h${level} id="${escapeHtml(nextAnchor())}">${this.parser.parseInline(tokens)}</h${level}>\n`;
        },
        link({ href, tokens }) {
          const to = link(href);
          const words = this.parser.parseInline(tokens);
          if (to === undefined) return words;
          const elsewhere = to.startsWith('/') ? '' : ' target="_blank" rel="noopener noreferrer"';
          return `<a href="${escapeHtml(to)}"${elsewhere}>${words}</a>`;
        },
        image: ({ href, text }) => picture(href, text),
        table(token) {
          const cells = (row: Tokens.TableCell[], tag: string) =>
            `<tr>${row.map((cell) => tableCell(cell.text ? tag : 'td', cell, this.parser.parseInline(cell.tokens))).join('')}</tr>\n`;
          return `<div class="table"><table><thead>${cells(token.header, 'th')}</thead><tbody>${token.rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>\n`;
        },
      },
    });
  }

  render(): string {
    const { tokens, title } = this.#chapter;
    const asks = ASKS.filter(({ heading }) => heading === title).map(({ id }) => id);
    const places = placesOf(asks, tokens);
    const pieces: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token.type === 'code' && token.lang === 'promql') {
        const next = tokens.slice(i + 1).find(({ type }) => type !== 'space');
        const answer = next?.type === 'paragraph' && next.raw.startsWith('→') ? next : undefined;
        const before = tokens.slice(0, i).findLast(({ type }) => type !== 'space');
        const server = isCentral(before) ? 'central' : undefined;
        const given = { answer: answer as Tokens.Paragraph | undefined, server };
        pieces.push(this.#query(token as Tokens.Code, given));
        if (answer) i = tokens.indexOf(answer);
      } else {
        pieces.push(this.#marked.parser([token]));
      }
      for (const id of places.get(i) ?? []) {
        pieces.push(this.#ask(ASKS.find((ask) => ask.id === id)!));
      }
    }
    return pieces.join('');
  }

  #query(
    { text }: Tokens.Code,
    { answer, server }: { answer?: Tokens.Paragraph | undefined; server?: string | undefined } = {},
  ): string {
    const caption = answer ? `<figcaption>${this.#marked.parser([answer])}</figcaption>` : '';
    return `<figure class="query"${server ? ` data-server="${server}"` : ''} data-query="${escapeHtml(text).replaceAll('\n', '&#10;')}">${this.#block(text, 'promql')}${caption}</figure>\n`;
  }

  /** A question in words, for who has no JavaScript; else its editor comes below them. */
  #ask({ id, asks, where }: Ask): string {
    const name = `<strong>Question ${escapeHtml(id)}</strong>${where === 'homework' ? ', homework' : ''}`;
    const words = asks.map((line) => this.#marked.parseInline(line)).join('<br>');
    const command = `<p class="type">Type <code>make ask N=${escapeHtml(id)}</code></p>`;
    return `<section class="ask" data-ask="${escapeHtml(id)}"><p>${name}</p><p>${words}</p>${command}</section>\n`;
  }

  #code({ text, lang = '' }: Tokens.Code): string {
    if (lang === 'promql') return this.#query({ text } as Tokens.Code);
    if (lang === 'mermaid') {
      const name = diagramName(text);
      if (this.#pictures.has(`${name}-light.svg`)) {
        return `<p><picture><source media="(prefers-color-scheme: dark)" srcset="/${name}-dark.svg"><img src="/${name}-light.svg" alt="${escapeHtml(diagramWords(text) ?? 'A diagram')}"></picture></p>\n`;
      }
    }
    if (lang === 'diff')
      return `<pre class="diff"><code>${text.split('\n').map(diffLine).join('\n')}</code></pre>\n`;
    return this.#block(text, lang);
  }

  #block(text: string, language: string): string {
    const copied = COPIED.has(language) && !this.#inSolution ? ' data-copy="1"' : '';
    const name = /^\w+$/.test(language) ? ` class="language-${language}"` : '';
    return `<pre${copied}><code${name}>${escapeHtml(text)}</code></pre>\n`;
  }

  /** HTML of the text: folds and pictures; the allow-list decides about all of it. */
  #html(text: string): string {
    if (/<summary>Solution: /.test(text)) this.#inSolution = true;
    if (text.includes('</details>')) this.#inSolution = false;
    return text.replace(
      /(src|srcset)="(docs\/[\w./-]+)"/g,
      (_, name, path) => `${name}="/${path}"`,
    );
  }

  #picture(href: string, words: string): string {
    if (!this.#pictures.has(href)) return escapeHtml(words);
    return `<img src="/${escapeHtml(href)}" alt="${escapeHtml(words)}">`;
  }
}

function tableCell(tag: string, { align }: Tokens.TableCell, html: string): string {
  return `<${tag}${align ? ` align="${align}"` : ''}>${html}</${tag}>`;
}

/** Where each question is asked: by the index of the token below which it is to stand. */
function placesOf(asks: readonly string[], tokens: readonly Token[]): Map<number, string[]> {
  const places = new Map<number, string[]>();
  const open = new Set(asks);
  let last: number | undefined;
  tokens.forEach(({ raw, type }, index) => {
    if (type !== 'code' && type !== 'paragraph') return;
    const named = [...raw.matchAll(/make ask N=(\w+)|`(\w+)`/g)].map(([, a, b]) => (a ?? b)!);
    const here = named.filter((id) => open.delete(id));
    if (here.length === 0) return;
    last = index;
    places.set(index, here);
  });
  // What the text calls "and so on".
  if (last !== undefined) places.get(last)!.push(...open);
  return places;
}

function diffLine(line: string): string {
  const tag = { '+': 'ins', '-': 'del' }[line[0] ?? ''];
  return tag ? `<${tag}>${escapeHtml(line)}</${tag}>` : escapeHtml(line);
}

/** Whether the line above a query sends the reader to the second Prometheus alone. */
function isCentral(token: Token | undefined): boolean {
  const line = token?.type === 'paragraph' ? token.raw.trimEnd().split('\n').at(-1)! : '';
  return line.includes(`${PORTS.central}`) && !line.includes(`${PORTS.prometheus}`);
}
