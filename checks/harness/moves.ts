import { keyOf, type MetricType, type Sample } from './exposition.ts';
import { figure, lineOf, type Scrape } from './scrape.ts';

/** A metric that a step names. */
export interface NamedMetric {
  readonly name: string;
  readonly type: MetricType;
  /** Whether it moves though nobody asks for anything, such as free memory. */
  readonly restless: boolean;
}

/** What a request is to move: the series called `name` whose labels include `labels`, together. */
export interface Move {
  /** A histogram's and a summary's is that of their count. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** By how much; whatever it is, if left out. */
  readonly by?: number;
}

/** A series that has moved. */
export interface Moved {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** NaN where one of the two values is. */
  readonly by: number;
  /** As a person reads it: `requests_total{status="200"} rises by 1`. */
  readonly text: string;
}

/** What has moved beside what was to move, in words that put first what differs. */
export interface Comparison {
  readonly right: boolean;
  /** What was to move and did not, or by another amount. */
  readonly missing: readonly Move[];
  /** What moved and was not to. */
  readonly extra: readonly Moved[];
  readonly moved: readonly Moved[];
  readonly expected: string;
  readonly got: string;
}

/** More lines than these hide what matters. */
const MOST_LINES = 8;

/**
 * All series of some metrics that differ between two scrapes. A new series that is 0 has not moved;
 * one that is gone has. Of a histogram and a summary the count is looked at.
 */
export function movesBetween(
  before: Scrape,
  after: Scrape,
  metrics: readonly NamedMetric[],
): Moved[] {
  return metrics
    .filter(({ restless }) => !restless)
    .flatMap(({ name, type }) => {
      const counted = type === 'histogram' || type === 'summary' ? `${name}_count` : name;
      return movesOf(before.samples(counted), after.samples(counted));
    });
}

function movesOf(before: readonly Sample[], after: readonly Sample[]): Moved[] {
  const earlier = new Map(before.map((sample) => [keyOf(sample.labels), sample]));
  const later = new Map(after.map((sample) => [keyOf(sample.labels), sample]));
  const moved = after.flatMap((sample) => {
    const from = earlier.get(keyOf(sample.labels))?.value ?? 0;
    return Object.is(from, sample.value) ? [] : describe(sample, without(sample.value - from));
  });
  const gone = before.flatMap((sample) =>
    later.has(keyOf(sample.labels)) ? [] : { ...describe(sample, 0 - sample.value, 'is gone') },
  );
  return [...moved, ...gone];
}

function describe(sample: Sample, by: number, how = waysOf(by)): Moved {
  const { name, labels } = sample;
  return { name, labels, by, text: `${seriesOf(name, labels)} ${how}` };
}

function waysOf(by: number): string {
  if (Number.isNaN(by)) return 'becomes or was NaN';
  return by < 0 ? `falls by ${figure(-by)}` : `rises by ${figure(by)}`;
}

/**
 * Compares what has moved with what was to move. Each series belongs to the first move that it fits.
 * @param of the metrics that were looked at, for the words
 */
export function compareMoves(
  moved: readonly Moved[],
  wanted: readonly Move[],
  after: Scrape,
  of: readonly string[],
): Comparison {
  const byMove = new Map<Move, Moved[]>(wanted.map((move) => [move, []]));
  const extra: Moved[] = [];
  for (const one of moved) {
    const move = wanted.find((candidate) => fits(one, candidate));
    if (move) byMove.get(move)!.push(one);
    else extra.push(one);
  }
  const isRight = (move: Move) => {
    const found = byMove.get(move)!;
    const total = without(found.reduce((sum, { by }) => sum + by, 0));
    // Nothing falls where something is to rise, and the other way round.
    const straight = new Set(found.map(({ by }) => Math.sign(by))).size <= 1;
    return straight && (move.by === undefined ? found.length > 0 : Object.is(total, move.by));
  };
  const missing = wanted.filter((move) => !isRight(move));
  const fine = wanted.filter(isRight);

  const nothingElse = `nothing else of ${of.join(', ')} moves`;
  const expected = [
    ...missing.map(wantedText),
    ...(extra.length > 0 ? [nothingElse] : []),
    ...fine.map(wantedText),
  ];
  const stays = ({ name, labels = {} }: Move) => {
    const lines = after.samples(name, labels);
    if (lines.length === 0) return `/metrics has no line of ${seriesOf(name, labels)}`;
    return lines.length === 1
      ? `${lineOf(lines[0]!)}, as before`
      : `${seriesOf(name, labels)} does not move`;
  };
  const textOf = (move: Move) => {
    const found = byMove.get(move)!.map(({ text }) => text);
    return found.length > 0 ? found : [stays(move)];
  };
  // What should not have moved tells more than that something stayed.
  const got = [
    ...missing.filter((move) => byMove.get(move)!.length > 0).flatMap(textOf),
    ...extra.map(({ text }) => text),
    ...missing.filter((move) => byMove.get(move)!.length === 0).flatMap(textOf),
    ...fine.flatMap(textOf),
  ];
  return {
    right: missing.length === 0 && extra.length === 0,
    missing,
    extra,
    moved,
    expected: shorten(expected),
    got: shorten(got),
  };
}

function fits({ name, labels }: Moved, move: Move): boolean {
  return (
    name === move.name &&
    Object.entries(move.labels ?? {}).every(([label, value]) => labels[label] === value)
  );
}

function wantedText({ name, labels = {}, by }: Move): string {
  const series = seriesOf(name, labels);
  if (by === undefined) return `${series} moves`;
  return by === 0 ? `${series} stays as it is` : `${series} ${waysOf(by)}`;
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return lineOf({ name, labels, value: 0 }).replace(/ 0$/, '');
}

function shorten(lines: readonly string[]): string {
  const rest = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

/** A number without what adding fractions of two leaves at its end. */
function without(value: number): number {
  return Number(value.toFixed(9)) + 0;
}
