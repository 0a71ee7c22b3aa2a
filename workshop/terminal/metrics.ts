import { seriesOf, type Seen } from '../metrics/look.ts';
import type { SeenFamily, View } from '../metrics/view.ts';
import type { Paint } from './colour.ts';
import { typed } from './typed.js';

/** More lines of one metric than this are cut: a label that is not bounded makes thousands. */
const MOST_LINES = 120;

/** Metrics as text for people: each with its type and help, aligned, changes marked. */
export function describeMetrics(view: View, paint: Paint): string {
  const { families, hidden, name } = view;
  const metrics =
    families.length > 0
      ? families.map((family) => describeFamily(family, paint, name !== ''))
      : ['The program has no metric of its own yet: chapter 3 adds the first.'];
  const rest =
    hidden > 0
      ? [
          `Not shown: ${hidden} default metrics of Node.js and its process. See some with: ${typed('metrics', { NAME: 'process_' })}`,
        ]
      : [];
  return [headline(view), ...metrics, ...rest].join('\n\n');
}

function headline({ url, since, isSame }: View): string {
  if (since === undefined) return `${url}:`;
  const then = new Date(since).toLocaleTimeString('en-GB');
  if (isSame) return `${url}, with what has changed since ${then}:`;
  return `${url}, of a program that has started again since ${then}:`;
}

/** @param all whether a metric of any length is written whole */
function describeFamily(
  { name, type, help, samples }: SeenFamily,
  paint: Paint,
  all: boolean,
): string {
  const shown = all ? samples : samples.slice(0, MOST_LINES);
  const rows = shown.map((sample) => ({
    series: seriesOf(sample),
    value: readable(sample.value),
    change: describeChange(sample.seen, sample.value),
  }));
  const width = Math.max(0, ...rows.map(({ series }) => series.length));
  const values = alignPoints(rows.map(({ value }) => value));
  const lines = rows.map(({ series, change }, index) => {
    const line = `  ${series.padEnd(width)}  ${values[index]}`;
    return change ? paint('bold', `${line}  ${paint('green', change)}`) : line.trimEnd();
  });
  const count = samples.length === 1 ? '' : `, ${samples.length.toLocaleString('en')} series`;
  const head = `${paint('cyan', name)} (${type}${count})${help ? `: ${help}` : ''}`;
  const left = samples.length - shown.length;
  const rest = `  … and ${left.toLocaleString('en')} more. All: ${typed('metrics', { NAME: name })}`;
  return [head, ...lines, ...(left > 0 ? [rest] : [])].join('\n');
}

/** What became of a series: `+2`, `new`, `was NaN`; empty if nothing did. */
function describeChange(seen: Seen, value: number): string {
  if (seen === 'absent') return 'new';
  if (seen === undefined || seen === value || Object.is(seen, value)) return '';
  const change = value - seen;
  if (!Number.isFinite(change)) return `was ${seen}`;
  return `${change > 0 ? '+' : ''}${readable(change)}`;
}

/** A number without what binary fractions add to it: 3.27, not 3.2699999999999996. */
function readable(value: number): string {
  if (value === Infinity || value === -Infinity) return value > 0 ? '+Inf' : '-Inf';
  if (Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1000 ? value.toPrecision(6) : value.toFixed(3)));
}

/** Numbers one below the other: points below points, and all of one length. */
function alignPoints(numbers: string[]): string[] {
  const wholes = numbers.map((text) => text.split('.')[0]!.length);
  const most = Math.max(0, ...wholes);
  const shifted = numbers.map((text, index) => ' '.repeat(most - wholes[index]!) + text);
  const length = Math.max(0, ...shifted.map((text) => text.length));
  return shifted.map((text) => text.padEnd(length));
}
