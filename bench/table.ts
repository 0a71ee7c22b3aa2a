/** Figures with a title and a word on how to read them. All cells but the first column are numbers. */
export interface Table {
  readonly title: string;
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A number for people: three digits that count, thousands with commas. */
export function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** How many times `base` goes into `value`, such as `0.75×`. */
export function ratio(value: number, base: number): string {
  return base === 0 ? '–' : `${format(value / base)}×`;
}

/** The table as lines for a terminal: the first column to the left, numbers to the right. */
export function toTerminal({ title, columns, rows }: Table): string {
  return `${title}\n\n${align([columns, ...rows]).join('\n')}\n`;
}

/** The table as Markdown, under a heading. */
export function toMarkdown({ title, note, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = widthsOf(cells);
  const line = (row: readonly string[]) => `| ${pad(row, widths).join(' | ')} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head, ...body] = cells.map(line);
  return `## ${title}\n\n${note}\n\n${[head, `| ${rule.join(' | ')} |`, ...body].join('\n')}\n`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => `  ${pad(row, widths).join('  ')}`.trimEnd());
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
}

function pad(row: readonly string[], widths: readonly number[]): string[] {
  return row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)));
}
