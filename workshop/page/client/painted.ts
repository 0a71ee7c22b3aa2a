/** What styleText writes, by its number. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
};

/** By the number that ends them, styles. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  22: ['bold', 'dim'],
  39: ['red', 'green', 'yellow', 'cyan'],
};

/** A deeper column than this is none of text that goes on below. */
const DEEPEST = 16;

/** Shows a text as a terminal would: each line, with its styles as classes. */
export function paint(element: Element, text: string): void {
  const styles = new Set<string>();
  const lines = text.split('\n').map((line) => {
    const [first = '', ...painted] = line.split('\x1b[');
    const shown = document.createElement('div');
    shown.append(first);
    for (const part of painted) {
      const [, number = '', rest = part] = /^(\d+)m(.*)$/s.exec(part) ?? [];
      if (STYLES[number]) styles.add(STYLES[number]);
      for (const style of ENDS[number] ?? []) styles.delete(style);
      if (rest === '') continue;
      const span = document.createElement('span');
      span.className = [...styles].join(' ');
      span.textContent = rest;
      shown.append(styles.size > 0 ? span : rest);
    }
    shown.style.setProperty('--column', `${columnOf(shown.textContent!)}ch`);
    // A series is one long word: it may break anywhere.
    if (/^ .*\{/.test(shown.textContent!)) shown.className = 'series';
    if (shown.textContent === '') shown.append('\n');
    return shown;
  });
  element.replaceChildren(...lines);
}

/** Where a line that is too long goes on: below its text, not below the word before that. */
function columnOf(line: string): number {
  const [column = ''] = /^ *(\S+( \S+)* {2,})?/.exec(line) ?? [];
  return column.length <= DEEPEST ? column.length : line.search(/\S|$/) + 2;
}
