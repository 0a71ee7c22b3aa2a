import { escapeHtml } from '#forest';
import type { Book, Chapter } from './book.ts';

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2e8b57" d="M8 0l5 6h-2l3 4H9v6H7v-6H2l3-4H3z"/></svg>',
)}`;

/** What is done of a chapter, in words; undefined if nothing is. */
export type Done = (chapter: Chapter) => string | undefined;

export interface Page {
  readonly title: string;
  /** The HTML of the text, already safe. */
  readonly text: string;
  readonly books: readonly Book[];
  readonly done: Done;
  /** Undefined on a page that is no chapter. */
  readonly chapter?: Chapter | undefined;
  readonly token: string;
}

/**
 * A whole page: the text, the contents, and the places of the program beside it. All ids of its own
 * begin with `page-`, since any other may be the anchor of a heading.
 */
export function layout({ title, text, books, done, chapter, token }: Page): string {
  const all = books.flatMap(({ chapters }) => chapters);
  const index = chapter ? all.indexOf(chapter) : -1;
  const before = index > 0 ? all[index - 1] : undefined;
  const after = all[index + 1];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="token" content="${escapeHtml(token)}">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="${ICON}">
    <link rel="stylesheet" href="/page/style.css">
    <script type="module" src="/page/main.js"></script>
  </head>
  <body>
    <a class="skip" href="#page-text">To the text</a>
    <header>
      <a class="home" href="/">Tree Counter</a>
      <nav aria-label="Contents">
        <details id="page-contents"><summary>Contents</summary>
          <div>
            ${chapter ? sections(chapter) : ''}
            ${books.map((book) => contents(book, done, chapter)).join('\n            ')}
          </div>
        </details>
      </nav>
      <nav class="turn" aria-label="Chapters">${turn(before, 'prev', '←')} ${turn(after, 'next', '→')}</nav>
    </header>
    <div class="desk">
      <main id="page-text" tabindex="-1" data-chapter="${escapeHtml(chapter?.title ?? '')}">
<noscript><p class="place">Without JavaScript this page is the text alone: type its commands in a terminal.</p></noscript>
${text}
        <nav class="turn" aria-label="Next and back">${turn(before, 'prev', '←')} ${turn(after, 'next', '→')}</nav>
      </main>
      <aside hidden aria-label="Your program">
        <details id="page-beside" open><summary>Your program <span id="page-summary"></span></summary>
          <section id="page-program" hidden></section>
          <section id="page-check" hidden></section>
          <section id="page-metrics" hidden></section>
          <section id="page-load" hidden></section>
          <section id="page-hand" hidden></section>
        </details>
      </aside>
    </div>
  </body>
</html>
`;
}

function contents({ title, chapters }: Book, done: Done, here?: Chapter): string {
  const items = chapters.map((chapter, i) => {
    const said = done(chapter);
    const mark = ` <span class="done">${said ? `✓ ${escapeHtml(said)}` : ''}</span>`;
    const current = chapter === here ? ' aria-current="page"' : '';
    return `<li><a href="${chapter.path}"${current}>${escapeHtml(i === 0 ? 'Start' : chapter.title)}</a>${mark}</li>`;
  });
  return list(title, items);
}

function sections({ path, headings }: Chapter): string {
  const within = headings.filter(({ level }) => level === 3);
  if (within.length === 0) return '';
  const items = within.map(
    ({ title, anchor }) =>
      `<li><a href="${path}#${escapeHtml(anchor)}">${escapeHtml(title)}</a></li>`,
  );
  return list('On this page', items);
}

function list(title: string, items: readonly string[]): string {
  return `<div>
              <p>${escapeHtml(title)}</p>
              <ol>
                ${items.join('\n                ')}
              </ol>
            </div>`;
}

function turn(to: Chapter | undefined, rel: 'prev' | 'next', arrow: string): string {
  if (!to) return '';
  const words = escapeHtml(to.title);
  return `<a rel="${rel}" href="${to.path}">${rel === 'prev' ? `${arrow} ${words}` : `${words} ${arrow}`}</a>`;
}
