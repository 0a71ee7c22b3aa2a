import { keyOf } from '../../checks/harness/exposition.ts';
import { seriesOf, type Seen } from '../metrics/look.ts';
import type { SeenFamily, View } from '../metrics/view.ts';
import type { Paint } from './colour.ts';
import { typed } from './typed.js';

/** More lines of one metric than this are cut: a label that is not bounded makes thousands. */
const MOST_LINES = 120;

/** How much room there is for metrics. */
export interface Room {
  /** The longest bar of a histogram, in characters. */
  readonly bar: number;
  /** Whether each series has its name, which stands above them all, too. */
  readonly names: boolean;
}

const TERMINAL: Room = { bar: 40, names: true };

/** In milliseconds. */
const SECOND = 1000;

/** Metrics as text for people: each with its type and help, aligned, changes marked. */
export function describeMetrics(view: View, paint: Paint, room = TERMINAL): string {
  const { families, hidden, name } = view;
  const metrics =
    families.length > 0
      ? families.map((family) => describeFamily(family, paint, room, name !== ''))
      : ['The program has no metric of its own yet: chapter 3 adds the first.'];
  const rest =
    hidden > 0
      ? [
          `Not shown: ${hidden} default metrics of Node.js and its process. See some with: ${typed('metrics', { NAME: 'process_' })}`,
        ]
      : [];
  return [headline(view), ...metrics, ...rest].join('\n\n');
}

function headline({ url, since, isSame, look }: View): string {
  if (since === undefined) return `${url}:`;
  const then = new Date(since).toLocaleTimeString('en-GB');
  if (!isSame) {
    return `${url}: the program has restarted since ${then}, so there is nothing to compare with.`;
  }
  const ago = look.at - since < 2 * SECOND ? ', a second ago' : '';
  return `${url}, with what has changed since ${then}${ago}:`;
}

/** @param all whether a metric of any length is written whole */
function describeFamily(family: SeenFamily, paint: Paint, room: Room, all: boolean): string {
  const { name, type, help, samples } = family;
  const sets = type === 'histogram' ? setsOf(family) : undefined;
  const lines = sets ? describeSets(sets, paint, room) : describeSeries(family, paint, room);
  const shown = all ? lines : lines.slice(0, MOST_LINES);
  const count = samples.length === 1 ? '' : `, ${samples.length.toLocaleString('en')} series`;
  const head = `${paint('cyan', name)} (${type}${count})${help ? `: ${help}` : ''}`;
  const left = (lines.length - shown.length).toLocaleString('en');
  const rest = `  … and ${left} more. All: ${typed('metrics', { NAME: name })}`;
  return [head, ...shown, ...(lines.length > shown.length ? [rest] : [])].join('\n');
}

function describeSeries({ name, samples }: SeenFamily, paint: Paint, { names }: Room): string[] {
  const rows = samples.map((sample) => ({
    series: (!names && sample.name === name && labelsOf(sample)) || seriesOf(sample),
    value: readable(sample.value),
    change: describeChange(sample.seen, sample.value),
  }));
  const width = Math.max(0, ...rows.map(({ series }) => series.length));
  const values = alignPoints(rows.map(({ value }) => value));
  return rows.map(({ series, change }, index) =>
    marked(`  ${series.padEnd(width)}  ${values[index]}`, change, paint),
  );
}

/** The labels of a series as Prometheus writes them; empty if it has none. */
function labelsOf({ labels }: SeenSample): string {
  return seriesOf({ name: '', labels, value: 0 });
}

/** A line, and what has changed in it: by a word, and where there are colours also by them. */
function marked(line: string, change: string, paint: Paint): string {
  return change ? paint('bold', `${line}  ${paint('green', change)}`) : line.trimEnd();
}

type SeenSample = SeenFamily['samples'][number];

/** A histogram of one set of labels. */
interface HistogramSet {
  readonly labels: Readonly<Record<string, string>>;
  /** By their limits, the last +Inf; each counts those before it, too. */
  readonly buckets: readonly SeenSample[];
  readonly count: SeenSample;
  readonly sum: SeenSample;
}

