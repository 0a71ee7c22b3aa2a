import {
  ExpositionError,
  findSamples,
  parseExposition,
  sumOf,
  type Family,
  type Sample,
} from './exposition.ts';
import type { Answer } from './client.ts';
import { CheckFailure } from './types.ts';

/** Metrics that prom-client brings along: not the learner's own. */
const BROUGHT_ALONG = /^(process|nodejs)_/;

/** What one look at `/metrics` has shown. */
export interface Scrape {
  readonly text: string;
  readonly families: readonly Family[];
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
 * Reads an answer of `/metrics`.
 * @throws {CheckFailure} with the trouble that it tells of, if it is not in the text format
 */
export function readScrape({ body, status, request }: Answer): Scrape {
  const fail = (hint: string, got: string) => {
    const expected = 'a text that Prometheus can read';
    return new CheckFailure(hint, { did: `asked ${request}`, expected, got });
  };
  if (status !== 200) throw fail('metrics-unanswered', `status ${status}\n${firstLines(body, 3)}`);
  try {
    const families = parseExposition(body);
    return {
      text: body,
      families,
      family: (name) => families.find((family) => family.name === name),
      samples: (name, labels) => findSamples(families, name, labels),
      sum: (name, labels) => sumOf(families, name, labels),
      names: () => families.map(({ name }) => name).filter((name) => !BROUGHT_ALONG.test(name)),
    };
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    const infinite = body.split('\n').find((line) => /le="-?Infinity"/.test(line));
    throw infinite
      ? fail('bucket-infinity', infinite)
      : fail('not-exposition', `${error.message}\n${firstLines(body, 3)}`);
  }
}

/** A sample as `/metrics` shows it. */
export function lineOf({ name, labels, value }: Sample): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${inner.length > 0 ? `{${inner.join(',')}}` : ''} ${value}`;
}

/** The samples called `name` as lines, `most` of them; says so if there are none. */
export function linesOf(scrape: Scrape, name: string, labels?: Record<string, string>, most = 8) {
  const lines = scrape.samples(name, labels).map(lineOf);
  if (lines.length === 0) return `/metrics has no line of ${name}`;
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
