import { onEvent } from './connection.ts';

/** Where the reader was, in this browser. */
interface Place {
  readonly path: string;
  readonly chapter: string;
  readonly anchor: string;
  readonly heading: string;
}

const PLACE = 'place';
const BESIDE = 'beside';

/** As in style.css: then the program stands below the text, not beside it. */
const NARROW = '(max-width: 60rem)';

const SCROLLED = { tabindex: '0', role: 'region', 'aria-label': 'A wide table' };

/** How long a button says what it has done, in milliseconds. */
const SAID_MS = 2000;

/** The text itself: copy buttons, what is done in the contents, and the place where the reader was. */
export function startText(): void {
  addCopyButtons();
  onEvent('done', markDone);
  closeContents();
  foldBeside();
  letTablesScroll();
  const { chapter } = document.querySelector('main')!.dataset;
  if (isStart()) offerPlace();
  else if (chapter) keepPlace(chapter);
}

/** A button on what is typed or read by another program; a folded solution has none. */
function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>('pre[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const { textContent } = block.querySelector('code')!;
      button.textContent = await navigator.clipboard.writeText(textContent).then(
        () => 'Copied',
        () => 'Not copied: select it',
      );
      setTimeout(() => (button.textContent = 'Copy'), SAID_MS);
    });
    const frame = document.createElement('div');
    frame.className = 'copied';
    block.replaceWith(frame);
    frame.append(block, button);
  }
}

/** @param done what is done, in words, by the paths of the chapters */
function markDone(done: Readonly<Record<string, string>>): void {
  for (const mark of document.querySelectorAll<HTMLElement>('#page-contents .done')) {
    const path = mark.parentElement!.querySelector('a')!.pathname;
    mark.textContent = done[path] ? `✓ ${done[path]}` : '';
  }
}

/** The contents close where something is chosen from them, or anything else is done. */
function closeContents(): void {
  const contents = document.querySelector<HTMLDetailsElement>('#page-contents')!;
  document.addEventListener('click', ({ target }) => {
    // One of its links may lead to a place of this page.
    const chosen = (target as Element).closest('#page-contents a');
    if (chosen || !contents.contains(target as Node)) contents.open = false;
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !contents.open) return;
    contents.open = false;
    contents.querySelector('summary')!.focus();
  });
}

/**
 * What stands beside the text is open; in a narrow window, where it would cover the text, only if
 * the reader has opened it.
 */
function foldBeside(): void {
  const beside = document.querySelector<HTMLDetailsElement>('#page-beside')!;
  beside.open = !matchMedia(NARROW).matches || recall(BESIDE) === 'open';
  beside.addEventListener('toggle', () => keep(BESIDE, beside.open ? 'open' : 'folded'));
}

/** A table that is wider than the window can be scrolled with the keyboard, too. */
function letTablesScroll(): void {
  const seen = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth;
      for (const [name, value] of Object.entries(SCROLLED)) {
        if (scrolls) target.setAttribute(name, value);
        else target.removeAttribute(name);
      }
    }
  });
  for (const table of document.querySelectorAll('main .table')) seen.observe(table);
}

function isStart(): boolean {
  return ['/', '/workshop/'].includes(location.pathname);
}

/** Remembers the last heading above the reader's eyes. */
function keepPlace(chapter: string): void {
  const headings = [...document.querySelectorAll<HTMLElement>('main :is(h1, h2)[id]')];
  let waiting = false;
  const look = () => {
    waiting = false;
    const eyes = innerHeight / 3;
    const last = headings.findLast((heading) => heading.getBoundingClientRect().top < eyes);
    const heading = last ?? headings[0];
    if (!heading) return;
    const place: Place = {
      path: location.pathname,
      chapter,
      anchor: heading.id,
      heading: heading === headings[0] ? '' : heading.textContent,
    };
    keep(PLACE, JSON.stringify(place));
  };
  addEventListener(
    'scroll',
    () => {
      if (!waiting) setTimeout(look, 300);
      waiting = true;
    },
    { passive: true },
  );
  look();
}

/** On the first page: a link to where the reader was. */
function offerPlace(): void {
  const place = readPlace();
  if (!place) return;
  const link = document.createElement('a');
  link.href = `${place.path}#${place.anchor}`;
  link.textContent = [place.chapter, place.heading].filter(Boolean).join(': ');
  const line = document.createElement('p');
  line.className = 'place';
  line.append('You were at ', link, '.');
  document.querySelector('main')!.prepend(line);
}

function readPlace(): Place | undefined {
  try {
    const place: Place = JSON.parse(recall(PLACE) ?? '');
    // A path of this page alone, whoever wrote it there.
    return /^\/\w+\/[\w-]*$/.test(place.path) ? place : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a text in this browser, unless that keeps nothing for anybody. */
function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // Then it is not known the next time.
  }
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
