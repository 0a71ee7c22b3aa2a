import type { Family } from '../../checks/harness/exposition.ts';
import { typed } from '../terminal/typed.js';
import type { Paint } from '../terminal/colour.ts';
import { changeSince, readable, seriesOf, type Look } from './look.ts';

/** More lines of one metric than this are cut: a label that is not bounded makes thousands. */
const MOST_LINES = 120;

/** Whether a metric comes from `collectDefaultMetrics()`. */
function isDefault(name: string): boolean {
  return name.startsWith('nodejs_') || name.startsWith('process_');
}

/**
 * The metrics to show: the program's own, or those with `name` in their name or in that of a
 * series. Default metrics only if their names begin so, or if no other fits.
 */
export function selectFamilies(families: readonly Family[], name: string): Family[] {
  if (!name) return families.filter((family) => !isDefault(family.name));
  const wanted = name.toLowerCase();
  const found = families.flatMap((family) => {
    if (family.name.toLowerCase().includes(wanted)) return [family];
    const samples = family.samples.filter((sample) => sample.name.toLowerCase().includes(wanted));
    return samples.length > 0 ? [{ ...family, samples }] : [];
  });
  const meant = found.filter((family) => !isDefault(family.name) || family.name.startsWith(wanted));
  return meant.length > 0 ? meant : found;
}

/** Metrics as text for people: each with its type and help, aligned, changes marked. */
export function showFamilies(
  families: readonly Family[],
  { before, paint, all }: { before: Look | undefined; paint: Paint; all: boolean },
): string {
  return families.map((family) => showFamily(family, before, paint, all)).join('\n\n');
}

function showFamily(
  { name, type, help, samples }: Family,
  before: Look | undefined,
  paint: Paint,
  all: boolean,
): string {
  const shown = all ? samples : samples.slice(0, MOST_LINES);
  const rows = shown.map((sample) => ({
    series: seriesOf(sample),
    value: readable(sample.value),
    change: changeSince(before, name, sample),
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

/** Numbers one below the other: points below points, and all of one length. */
function alignPoints(numbers: string[]): string[] {
  const wholes = numbers.map((text) => text.split('.')[0]!.length);
  const most = Math.max(0, ...wholes);
  const shifted = numbers.map((text, index) => ' '.repeat(most - wholes[index]!) + text);
  const length = Math.max(0, ...shifted.map((text) => text.length));
  return shifted.map((text) => text.padEnd(length));
}

/** What is not shown, and how to see it; empty if nothing is left out. */
export function showRest(families: readonly Family[], name: string): string {
  const defaults = families.filter((family) => isDefault(family.name)).length;
  if (name || defaults === 0) return '';
  return `Not shown: ${defaults} default metrics of Node.js and its process. See some with: ${typed('metrics', { NAME: 'process_' })}`;
}

/** The lines of a text that cannot be read as metrics, default metrics left out. */
export function showLines(text: string, name: string): string {
  const lines = text.split('\n').filter((line) => {
    const metric = line.replace(/^# (HELP|TYPE) /, '');
    return name ? line.includes(name) : !isDefault(metric);
  });
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(left > 0 ? [`… and ${left} more lines`] : [])]
    .map((line) => `  ${line}`)
    .join('\n')
    .trimEnd();
}
