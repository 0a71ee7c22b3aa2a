import type { History } from '../queries/history.ts';
import { evaluate, type Promtool, type Result } from '../queries/promtool.ts';
import {
  CONFIRMER,
  EXPIRING,
  NOW_MOMENTS,
  nineOfTen,
  REFUSED_RESERVING,
  SHARE_MOMENTS,
  sinceStart,
  SPECIES,
  tally,
  TIME_MOMENTS,
  UNKNOWN_SPECIES,
  WINDOW_S,
  type Species,
  type Tally,
} from './plan.ts';

/** The file beside the program that holds the learner's queries. */
export const QUERIES_FILE = 'own.promql';

/** The manager's questions, in the file's words; the queries stand below. */
export const QUESTIONS = [
  'How many trees are reserved now, by species?',
  'What share of the reservations that ended in the last 5 minutes expired, from 0 to 1?',
  'Within how many seconds did 9 of 10 confirm, of those who confirmed in the last 5 minutes?',
] as const;

/** Of an answer to a question about time, by so much it may be off: buckets only estimate, in seconds. */
const TIME_TOLERANCE_S = 2.5;
/** Prometheus extends counts to the edges of the five minutes, and not always by as much. */
const SHARE_TOLERANCE = 0.03;

/** What a query gives is wrong: which mistake gives that, and the figures. */
export interface Wrong<Id extends string> {
  readonly hint: Id;
  readonly expected: string;
  readonly got: string;
}

/**
 * Reads the file of queries: what stands below each line `# own-1 …`, without comments.
 * @returns the three queries; empty where there is none
 */
export function readQueries(text: string): string[] {
  const queries = QUESTIONS.map(() => '');
  let at = -1;
  for (const line of text.split(/\r?\n/)) {
    const [, number] = /^\s*#\s*own-(\d+)\b/.exec(line) ?? [];
    if (number) at = Number(number) - 1;
    else if (!line.trimStart().startsWith('#') && queries[at] !== undefined) {
      queries[at] += `${line}\n`;
    }
  }
  return queries.map((query) => query.trim());
}

/** What the three queries give, each at its moments; one that is empty gives 0. */
export async function ask(
  promtool: Promtool,
  history: History,
  queries: readonly string[],
): Promise<Result[][]> {
  const moments = [...new Set([...NOW_MOMENTS, ...SHARE_MOMENTS])];
  const asked = queries.map((query) => query || 'vector(0)');
  const all = await evaluate(promtool, history, asked, moments);
  const wanted = [NOW_MOMENTS, SHARE_MOMENTS, TIME_MOMENTS];
  return all.map((results, index) => wanted[index]!.map((at) => results[moments.indexOf(at)]!));
}

type Counts = Record<Species, number>;

const inWords = (counts: Partial<Counts>) =>
  SPECIES.map((species) => `${species} ${counts[species] ?? 'nothing'}`).join(', ');

export type NowHint =
  | 'now-nothing'
  | 'now-no-partner'
  | 'now-growth'
  | 'now-no-species'
  | 'now-no-zero'
  | 'now-all-stay'
  | 'now-confirmed-stay'
  | 'now-expired-stay'
  | 'now-refused-counted'
  | 'now-other';

