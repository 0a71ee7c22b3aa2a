import type { Verdict } from '../../checks/queries/judge.ts';
import type { Row } from '../../checks/queries/promtool.ts';
import type { Paint } from './colour.ts';

/** More rows than these hide what matters; those that differ come first. */
const MOST_ROWS = 6;

/** More of a line than this does not fit beside its number. */
const WIDTH = 96;

/**
 * A verdict for a person: Prometheus' message with a mark below the place, or the rows that were
 * expected beside those that came back; then the hint.
 * @param firstLine the number of the answer's first line in its file
 */
export function describeVerdict(
  { right, error, compared, hint }: Verdict,
  answer: string,
  { file, firstLine }: { readonly file: string; readonly firstLine: number },
  paint: Paint,
): string {
  const lines: string[] = [];
  if (error) {
    const { message, at } = error;
    const place = at ? `${file}:${firstLine + at.line - 1}: ` : '';
    lines.push(`  Prometheus says: ${place}${message}`);
    if (at) lines.push(...marked(answer.split(/\r?\n/)[at.line - 1] ?? '', at.column, paint));
    lines.push('');
  }
  if (compared && !right) lines.push(...table(compared, paint), '');
  if (hint) lines.push(...fold(hint.says).map((line) => `  ${paint('yellow', line)}`));
  return lines.join('\n');
}

/** The line with a mark below a column, from 1; of a long one the part around it. */
export function marked(line: string, column: number, paint: Paint): string[] {
  const from = Math.max(0, Math.min(column - WIDTH / 2, line.length - WIDTH));
  const shown = line.slice(from, from + WIDTH).replaceAll('\t', ' ');
  return [`    ${shown}`, `    ${' '.repeat(Math.max(0, column - 1 - from))}${paint('red', '^')}`];
}

/** What was expected beside what came back, in cells; what does not fit is counted. */
export interface ComparedCells {
  /** The heads of the columns. */
  readonly head: readonly [moment: string, expected: string, got: string];
  readonly rows: readonly (readonly [series: string, expected: string, got: string])[];
  readonly more: number;
}

/** A comparison for a person, those rows first that differ. */
export function cellsOf({ seconds, rows }: NonNullable<Verdict['compared']>): ComparedCells {
  const shown = rows.slice(0, MOST_ROWS);
  return {
    head: [`half hour, at ${clock(seconds)}`, 'expected', 'came back'],
    rows: shown.map(({ labels, expected, got }) => [
      labelText(labels),
      numberText(expected),
      numberText(got),
    ]),
    more: rows.length - shown.length,
  };
}

/** In place of an empty comparison. */
export const NOTHING_EXPECTED = 'nothing was expected, and nothing came back.';

function table(compared: NonNullable<Verdict['compared']>, paint: Paint): string[] {
  const { head, rows, more } = cellsOf(compared);
  if (rows.length === 0) return [`  ${head[0]}: ${NOTHING_EXPECTED}`];
  const cells = [head, ...rows];
  const widths = [0, 1, 2].map((at) => Math.max(...cells.map((row) => row[at]!.length)));
  const lines = cells.map(
    ([name, ...values]) =>
      `  ${name.padEnd(widths[0]!)}  ${values.map((value, at) => value.padStart(widths[at + 1]!)).join('  ')}`,
  );
  if (more > 0) lines.push(`  … and ${more} more`);
  return [paint('dim', lines[0]!), ...lines.slice(1)];
}

/** Above what a query gives on the learner's own program. */
export const LIVE = 'On your own program, now';

/** Rows as one line each, for a result that nothing is compared with. */
export function describeRows(rows: readonly Row[], most: number): string[] {
  const shown = rows.slice(0, most);
  const names = shown.map(({ labels: { __name__, ...labels } }) => labelText(labels));
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = shown.map(({ value }, at) => `  ${names[at]!.padEnd(width)}  ${numberText(value)}`);
  return rows.length > most ? [...lines, `  … and ${rows.length - most} more`] : lines;
}

/** Labels as a query writes them, cut off at so many characters. */
export function labelText(labels: Readonly<Record<string, string>>, most = 60): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const text = `{${pairs.join(', ')}}`;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A value as people read it; `-` where there is none. */
export function numberText(value: number | undefined): string {
  if (value === undefined) return '-';
  return Number.isFinite(value)
    ? String(Number(value.toPrecision(6)))
    : String(value).replace('Infinity', 'Inf');
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;
}

/** A text on lines that fit a terminal. */
export function fold(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length > WIDTH) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trimStart());
  }
  return lines;
}
