import { quantile } from '../quantile.ts';
import type { SampledSeries } from '../stack/prometheus-api.ts';

/** The times of an incident, in seconds since 1970. */
export interface Moments {
  /** When the program with the fault was started. */
  readonly start: number;
  readonly onset: number;
  readonly now: number;
}

/** How the query was asked, in seconds. */
export interface Grid {
  /** From one sample to the next. */
  readonly step: number;
  /** The time in which rates settle after the start. */
  readonly settle: number;
}

/** From the clearest on. */
const VERDICTS = ['apart', 'swings', 'same', 'empty'] as const;

/** What a query's answer shows of the onset. */
export interface Evidence {
  /**
   * `apart`: it differs clearly. `same`: it does not. `swings`: it differs, but it moved as much
   * before. `empty`: there is nothing, before nor after.
   */
  readonly verdict: (typeof VERDICTS)[number];
  /** Of the series that shows most: its labels, and what it holds before and after. */
  readonly labels: Readonly<Record<string, string>>;
  readonly before: Range | undefined;
  readonly after: Range | undefined;
}

/** Where nearly all values lie: one outlier, such as a late scrape, says nothing. */
interface Range {
  /** A twentieth is below it. */
  readonly least: number;
  readonly median: number;
  /** A twentieth is above it. */
  readonly most: number;
}

/** A change must be so large, as a share of the larger of both values: a failing share swings by less. */
const LEAST_CHANGE = 0.3;

/** … and so many times as large as all that the series moved before. */
const LEAST_TIMES = 1.5;

/** So many of the samples after the onset must lie beyond all those before it. */
const MOST_SAMPLES = 0.8;

/** Of the moments, so many must have a value for the series to be there, and so few to be absent. */
const PRESENT = 0.8;
const ABSENT = 0.2;

/** What comes in peaks, such as a longest delay, is seen by so many of the samples, … */
const PEAKS = 0.2;

/** … if they are so many times higher than the highest before. */
const PEAK_TIMES = 5;

/**
 * Compares what the series of a query hold before the onset of a fault with what they hold after
 * it; one series that differs is enough. Left out are the time after the start in which rates settle, and
 * the first half of the time since the onset.
 */
export function compare(
  answer: readonly SampledSeries[],
  { start, onset, now }: Moments,
  { step, settle }: Grid,
): Evidence {
  const old = { from: start + settle, to: onset };
  const young = { from: (onset + now) / 2, to: now };
  const found = answer.map(({ labels, samples }): Evidence => {
    const before = valuesIn(samples, old, step);
    if (!growsSteadily(before.values)) {
      return { labels, ...judge(before, valuesIn(samples, young, step)) };
    }
    // What has always grown is larger after any moment: the question is how fast it grows.
    const growth = samples.flatMap(([time, value]): [number, number][] => {
      const earlier = samples.findLast(([other]) => other <= time - settle);
      return earlier ? [[time, value - earlier[1]]] : [];
    });
    const settled = { from: start + 1.5 * settle, to: onset };
    return { labels, ...judge(valuesIn(growth, settled, step), valuesIn(growth, young, step)) };
  });
  const rank = ({ verdict }: Evidence) => VERDICTS.indexOf(verdict);
  const [best] = found.toSorted((a, b) => rank(a) - rank(b));
  return best ?? { verdict: 'empty', labels: {}, before: undefined, after: undefined };
}

interface Values {
  readonly values: readonly number[];
  /** At which share of the moments there is one. */
  readonly present: number;
}

function valuesIn(
  samples: SampledSeries['samples'],
  { from, to }: { from: number; to: number },
  step: number,
): Values {
  const values = samples.flatMap(([time, value]) =>
    time >= from && time <= to && Number.isFinite(value) ? value : [],
  );
  return { values, present: values.length / Math.max(1, Math.floor((to - from) / step)) };
}

function judge(old: Values, young: Values): Omit<Evidence, 'labels'> {
  const [before, after] = [rangeOf(old.values), rangeOf(young.values)];
  const say = (verdict: Evidence['verdict']) => ({ verdict, before, after });
  const shares = [old.present, young.present];
  const [rarer, oftener] = [Math.min(...shares), Math.max(...shares)];
  if (!before && !after) return say('empty');
  if (rarer <= ABSENT && oftener >= PRESENT) return say('apart');
  if (!before || !after || rarer < PRESENT) return say('swings');
  return say(judgeValues(old.values, before, young.values, after));
}

function judgeValues(
  old: readonly number[],
  before: Range,
  young: readonly number[],
  after: Range,
): Evidence['verdict'] {
  const moved = before.most - before.least;
  const change = Math.abs(after.median - before.median);
  const isMore = after.median > before.median;
  const beyond = share(young, (value) => (isMore ? value > before.most : value < before.least));
  const height = before.most + PEAK_TIMES * (moved + Math.abs(before.most));
  if (moved > 0 && share(young, (value) => value > height) >= PEAKS) return 'apart';
  if (change === 0) return 'same';
  if (moved === 0 && old.length > 1) return beyond >= MOST_SAMPLES ? 'apart' : 'swings';
  const larger = Math.max(Math.abs(after.median), Math.abs(before.median));
  if (change < LEAST_CHANGE * larger) return 'same';
  return change >= LEAST_TIMES * moved && beyond >= MOST_SAMPLES ? 'apart' : 'swings';
}

/** Whether it hardly ever falls, and has not only risen once or twice: a counter, or a time. */
function growsSteadily(values: readonly number[]): boolean {
  const steps = values.slice(1).map((value, i) => value - values[i]!);
  return share(steps, (step) => step >= 0) >= 0.9 && steps.filter((step) => step > 0).length >= 4;
}

function share<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(holds).length / items.length;
}

function rangeOf(values: readonly number[]): Range | undefined {
  if (values.length === 0) return undefined;
  const [least, median, most] = [0.05, 0.5, 0.95].map((q) => quantile(values, q));
  return { least: least!, median: median!, most: most! };
}
