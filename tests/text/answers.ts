import type { Block } from './document.ts';

/** The shape that the text states for the answer to a query. */
export interface Shape {
  /** How many series; undefined where the text says only that there are some. */
  readonly count: number | undefined;
  /** The names of all their labels; undefined where the text does not say. */
  readonly labels: readonly string[] | undefined;
  readonly from: number;
  readonly to: number;
  /** What Prometheus says where it refuses the query. */
  readonly error?: string | undefined;
}

const ANSWER =
  /^→ (?:an error, `([^`]+)`|(nothing)|(1 value)|(?:(\d+) )?series(?: by (`\w+`(?:, `\w+`)*))?)(?:, from (-?[\d.]+) to (-?[\d.]+))?\.(?: |$)/;

/**
 * Reads the line below a `promql` block.
 * @throws {Error} if it states no shape as docs/text.md describes them
 */
export function readAnswer({ answer, line }: Block): Shape {
  const match = ANSWER.exec(answer);
  if (!match) throw new Error(`Line ${line}: no shape is stated below the query: ${answer}`);
  const [, error, nothing, value, count, labels, from = '-Infinity', to = 'Infinity'] = match;
  return {
    count: nothing ? 0 : value ? 1 : count ? Number(count) : undefined,
    labels: value ? [] : labels?.split(', ').map((label) => label.slice(1, -1)),
    from: Number(from),
    to: Number(to),
    error,
  };
}

/** What is wrong with an answer to a query, in words; undefined if it has the shape stated. */
export function judgeAnswer(
  shape: Shape,
  series: readonly { labels: Readonly<Record<string, string>>; value: number }[],
): string | undefined {
  const { count, labels, from, to } = shape;
  if (count === undefined ? series.length === 0 : series.length !== count) {
    return `${series.length} series instead of ${count ?? 'some'}`;
  }
  for (const one of series) {
    const names = Object.keys(one.labels).filter((name) => name !== '__name__');
    if (labels && names.toSorted().join() !== labels.toSorted().join()) {
      return `labels ${names.join()} instead of ${labels.join()}`;
    }
    if (!Number.isFinite(one.value)) return `the value ${one.value}`;
    if (one.value < from || one.value > to) return `${one.value}, not from ${from} to ${to}`;
  }
  return undefined;
}
