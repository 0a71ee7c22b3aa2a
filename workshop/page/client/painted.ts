/** What styleText writes, by its number. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
};

/** By the number that ends it, the styles that it ends. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  0: Object.values(STYLES),
  22: ['bold', 'dim'],
  39: ['red', 'green', 'yellow', 'cyan'],
};

/** Shows a text as a terminal would, by classes; what is no style is shown as it is. */
export function paint(element: Element, text: string): void {
  const [first = '', ...painted] = text.split('\x1b[');
  const styles = new Set<string>();
  const parts: (Node | string)[] = [first];
  for (const part of painted) {
    const [, numbers, rest = part] = /^([\d;]*)m(.*)$/s.exec(part) ?? [];
    for (const number of numbers?.split(';') ?? []) {
      if (STYLES[number]) styles.add(STYLES[number]);
      for (const style of ENDS[number || 0] ?? []) styles.delete(style);
    }
    if (rest === '') continue;
    const span = document.createElement('span');
    span.className = [...styles].join(' ');
    span.textContent = rest;
    parts.push(styles.size > 0 ? span : rest);
  }
  element.replaceChildren(...parts);
}