/** The sets of labels of a histogram; undefined if only parts of it are shown. */
function setsOf({ name, samples }: SeenFamily): HistogramSet[] | undefined {
  const parts = new Map<string, SeenSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = keyOf(labels);
    parts.set(key, [...(parts.get(key) ?? []), sample]);
  }
  const sets = [...parts.values()].flatMap((part) => {
    const buckets = part
      .filter((sample) => sample.name === `${name}_bucket`)
      .toSorted((a, b) => limitOf(a) - limitOf(b));
    const [count, sum] = ['_count', '_sum'].map((end) =>
      part.find((sample) => sample.name === name + end),
    );
    const isWhole = count && sum && limitOf(buckets.at(-1)) === Infinity;
    return isWhole ? [{ labels: count.labels, buckets, count, sum }] : [];
  });
  return sets.length === parts.size ? sets : undefined;
}

function limitOf(bucket: SeenSample | undefined): number {
  return Number(bucket?.labels.le?.replace('Inf', 'Infinity'));
}

/** Each set of labels by itself, with a bar for each range; of one without observations, a line. */
function describeSets(sets: readonly HistogramSet[], paint: Paint, room: Room): string[] {
  const withSome = sets.filter(({ count }) => count.value > 0);
  const lines = sets.flatMap((set) => {
    const labels = labelsOf(set.count);
    const [count, sum] = [set.count, set.sum].map(({ value, seen }) => {
      const change = describeChange(seen, value);
      return `${readable(value)}${change ? ` (${paint('green', change)})` : ''}`;
    });
    const head = `  ${labels && `${labels}  `}count ${count}`;
    return set.count.value > 0
      ? [`${head}, sum ${sum}`, ...describeBuckets(set.buckets, paint, room)]
      : [head];
  });
  const [example] = withSome.flatMap(({ buckets }) => cumulative(buckets) ?? []);
  return [...lines, ...(example ? [`  ${example}`] : [])];
}

/** Says at one bucket that it counts those before it, too; undefined if none shows that. */
function cumulative(buckets: readonly SeenSample[]): string | undefined {
  const later = buckets.filter(
    ({ value }, index) =>
      index > 0 && index < buckets.length - 1 && buckets[index - 1]!.value > 0 && value > 0,
  );
  const shown =
    later.findLast((bucket) => bucket.value > buckets[buckets.indexOf(bucket) - 1]!.value) ??
    later[0];
  if (!shown) return undefined;
  const { le } = shown.labels;
  return `On /metrics each bucket counts all up to its limit: le="${le}" is ${readable(shown.value)}.`;
}

/** A line for each range, from the limit of one bucket to that of the next. */
function describeBuckets(buckets: readonly SeenSample[], paint: Paint, { bar }: Room): string[] {
  const ranges = buckets.map((bucket, index) => {
    const before = buckets[index - 1];
    return {
      from: before?.labels.le ?? 'up',
      to: bucket.labels.le!,
      value: bucket.value - (before?.value ?? 0),
      seen: difference(bucket.seen, before ? before.seen : 0),
    };
  });
  const widest = (words: string[]) => Math.max(...words.map((word) => word.length));
  const [left, right] = [
    widest(ranges.map(({ from }) => from)),
    widest(ranges.map(({ to }) => to)),
  ];
  const most = Math.max(...ranges.map(({ value }) => value));
  const digits = readable(most).length;
  return ranges.map(({ from, to, value, seen }) => {
    // What is there is seen, however little it is.
    const length = value > 0 ? Math.max(1, Math.round((value / most) * bar)) : 0;
    const range = `${from.padStart(left)} to ${to.padEnd(right)}`;
    const line = `    ${range}  ${readable(value).padStart(digits)}  ${'#'.repeat(length)}`;
    return marked(line.trimEnd(), describeChange(seen, value), paint);
  });
}

function difference(one: Seen, other: Seen): Seen {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return one === 'absent' ? 'absent' : undefined;
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