/** Whether a query calculates with two sides, by what stands outside of its braces and texts. */
function hasTwoSides(query: string): boolean {
  return /[-+*/]/.test(query.replaceAll(/#.*|"[^"]*"|'[^']*'|`[^`]*`/g, ''));
}

/** Whether each range in a query is another one than the five minutes that are asked for. */
function hasOtherRange(query: string): boolean {
  const ranges = [...query.matchAll(/\[\s*(\w+)\s*[\]:]/g)].map(([, range]) => range);
  return ranges.length > 0 && !ranges.some((range) => range === '5m' || range === '300s');
}

/** Whether a query chooses a bucket by a whole number: Prometheus 3 stores `le="20"` as `20.0`. */
function hasWholeLe(query: string): boolean {
  return /\ble\s*=~?\s*(["'`])[\d|()]+\1/.test(query);
}

/** Whether a query names another quantile than that of nine of ten. */
function hasOtherQuantile(query: string): boolean {
  const quantiles = [...query.matchAll(/\bquantile(?:_over_time)?\s*(?:\(|=\s*["'`])\s*([\d.]+)/g)];
  const named = [...quantiles, ...query.matchAll(/\bhistogram_quantile\s*\(\s*([\d.]+)\s*,/g)];
  return named.length > 0 && !named.some(([, quantile]) => Number(quantile) === 0.9);
}

/** Judges what the first query gives. */
export function judgeNow(results: readonly Result[], query = ''): Wrong<NowHint> | undefined {
  const truth = NOW_MOMENTS.map(openAt);
  const given = results.map(speciesIn);
  const at = given.findIndex((counts, index) => !counts || !same(counts, truth[index]!));
  if (at < 0) return undefined;
  const expected = inWords(truth[at]!);
  const wrong = (hint: NowHint, moment = at) => ({
    hint,
    expected: inWords(truth[moment]!),
    got: shownResult(results[moment]!),
  });
  if (results.every(({ rows }) => rows?.length === 0)) {
    return wrong(hasTwoSides(query) ? 'now-no-partner' : 'now-nothing');
  }
  const filled = given.map((counts) => counts && { ...ZEROS, ...counts });
  const shapeless = filled.indexOf(undefined);
  if (shapeless >= 0) {
    const strange = results[shapeless]!.rows?.some(({ labels }) =>
      Object.values(labels).includes(UNKNOWN_SPECIES),
    );
    return wrong(strange ? 'now-refused-counted' : 'now-no-species', shapeless);
  }
  const first = filled.findIndex((counts, index) => !same(counts!, truth[index]!));
  if (first < 0) return { hint: 'now-no-zero', expected, got: shownResult(results[at]!) };
  const tooMany = (index: number, species: Species) =>
    filled[index]![species] - truth[index]![species];
  const [, confirmed, , expired, refused] = NOW_MOMENTS.keys();
  const expiredStay = tooMany(expired!, EXPIRING.species) === 1;
  if (first === confirmed && tooMany(confirmed, CONFIRMER.species) === 1) {
    return wrong(expiredStay ? 'now-all-stay' : 'now-confirmed-stay', first);
  }
  if (first === expired && expiredStay) return wrong('now-expired-stay', first);
  const full = REFUSED_RESERVING.filter(([, species]) => species === 'pine').length;
  if (first === refused && tooMany(refused, 'pine') === full) {
    return wrong('now-refused-counted', first);
  }
  const growth = /\b(rate|irate|increase|delta)\s*\(/.test(query);
  return wrong(growth ? 'now-growth' : 'now-other', first);
}

function openAt(moment: number): Counts {
  const open = SPECIES.map((species) => {
    const { made, confirmed, expired } = sinceStart(moment, species);
    return [species, made - confirmed - expired];
  });
  return Object.fromEntries(open) as Counts;
}

const ZEROS: Counts = { oak: 0, beech: 0, pine: 0 };

function same(one: Partial<Counts>, other: Counts): boolean {
  return SPECIES.every((species) => Math.abs((one[species] ?? NaN) - other[species]) < 0.01);
}

/** A value for each species, by whatever label tells it; undefined if there is more, or no such label. */
function speciesIn({ rows }: Result): Partial<Counts> | undefined {
  const counts: Partial<Counts> = {};
  for (const { labels, value } of rows ?? []) {
    const species = SPECIES.find((one) => Object.values(labels).includes(one));
    if (!species || counts[species] !== undefined) return undefined;
    counts[species] = value;
  }
  return counts;
}

/** How people count who make a mistake: which share they say has expired. */
const SHARE_MISTAKES = {
  'share-refused-counted': ({ made, expired, refusedReserving }: Tally) =>
    expired / (made + refusedReserving),
  'share-late-counted': ({ confirmed, expired, refusedConfirming }: Tally) =>
    expired / (confirmed + refusedConfirming + expired),
  'share-of-made': ({ made, expired }: Tally) => expired / made,
  'share-of-all-events': ({ made, confirmed, expired }: Tally) =>
    expired / (made + confirmed + expired),
  'share-of-confirmed': ({ confirmed, expired }: Tally) => expired / confirmed,
  'share-of-the-others': ({ confirmed, expired }: Tally) => confirmed / (confirmed + expired),
  'share-in-percent': ({ confirmed, expired }: Tally) => (100 * expired) / (confirmed + expired),
};

const truthOfShare = ({ confirmed, expired }: Tally) => expired / (confirmed + expired);

export type ShareHint =
  | keyof typeof SHARE_MISTAKES
  | 'share-other-range'
  | 'share-without-parentheses'
  | 'share-whole-le'
  | 'share-no-number'
  | 'share-many'
  | 'share-since-start'
  | 'share-over-restart'
  | 'share-first-lost'
  | 'share-other';

/**
 * Judges what the second query gives.
 * @param late whether a series of the learner's own was not there at the start
 */
export function judgeShare(
  results: readonly Result[],
  late = false,
  query = '',
): Wrong<ShareHint> | undefined {
  const before = SHARE_MOMENTS.map((at) => tally(at - WINDOW_S, at));
  const close = (one: number, other: number) => Math.abs(one - other) <= SHARE_TOLERANCE;
  const is = (count: (tally: Tally) => number, tallies = before) =>
    numbers.every((number, index) => close(number, count(tallies[index]!)));
  const numbers = results.map(numberIn);
  const at = numbers.findIndex((number, index) => !close(number, truthOfShare(before[index]!)));
  if (at < 0) return undefined;
  const { expired, confirmed } = before[at]!;
  const expected = `${truthOfShare(before[at]!).toFixed(2)}: ${expired} expired, ${confirmed} were confirmed`;
  const got = shownResult(results[at]!);
  const wrong = (hint: ShareHint) => ({ hint, expected, got });
  if ((results[at]!.rows?.length ?? 0) > 1) return wrong('share-many');
  if (hasOtherRange(query)) return wrong('share-other-range');
  const isEmpty = results.every(({ rows }) => rows?.length === 0);
  if (isEmpty && hasWholeLe(query)) return wrong('share-whole-le');
  if (late && at === 0) return wrong('share-first-lost');
  if (Number.isNaN(numbers[at])) return wrong('share-no-number');
  if (
    is(
      truthOfShare,
      SHARE_MOMENTS.map((moment) => sinceStart(moment)),
    )
  ) {
    return wrong('share-since-start');
  }
  const [mistake] = Object.entries(SHARE_MISTAKES).find(([, count]) => is(count)) ?? [];
  if (mistake) return wrong(mistake as ShareHint);
  if (numbers[at]! > 1 && /[+]/.test(query)) return wrong('share-without-parentheses');
  return wrong(at === SHARE_MOMENTS.length - 1 ? 'share-over-restart' : 'share-other');
}

export type TimeHint =
  | 'time-last-only'
  | 'time-whole-le'
  | 'time-other-quantile'
  | 'time-other-range'
  | 'time-summary-window'
  | 'time-no-number'
  | 'time-many'
  | 'time-since-start'
  | 'time-expired-mixed-in'
  | 'time-edges'
  | 'time-mean'
  | 'time-other';

/** What is known of the learner's histogram of times, if there is one. */
export interface TimeHistogram {
  readonly name: string;
  /** The upper limits of its buckets, in order, without the last, +Inf. */
  readonly edges: readonly number[];
  /** Whether a reservation that expires is observed, too. */
  readonly holdsExpired: boolean;
}

/**
 * Judges what the third query gives.
 * @param lastWait the name of the learner's gauge of the last time, if there is one
 */
export function judgeTime(
  results: readonly Result[],
  histogram: TimeHistogram | undefined,
  query = '',
  lastWait?: string,
): Wrong<TimeHint> | undefined {
  const waits = TIME_MOMENTS.map((at) => tally(at - WINDOW_S, at).waits);
  const numbers = results.map(numberIn);
  const close = (one: number, other: number, by = TIME_TOLERANCE_S) => Math.abs(one - other) <= by;
  const at = numbers.findIndex((number, index) => !close(number, nineOfTen(waits[index]!)));
  if (at < 0) return undefined;
  const expected = `${nineOfTen(waits[at]!).toFixed(1)}, give or take ${TIME_TOLERANCE_S}: they took ${waits[at]!.join(', ')} s`;
  const got = shownResult(results[at]!);
  const wrong = (hint: TimeHint, more = '') => ({ hint, expected, got: `${got}${more}` });
  if (lastWait && query.split(/[^\w:]+/).includes(lastWait)) return wrong('time-last-only');
  if ((results[at]!.rows?.length ?? 0) > 1) return wrong('time-many');
  if (hasOtherRange(query)) return wrong('time-other-range');
  const isEmpty = results.every(({ rows }) => rows?.length === 0);
  if (isEmpty && hasWholeLe(query)) return wrong('time-whole-le');
  if (Number.isNaN(numbers[at])) return wrong('time-no-number');
  if (hasOtherQuantile(query)) return wrong('time-other-quantile');
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  if (numbers.every((number, index) => close(number, mean(waits[index]!), 0.1))) {
    return wrong('time-mean');
  }
  if (/\bquantile\s*=/.test(query)) return wrong('time-summary-window');
  if (!histogram) return wrong('time-other');
  const { edges, name, holdsExpired } = histogram;
  const estimates = (all: readonly (readonly number[])[]) =>
    numbers.every((number, index) => close(number, estimate(all[index]!, edges), 0.3));
  if (estimates(waits)) {
    return wrong('time-edges', `\nthe buckets of ${name} end at ${edges.join(', ')} s`);
  }
  if (estimates(TIME_MOMENTS.map((moment) => sinceStart(moment).waits))) {
    return wrong('time-since-start');
  }
  const isTooHigh = numbers[at]! > nineOfTen(waits[at]!);
  return wrong(holdsExpired && isTooHigh ? 'time-expired-mixed-in' : 'time-other');
}

/** What histogram_quantile(0.9, …) estimates from these times in buckets with these limits. */
function estimate(waits: readonly number[], edges: readonly number[]): number {
  const upTo = (edge: number) => waits.filter((wait) => wait <= edge).length;
  const rank = 0.9 * waits.length;
  const index = edges.findIndex((edge) => upTo(edge) >= rank);
  if (index < 0) return edges.at(-1) ?? NaN;
  const low = edges[index - 1] ?? 0;
  const below = index === 0 ? 0 : upTo(low);
  return low + ((edges[index]! - low) * (rank - below)) / (upTo(edges[index]!) - below);
}

function numberIn({ rows = [] }: Result): number {
  return rows.length === 1 ? rows[0]!.value : NaN;
}

/** A result as a person reads it. */
export function shownResult({ rows, error }: Result): string {
  if (error) {
    const { at, message } = error;
    return `${at ? `line ${at.line}, column ${at.column}: ` : ''}${message}`;
  }
  if (rows.length === 0) return 'nothing: an empty answer';
  const lines = rows.map(({ labels, value }) => {
    const { __name__: name = '', ...rest } = labels;
    const inner = Object.entries(rest).map(([label, text]) => `${label}="${text}"`);
    const series = `${name}${inner.length > 0 ? `{${inner.join(', ')}}` : ''}`;
    return `${series ? `${series} ` : ''}${Number(value.toPrecision(4))}`;
  });
  return lines.slice(0, 8).join('\n');
}
