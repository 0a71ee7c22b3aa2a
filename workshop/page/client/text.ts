import { onEvent } from './connection.ts';

/** Where the reader was, in this browser. */
interface Place {
  readonly path: string;
  readonly chapter: string;
  readonly anchor: string;
  readonly heading: string;
}

const PLACE = 'place';

/** How long a button says what it has done, in milliseconds. */
const SAID_MS = 2000;

/** The text itself: copy buttons, what is done in the contents, and the place where the reader was. */
export function startText(): void {
  addCopyButtons();
  onEvent('done', markDone);
  closeContentsOutside();
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
  for (const mark of document.querySelectorAll<HTMLElement>('#contents .done')) {
    const path = mark.parentElement!.querySelector('a')!.pathname;
    mark.textContent = done[path] ? `✓ ${done[path]}` : '';
  }
}

function closeContentsOutside(): void {
  const contents = document.querySelector<HTMLDetailsElement>('#contents')!;
  document.addEventListener('click', ({ target }) => {
    if (!contents.contains(target as Node)) contents.open = false;
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !contents.open) return;
    contents.open = false;
    contents.querySelector('summary')!.focus();
  });
}

function isStart(): boolean {
  return ['/', '/workshop/'].includes(location.pathname);
}

/** Remembers the last heading above the reader's eyes. */
function keepPlace(chapter: string): void {
  const headings = [...document.querySelectorAll<HTMLElement>('main :is(h1, h2)[id]')];
  let waiting = false;
  const keep = () => {
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
    try {
      localStorage.setItem(PLACE, JSON.stringify(place));
    } catch {
      // A browser that keeps nothing for anybody.
    }
  };
  addEventListener(
    'scroll',
    () => {
      if (!waiting) setTimeout(keep, 300);
      waiting = true;
    },
    { passive: true },
  );
  keep();
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
    const place: Place = JSON.parse(localStorage.getItem(PLACE) ?? '');
    // A path of this page alone, whoever wrote it there.
    return /^\/\w+\/[\w-]*$/.test(place.path) ? place : undefined;
  } catch {
    return undefined;
  }
}
