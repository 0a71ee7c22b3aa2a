import { make } from './dom.ts';

/** A table whose first column names its rows; one that is too wide is scrolled by itself. */
export function tableOf({
  caption,
  of,
  head,
  rows,
}: {
  readonly caption: string;
  /** What it is a table of, for those who do not see what stands above it. */
  readonly of?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): HTMLElement {
  const heads = head.map((text) => make('th', { scope: 'col', textContent: text }));
  const body = rows.map(([name = '', ...cells]) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row', textContent: name }),
      ...cells.map((text) => make('td', { textContent: text })),
    ),
  );
  const table = make(
    'table',
    {},
    make('caption', { textContent: caption }),
    make('thead', {}, make('tr', {}, ...heads)),
    make('tbody', {}, ...body),
  );
  // Who has no mouse scrolls it by the keyboard.
  const frame = make('div', { className: 'table values', tabIndex: 0, role: 'region' }, table);
  frame.ariaLabel = of === undefined ? caption : `${caption}: ${of}`;
  return frame;
}

/** A text in which backticks stand around code. */
export function inline(text: string): (Node | string)[] {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 0 ? part : make('code', { textContent: part })));
}
