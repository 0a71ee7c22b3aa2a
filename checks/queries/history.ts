import { parseExposition } from '../harness/exposition.ts';

/**
 * Series over time, as `promtool test rules` reads them.
 * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
 */
export interface History {
  /** From one value to the next, in seconds: 5 is that of `prometheus.yaml`. */
  readonly everySeconds: number;
  /** The values of each series, from second 0 on: `{ 'up{job="app"}': '1x20 0 stale' }`. */
  readonly series: Readonly<Record<string, string>>;
}

/** A value at one moment; `stale` ends a series, and undefined says nothing of it. */
export type Point = number | 'stale' | undefined;

/** A series by its name and labels, as in a selector: `up{job="app"}`. */
export function seriesName(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name;
}

/** Writes values in promtool's notation, equal ones in a row as one. */
export function asValues(points: readonly Point[]): string {
  const words: string[] = [];
  for (let at = 0; at < points.length;) {
    let end = at + 1;
    while (end < points.length && Object.is(points[end], points[at])) end++;
    const word = asWord(points[at]);
    const times = end - at - 1;
    // `stale` cannot be repeated, and says the same once.
    words.push(times > 0 && word !== 'stale' ? repeated(word, times) : word);
    if (word === 'stale' && times > 0) words.push(repeated('_', times - 1));
    at = end;
  }
  return words.join(' ');
}

/** promtool's `1x2` is three values, but its `_x2` two. */
function repeated(word: string, times: number): string {
  return word === '_' ? `_x${times + 1}` : `${word}x${times}`;
}

function asWord(point: Point): string {
  if (point === undefined) return '_';
  return `${point}`.replace('Infinity', 'Inf');
}

/** What one scrape of one program brought. */
export interface Snapshot {
  /** When, in seconds from the history's beginning; made, or as it was. */
  readonly seconds: number;
  /** What `/metrics` answered; undefined if it did not. */
  readonly text: string | undefined;
  /** Such as `app:8001`. */
  readonly instance: string;
}

/**
 * Makes a history of scrapes as Prometheus stores them: with the labels `job` and `instance`, a
 * series that a scrape no longer brings as ended, and `up`.
 * @param everySeconds a scrape's time is rounded to a multiple of it
 * @throws {ExpositionError} if a text is not in Prometheus' text format
 */
export function historyOf(
  snapshots: readonly Snapshot[],
  { job = 'app', everySeconds = 1 }: { readonly job?: string; readonly everySeconds?: number } = {},
): History {
  const recorder = new Recorder(everySeconds);
  for (const { seconds, text, instance } of snapshots.toSorted((a, b) => a.seconds - b.seconds)) {
    const samples = text === undefined ? undefined : parseExposition(text);
    const values = samples
      ?.flatMap((family) => family.samples)
      .map(({ name, labels, value }) => [seriesName(name, stored(labels)), value] as const);
    recorder.scrape(seconds, { job, instance }, values);
  }
  return recorder.history;
}

/** One series while it is recorded. */
interface Recorded {
  readonly name: string;
  readonly points: Point[];
  /** The place of its newest value. */
  last: number;
}

/** Stores what scrapes bring as Prometheus does. */
export class Recorder {
  readonly #everySeconds: number;
  /** By target, then by the name on `/metrics`: quoting takes its time, and the same series come again. */
  readonly #targets = new Map<string, Map<string, Recorded>>();

  /** @param everySeconds a scrape's time is rounded to a multiple of it */
  constructor(everySeconds: number) {
    this.#everySeconds = everySeconds;
  }

  /** @param samples series as {@link seriesName} names them; undefined if the target did not answer */
  scrape(
    seconds: number,
    { job, instance }: { readonly job: string; readonly instance: string },
    samples: Iterable<readonly [series: string, value: number]> | undefined,
  ): void {
    const at = Math.round(seconds / this.#everySeconds);
    const target = seriesName('', { job, instance });
    const known = this.#targets.get(target) ?? new Map<string, Recorded>();
    this.#targets.set(target, known);
    const put = (series: string, value: number) => {
      let recorded = known.get(series);
      if (!recorded) {
        recorded = { name: withLabels(series, target), points: [], last: at };
        known.set(series, recorded);
      }
      recorded.points[at] = value;
      recorded.last = at;
    };
    for (const [series, value] of samples ?? []) put(series, value);
    put('up', samples ? 1 : 0);
    for (const { points, last } of known.values()) {
      if (last < at && points.length === last + 1) points[at] = 'stale';
    }
  }

  get history(): History {
    const all = [...this.#targets.values()].flatMap((known) => [...known.values()]);
    // The places between two scrapes are empty: Array.from fills them with undefined.
    const values = all.map(({ name, points }) => [name, asValues(Array.from(points))]);
    return { everySeconds: this.#everySeconds, series: Object.fromEntries(values) };
  }
}

/** `a{b="1"}` with `{job="app"}`: `a{b="1",job="app"}`. */
function withLabels(series: string, labels: string): string {
  return series.endsWith('}') ? `${series.slice(0, -1)},${labels.slice(1)}` : series + labels;
}

/** Prometheus 3 stores `le="1"` and `quantile="1"` as `1.0`. */
function stored(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [
      label,
      /^(le|quantile)$/.test(label) && /^-?\d+$/.test(value) ? `${value}.0` : value,
    ]),
  );
}
