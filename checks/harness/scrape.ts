import {
  ExpositionError,
  findSamples,
  parseExposition,
  sumOf,
  type Family,
  type Sample,
} from './exposition.ts';
import { isOpenMetrics, toTextFormat } from './openmetrics.ts';
import type { Answer } from './client.ts';
import type { TroubleId } from './trouble.ts';
import { CheckFailure } from './failure.ts';

/** Metrics that prom-client brings along: not the learner's own. */
const BROUGHT_ALONG = /^(process|nodejs)_/;

/** What one look at `/metrics` has shown. */
export interface Scrape {
  /** In the text format, if the answer was OpenMetrics. */
  readonly text: string;
  /** All metrics. */
  families(): readonly Family[];
  /** The metric called `name`, if it is there. */
  family(name: string): Family | undefined;
  /** The samples called `name` whose labels include `labels`. */
  samples(name: string, labels?: Record<string, string>): Sample[];
  /** The sum of those samples; 0 where there are none. */
  sum(name: string, labels?: Record<string, string>): number;
  /** The names of the learner's own metrics. */
  names(): string[];
}

/**
 * Reads an answer of `/metrics`. It reads a line when it is asked for: a check looks at a few of
 * hundreds, dozens of times.
 * @throws {CheckFailure} with the trouble that it tells of, if it is not in the text format
 */
export function readScrape({ body: sent, headers, status, request }: Answer): Scrape {
  const fail = (hint: TroubleId, got: string) => {
    const expected = 'a text that Prometheus can read';
    return new CheckFailure(hint, { did: `asked ${request}`, expected, got });
  };
  if (status !== 200) throw fail('metrics-unanswered', `status ${status}\n${firstLines(sent, 3)}`);
  const infinite = /^.*le="-?Infinity".*$/m.exec(sent);
  if (infinite) throw fail('bucket-infinity', infinite[0]);

  const reading = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ExpositionError)) throw error;
      const hint = /twice\. "\w+_bucket\{/.test(error.message) ? 'bucket-twice' : 'not-exposition';
      throw fail(hint, `${error.message}\n${firstLines(sent, 3)}`);
    }
  };
  const body = isOpenMetrics(headers['content-type']) ? reading(() => toTextFormat(sent)) : sent;
  const parse = (text: string): Family[] => reading(() => parseExposition(text));
  const linesByName = once(() => {
    const lines = new Map<string, string[]>();
    for (const line of body.split('\n')) {
      const name = /^[^\s{#]+/.exec(line)?.[0];
      if (!name) continue;
      const same = lines.get(name);
      if (same) same.push(line);
      else lines.set(name, [line]);
    }
    return lines;
  });
  const known = new Map<string, Family[]>();
  const samplesOf = (name: string) => {
    const lines = linesByName().get(name);
    const found = known.get(name) ?? (lines ? parse(`${lines.join('\n')}\n`) : []);
    known.set(name, found);
    return found;
  };
  const families = once(() => parse(body));

  return {
    text: body,
    families,
    family: (name) => families().find((family) => family.name === name),
    samples: (name, labels) => findSamples(samplesOf(name), name, labels),
    sum: (name, labels) => sumOf(samplesOf(name), name, labels),
    names: () =>
      families()
        .map(({ name }) => name)
        .filter((name) => !BROUGHT_ALONG.test(name)),
  };
}

/** A function that makes its result when it is first called, and gives the same from then on. */
export function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | undefined;
  return () => (made ??= { result: make() }).result;
}

/**
 * How much a figure has changed from one scrape to another: the sum of the samples called `name`
 * whose labels include `labels`. Without what adding fractions of two leaves at its end.
 */
export function changeOf(
  before: Scrape,
  after: Scrape,
  name: string,
  labels?: Record<string, string>,
): number {
  return Number((after.sum(name, labels) - before.sum(name, labels)).toFixed(9));
}

/** A number without the digits that say nothing to a person. */
export function figure(value: number): number {
  return Number(Math.abs(value) < 1 ? value.toPrecision(3) : value.toFixed(3));
}

/** A sample as `/metrics` shows it, with fewer digits. */
export function lineOf({ name, labels, value }: Sample): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${inner.length > 0 ? `{${inner.join(',')}}` : ''} ${figure(value)}`;
}

/** The samples called `name` as lines, `most` of them; says so if there are none. */
export function linesOf(scrape: Scrape, name: string, labels?: Record<string, string>, most = 8) {
  const lines = scrape.samples(name, labels).map(lineOf);
  if (lines.length === 0) return `/metrics has no series of ${name}`;
  const rest = lines.length - most;
  return [...lines.slice(0, most), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

/** The beginning of a long text. */
export function firstLines(text: string, count: number): string {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  return lines
    .slice(0, count)
    .map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line))
    .join('\n');
}
