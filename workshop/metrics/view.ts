import { setTimeout as sleep } from 'node:timers/promises';
import {
  ExpositionError,
  parseExposition,
  type Family,
  type Sample,
} from '../../checks/harness/exposition.ts';
import { toTextFormat } from '../../checks/harness/openmetrics.ts';
import { commands } from '../commands.js';
import { nearest } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import {
  hasRestarted,
  lookAt,
  readLook,
  seenBefore,
  writeLook,
  type Look,
  type Seen,
} from './look.ts';
import { scrape, ScrapeError } from './scrape.ts';

/** More lines than this of a text that cannot be read are cut. */
const MOST_LINES = 120;

/** More values of a label than this are cut. */
const MOST_VALUES = 20;

/** How soon to look again, in milliseconds. */
export const AGAIN_MS = 1000;

/** Labels by their names in small letters, with the values that are looked for. */
export type Labels = Readonly<Record<string, string>>;

/** A metric whose samples know what was seen of them before. */
export interface SeenFamily extends Family {
  readonly samples: readonly (Sample & { readonly seen: Seen })[];
}

/** What there is to see of a program's metrics. */
export interface View {
  readonly url: string;
  /** What was asked for: a part of the names; empty for the program's own metrics. */
  readonly name: string;
  /** What labels were asked for: the series that are shown have all of them. */
  readonly labels: Labels;
  readonly families: readonly SeenFamily[];
  /** How many default metrics are left out. */
  readonly hidden: number;
  /** When the metrics at this address were seen before, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** Whether it is the same run of the program as in the look before. */
  readonly isSame: boolean;
  /** To compare the next one with. */
  readonly look: Look;
}

/**
 * Looks once.
 * @param name a part of the names to show; empty for the program's own metrics
 * @param before the look to compare with
 * @throws {ScrapeError} if there is nothing to show
 */
export async function view(
  urls: string[],
  name: string,
  before: Look | undefined,
  labels: Labels = {},
): Promise<View> {
  const { url, text, open } = await scrape(urls);
  const all = parse(url, text, name, open);
  const named = selectFamilies(all, name);
  if (name && named.length === 0) {
    const known = selectFamilies(all, '').map((family) => `  ${family.name}\n`);
    throw new ScrapeError(
      `No metric of the program has ${JSON.stringify(name)} in its name. Its own are:\n${known.join('')}See them with: ${typed('metrics')}`,
    );
  }
  const shown = selectSeries(named, name, labels);
  const isSame = before !== undefined && !hasRestarted(before, url, all);
  const compared = isSame ? before : undefined;
  const families = shown.map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({
      ...sample,
      seen: seenBefore(compared, family.name, sample),
    })),
  }));
  return {
    url,
    name,
    labels,
    families,
    hidden: name || Object.keys(labels).length > 0 ? 0 : all.length - shown.length,
    since: before?.url === url ? before.at : undefined,
    isSame,
    look: lookAt(url, all, shown, compared),
  };
}

/**
 * Looks, compares with the look in a file, and keeps this one there. Whoever has not looked at the
 * program before sees what changes within a second.
 * @throws {ScrapeError} if there is nothing to show
 */
export async function viewSince(
  file: string,
  urls: string[],
  name: string,
  labels: Labels = {},
): Promise<View> {
  let seen = await view(urls, name, readLook(file), labels);
  if (seen.since === undefined) {
    await sleep(AGAIN_MS);
    seen = await view(urls, name, seen.look, labels);
  }
  writeLook(file, seen.look);
  return seen;
}

/**
 * Those series of some metrics that have all of the labels. A value may lack its first slash: some
 * shells on Windows take one for a path of their own.
 * @throws {ScrapeError} if there is none
 */
function selectSeries(families: readonly Family[], name: string, labels: Labels): Family[] {
  const values = new Map<string, Set<string>>();
  for (const { samples } of families) {
    for (const [label, value] of samples.flatMap((sample) => Object.entries(sample.labels))) {
      const known = values.get(label) ?? new Set();
      values.set(label, known.add(value));
    }
  }
  const wanted = Object.entries(labels);
  const again = typed('metrics', name ? { NAME: name } : {});
  for (const [label] of wanted) {
    if ([...values.keys()].some((known) => known.toLowerCase() === label)) continue;
    const meant = nearest(label, Object.keys(commands.metrics.variables));
    const known = [...values.keys()].toSorted().join(', ') || 'none';
    throw new ScrapeError(
      `No series has a label ${label}${meant ? `: did you mean ${meant}?` : '.'} The labels are: ${known}.\nSee them with: ${again}`,
    );
  }
  const has = ({ labels: own }: Sample) =>
    wanted.every(([label, value]) =>
      Object.entries(own).some(
        ([known, is]) => known.toLowerCase() === label && (is === value || is === `/${value}`),
      ),
    );
  const found = families.flatMap((family) => {
    const samples = family.samples.filter(has);
    return samples.length > 0 || wanted.length === 0 ? [{ ...family, samples }] : [];
  });
  if (found.length > 0 || wanted.length === 0) return found;
  const known = wanted.map(([label]) => {
    const [, all = []] = [...values].find(([one]) => one.toLowerCase() === label) ?? [];
    const list = [...all].slice(0, MOST_VALUES).map((value) => JSON.stringify(value));
    return `  ${label}: ${[...list, ...([...all].length > MOST_VALUES ? ['…'] : [])].join(', ')}\n`;
  });
  const asked = wanted.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(', ');
  throw new ScrapeError(
    `No series has ${asked}. There are:\n${known.join('')}See them with: ${again}`,
  );
}

/** Whether a metric comes from `collectDefaultMetrics()`. */
function isDefault(name: string): boolean {
  return name.startsWith('nodejs_') || name.startsWith('process_');
}

/**
 * The metrics to show: the program's own, or those with `name` in their name or in that of a
 * series. Default metrics only if their names begin so, or if no other fits.
 */
function selectFamilies(families: readonly Family[], name: string): Family[] {
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

function parse(url: string, text: string, name: string, open: boolean): Family[] {
  try {
    return parseExposition(open ? toTextFormat(text) : text);
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    // The lines of OpenMetrics are others than those that were read.
    const wrong = open ? undefined : text.split('\n')[(error.line ?? 0) - 1];
    const line = wrong && !error.message.startsWith('Line') ? [`  ${wrong.slice(0, 200)}`] : [];
    throw new ScrapeError(
      [
        linesOf(text, name, wrong),
        '',
        `${url} says what cannot be right. ${error.message}`,
        ...line,
        `Fix it, then type again: ${typed('metrics', name ? { NAME: name } : {})}`,
      ].join('\n'),
    );
  }
}

/**
 * The lines of a text that cannot be read as metrics, default metrics left out.
 * @param wrong the line that is marked
 */
function linesOf(text: string, name: string, wrong: string | undefined): string {
  const lines = text.split('\n').filter((line) => {
    const metric = line.replace(/^# (HELP|TYPE) /, '');
    return line !== '' && (line === wrong || (name ? line.includes(name) : !isDefault(metric)));
  });
  const left = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES).map((line) => `${line === wrong ? '>' : ' '} ${line}`),
    ...(left > 0 ? [`  … and ${left} more lines`] : []),
  ].join('\n');
}
