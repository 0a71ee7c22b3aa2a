import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSamples, type Family, type Sample } from '../../checks/harness/exposition.ts';
import { ROOT } from '../programs.ts';

/** What someone has seen of a program's metrics, and when. */
export interface Look {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the program started, as it says itself; undefined if it does not. */
  readonly start: number | undefined;
  /** By the name of a metric: its series with their values, as text because JSON has no NaN. */
  readonly metrics: Record<string, Record<string, string>>;
}

/** Where the last look at the metrics of the learner's program is kept. */
export const LAST_LOOK = join(ROOT, '.workshop', 'metrics.json');

/** A series as Prometheus writes it: `requests_total{method="GET",status="200"}`. */
export function seriesOf({ name, labels }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name;
}

/**
 * Remembers what is looked at now.
 * @param all every metric of the program
 * @param shown those that are shown, perhaps not with all their samples
 * @param before what the same run of the program was seen with; kept where nothing newer is shown
 */
export function lookAt(
  url: string,
  all: readonly Family[],
  shown: readonly Family[],
  before: Look | undefined,
): Look {
  const metrics = { ...before?.metrics };
  for (const { name, samples } of shown) {
    const known = metrics[name] ?? valuesOf(all.find((family) => family.name === name)!.samples);
    metrics[name] = { ...known, ...valuesOf(samples) };
  }
  const [start] = findSamples(all, 'process_start_time_seconds');
  return { url, at: Date.now(), start: start?.value, metrics };
}

function valuesOf(samples: readonly Sample[]): Record<string, string> {
  return Object.fromEntries(samples.map((sample) => [seriesOf(sample), String(sample.value)]));
}

/** Whether this is another run of the program, or another program, than the one that was seen. */
export function hasRestarted(before: Look, url: string, all: readonly Family[]): boolean {
  const [start] = findSamples(all, 'process_start_time_seconds');
  if (url !== before.url || start?.value !== before.start) return true;
  // The time of start is in whole seconds, if it is there. What counts never falls while a program runs.
  const counts = (type: string, sample: Sample) =>
    type === 'counter' || (type !== 'gauge' && /_(count|bucket)$/.test(sample.name));
  return all.some(({ name, type, samples }) =>
    samples.some(
      (sample) =>
        counts(type, sample) && sample.value < Number(before.metrics[name]?.[seriesOf(sample)]),
    ),
  );
}

/** What was seen of a series before: its value, that it was not there, or nothing at all. */
export type Seen = number | 'absent' | undefined;

/** What a look saw of a series of a metric. */
export function seenBefore(before: Look | undefined, metric: string, sample: Sample): Seen {
  const known = before?.metrics[metric];
  if (!known) return undefined;
  const value = known[seriesOf(sample)];
  return value === undefined ? 'absent' : Number(value);
}

/** Reads the last look from a file; undefined if there is none that can be read. */
export function readLook(file: string): Look | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Look;
  } catch {
    return undefined;
  }
}

/** Keeps a look in a file, for the next one to be compared with. */
export function writeLook(file: string, look: Look): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(look));
  } catch {
    // Then the next look marks less; this one has been shown.
  }
}
