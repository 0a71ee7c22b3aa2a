/** One line of measurement: a name, its labels, and a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one metric, with what its HELP and TYPE lines say. */
export interface Family {
  readonly name: string;
  readonly help: string | undefined;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

/** A text that is not in Prometheus' text format; the message names the line. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
  /** The number of the line that is wrong, counted from 1, where it is one line. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const SUFFIXES: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|(?=\}))/y;
// Prometheus takes NaN in any case, and prom-client writes `Nan`.
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|[nN]a[nN])$/;

/**
 * Reads the text that `/metrics` answers with, strictly: what Prometheus would refuse or read
 * in another way than it was meant is an error here.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 * @throws {ExpositionError} at the first line that breaks a rule
 */
export function parseExposition(text: string): Family[] {
  if (text !== '' && !text.endsWith('\n')) {
    throw new ExpositionError('The last line does not end: a line feed is missing.');
  }
  interface Draft {
    name: string;
    help?: string;
    type?: MetricType;
    samples: Sample[];
    /** The line of each sample. */
    lines: number[];
  }
  const families = new Map<string, Draft>();
  const seen = new Set<string>();
  let current: Draft | undefined;

  /** A family's lines stand together: it can be opened once only. */
  const open = (name: string, fail: (why: string) => never): Draft => {
    if (current?.name === name) return current;
    if (families.has(name)) fail(`The lines of ${name} do not stand together.`);
    current = { name, samples: [], lines: [] };
    families.set(name, current);
    return current;
  };

  text.split('\n').forEach((line, index) => {
    const fail = (why: string): never => {
      const text = JSON.stringify(line.slice(0, 200));
      throw new ExpositionError(`Line ${index + 1}: ${why} ${text}`, index + 1);
    };
    if (line === '') return;
    if (line.startsWith('#')) {
      const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+)(?: (.*))?$/.exec(line) ?? [];
      if (!keyword) return;
      if (METRIC_NAME.exec(name)?.[0] !== name) fail('This is no name for a metric.');
      const family = open(name, fail);
      if (keyword === 'HELP') {
        if (family.help !== undefined) fail(`${name} has a second HELP line.`);
        family.help = rest.replace(/\\(\\|n)/g, (_, code) => (code === 'n' ? '\n' : '\\'));
      } else {
        if (family.type !== undefined) fail(`${name} has a second TYPE line.`);
        if (family.samples.length > 0) fail(`The TYPE line of ${name} comes after its samples.`);
        if (!TYPES.includes(rest)) fail('There is no such type.');
        family.type = rest as MetricType;
      }
      return;
    }
    const name = METRIC_NAME.exec(line)?.[0] ?? fail('This is no name for a metric.');
    const { labels, end } = readLabels(line, name.length, fail);
    const [value = '', timestamp, ...others] = line.slice(end).trim().split(/\s+/);
    if (!/^\s/.test(line.slice(end)) || !NUMBER.test(value)) fail('The value is no number.');
    if (others.length > 0 || (timestamp && !/^-?\d+$/.test(timestamp))) fail('What is the rest?');

    const suffixes = SUFFIXES[current?.type ?? 'untyped'] ?? [''];
    const owner = suffixes.some((suffix) => current?.name + suffix === name)
      ? current!
      : open(name, fail);
    owner.samples.push({ name, labels, value: Number(value.replace(/Inf$/, 'Infinity')) });
    owner.lines.push(index + 1);
    const series = JSON.stringify([name, Object.entries(labels).toSorted()]);
    if (seen.has(series)) fail('This series is there twice.');
    seen.add(series);
  });

  return [...families.values()].map(({ name, help, type = 'untyped', samples, lines }) => {
    const family = { name, help, type, samples };
    if (type === 'histogram') assertHistogram(family, lines);
    return family;
  });
}

/** The samples named `name` whose labels include all of `labels`. */
export function findSamples(
  families: readonly Family[],
  name: string,
  labels: Record<string, string> = {},
): Sample[] {
  return families
    .flatMap(({ samples }) => samples)
    .filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
}

/** The sum of {@link findSamples}; 0 where there are none. */
export function sumOf(
  families: readonly Family[],
  name: string,
  labels?: Record<string, string>,
): number {
  return findSamples(families, name, labels).reduce((sum, { value }) => sum + value, 0);
}

function readLabels(
  line: string,
  start: number,
  fail: (why: string) => never,
): { labels: Record<string, string>; end: number } {
  const labels: Record<string, string> = {};
  if (line[start] !== '{') return { labels, end: start };
  let end = start + 1;
  while (line[end] !== '}') {
    LABEL.lastIndex = end;
    const [all, label, value] = LABEL.exec(line) ?? fail('The labels cannot be read.');
    if (Object.hasOwn(labels, label!)) fail(`The label ${label} is there twice.`);
    labels[label!] = value!.replace(/\\([\\"n])/g, (_, code) => (code === 'n' ? '\n' : code));
    end += all.length;
  }
  return { labels, end: end + 1 };
}

/** What tells the series of one metric apart: its labels, whatever their order. */
export function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted());
}

/**
 * Buckets are cumulative, end with +Inf, and that one equals the count.
 * @param lines the line of each sample
 */
function assertHistogram({ name, samples }: Family, lines: readonly number[]): void {
  interface Bucket {
    readonly le: number;
    readonly value: number;
    readonly line: number | undefined;
  }
  const series = new Map<string, { buckets: Bucket[]; count?: number; sum?: number }>();
  for (const [index, sample] of samples.entries()) {
    const { le, ...labels } = sample.labels;
    const { value } = sample;
    const line = lines[index];
    const key = keyOf(labels);
    const one = series.get(key) ?? { buckets: [] };
    series.set(key, one);
    if (sample.name.endsWith('_count')) one.count = value;
    else if (sample.name.endsWith('_sum')) one.sum = value;
    else if (le === undefined)
      throw new ExpositionError(`A bucket of ${name} has no label le.`, line);
    else if (!NUMBER.test(le)) {
      throw new ExpositionError(`A bucket of ${name} has le="${le}".`, line);
    } else one.buckets.push({ le: Number(le.replace('Inf', 'Infinity')), value, line });
  }
  for (const [key, { buckets, count, sum }] of series) {
    const sorted = buckets.toSorted((a, b) => a.le - b.le);
    const last = sorted.at(-1);
    const fail = (why: string, line = last?.line): never => {
      throw new ExpositionError(`The histogram ${name} ${key} ${why}.`, line);
    };
    if (last?.le !== Infinity) fail('has no bucket +Inf');
    const fallen = sorted.find(({ value }, i) => value < (sorted[i - 1]?.value ?? 0));
    if (fallen) fail('is not cumulative', fallen.line);
    if (count === undefined || sum === undefined) fail('lacks its _sum or _count');
    if (last?.value !== count) fail('counts otherwise than its bucket +Inf');
  }
}
