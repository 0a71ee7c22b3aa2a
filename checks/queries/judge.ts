import { keyOf } from '../harness/exposition.ts';
import { structureOf, type Call, type Matcher, type Selector, type Structure } from './grammar.ts';
import type { History } from './history.ts';
import {
  evaluate,
  inCharacters,
  NO_VECTOR,
  type Promtool,
  type Result,
  type Row,
} from './promtool.ts';
import { MOMENTS, type Question } from './question.ts';

/** The longest answer that is looked at, in characters. */
export const MOST_CHARACTERS = 2000;

/** Floating-point numbers that were added up in another order differ by less, relative to their size. */
const TOLERANCE = 1e-6;

/** One series: what was expected of it, and what came; undefined where it is not there. */
export interface ComparedRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly expected: number | undefined;
  readonly got: number | undefined;
}

/** What came of judging an answer, as data: it can be printed, stored and sent. */
export interface Verdict {
  readonly right: boolean;
  /** What to think about; none if the answer is right. */
  readonly hint?: { readonly id: string; readonly says: string };
  /** In Prometheus' own words, with the place in the answer, both from 1, the column in characters. */
  readonly error?: {
    readonly message: string;
    readonly at?: { readonly line: number; readonly column: number };
  };
  /** The results at the first moment at which they differ, those that differ first; else at the last. */
  readonly compared?: { readonly seconds: number; readonly rows: readonly ComparedRow[] };
}

/** Judges an answer by its result at several moments. */
export async function judge(
  question: Question,
  answer: string,
  promtool: Promtool,
): Promise<Verdict> {
  return (await judgeAll(question, [answer], promtool))[0]!;
}

/** Judges several answers to one question in one run of promtool. */
export async function judgeAll(
  question: Question,
  answers: readonly string[],
  promtool: Promtool,
): Promise<Verdict[]> {
  const { references, hints, moments = MOMENTS } = question;
  const texts = answers.map((answer) =>
    answer.length > MOST_CHARACTERS ? '' : answer.replaceAll('\r\n', '\n'),
  );
  const mistakes = hints.flatMap(({ like = [] }) => like);
  const history = question.history();
  const queries = [...references, ...mistakes, ...texts];
  const running = evaluate(promtool, onlyNamed(history, queries), queries, moments);
  // While promtool runs.
  const structures = texts.map(structureOf);
  const results = await running;
  const resultsOf = new Map(queries.map((query, index) => [query, results[index]!]));
  return texts.map((text, index) => {
    if (answers[index]!.length > MOST_CHARACTERS) return TOO_LONG;
    return verdictOf(question, text, structures[index]!, history, resultsOf);
  });
}

/** The series that queries may name: promtool takes its time to read the others. */
function onlyNamed({ everySeconds, series }: History, queries: readonly string[]): History {
  const all = queries.join('\n');
  // A selector without a name, such as {job="app"}, may mean any.
  if (/(^|[^\w:]){/m.test(all)) return { everySeconds, series };
  const named = Object.entries(series).filter(([id]) => all.includes(id.replace(/\{.*/s, '')));
  return { everySeconds, series: Object.fromEntries(named) };
}

const TOO_LONG: Verdict = {
  right: false,
  hint: {
    id: 'too-long',
    says: `That is more than ${MOST_CHARACTERS} characters: a right answer is one line or two.`,
  },
};

function verdictOf(
  question: Question,
  text: string,
  structure: Structure,
  history: History,
  resultsOf: ReadonlyMap<string, readonly Result[]>,
): Verdict {
  const { references, hints, moments = MOMENTS } = question;
  const got = resultsOf.get(text)!;
  const failed = got.find(({ error }) => error);
  if (failed) return refused(failed, text, structure, question);

  const results = got.map(({ rows }) => nameless(rows!));
  const expectedBy = references.map((query) => vectorsOf(query, resultsOf));
  const expected = expectedBy[0]!;
  const right = expectedBy.some((vectors) => equal(vectors, results));
  const sumFirst = rateOfSum(structure);
  if (right && !sumFirst) return { right, compared: comparison(moments, expected, results) };

  const compared = comparison(moments, expected, results);
  // That something is not there at all explains why nothing comes back.
  const notThere = missed(structure, results, history);
  const empty = results.every((rows) => rows.length === 0);
  const like = (query: string) =>
    !notThere &&
    equal(vectorsOf(query, resultsOf), results) &&
    // Nothing comes of many mistakes: then a query must also be built alike.
    (!empty || partsOf(structureOf(query)) === partsOf(structure));
  const own = hints.find(
    ({ when, ofRows, like: queries = [] }) =>
      ((when?.(structure) ?? false) && !(ofRows && notThere)) || queries.some(like),
  );
  const hint = sumFirst ?? own ?? notThere ?? differs(question, structure, expected, results);
  return { right: false, hint: { id: hint.id, says: hint.says }, compared };
}

/** @throws {Error} if Prometheus refuses it: a mistake of whoever wrote the question */
function vectorsOf(query: string, resultsOf: ReadonlyMap<string, readonly Result[]>): Row[][] {
  return resultsOf.get(query)!.map(({ rows, error }) => {
    if (error) throw new Error(`${query}: ${error.message}`);
    return nameless(rows);
  });
}

/** What a query is made of, whatever the order: metrics, functions, operators. */
function partsOf({ selectors, calls, operators }: Structure): string {
  const parts = [
    ...selectors.map(({ name }) => name),
    ...calls.map(({ name }) => name),
    ...operators.map(({ op }) => op),
  ];
  return [...new Set(parts)].toSorted().join(' ');
}

interface Said {
  readonly id: string;
  readonly says: string;
}

/** What Prometheus refuses, with its own message. */
function refused(
  { error }: Result,
  text: string,
  structure: Structure,
  { hints }: Question,
): Verdict {
  const { message, at } = error!;
  const own = hints.find(({ when, ofRows }) => !ofRows && (when?.(structure) ?? false));
  if (message === NO_VECTOR) {
    const range = structure.gives === 'range vector';
    const general: Said = range
      ? {
          id: 'range-vector',
          says: 'That is a range vector: all samples of a time. A function such as rate makes one number of each series.',
        }
      : { id: 'text', says: 'That is a text. A query gives numbers.' };
    return { right: false, hint: own ?? general };
  }
  if (!at) {
    const many = /many-to-many|many-to-one|one-to-many|duplicate series/.test(message);
    const general: Said = many
      ? {
          id: 'pairs',
          says: 'An operator pairs each series on its left with the one on its right that has the same labels, and finds more than one. Keep the same labels on both sides, for example with sum by.',
        }
      : { id: 'refused', says: 'Prometheus cannot evaluate it: read its message.' };
    return { right: false, hint: own ?? general, error: { message } };
  }
  const { hint } = REFUSED.find(({ message: known }) => known.test(message))!;
  const general = typeof hint === 'function' ? hint(structure) : hint;
  // Of what Prometheus has read, but finds not to fit, the question may know more.
  const said = /^(types|range-of-a-result)$/.test(general.id) ? (own ?? general) : general;
  return { right: false, hint: said, error: { message, at: inCharacters(text, at) } };
}

/** What to say to the messages of the parser: the first that fits. */
const REFUSED: readonly {
  readonly message: RegExp;
  readonly hint: Said | ((structure: Structure) => Said);
}[] = [
  { message: /^ranges only allowed for vector selectors/, hint: rangeOfAResult },
  {
    message: /^expected type range vector .*got instant vector/,
    hint: {
      id: 'no-range',
      says: 'This function looks back, and you do not say how far: a range such as `[5m]` stands behind the braces.',
    },
  },
  {
    message: /^expected type instant vector .*got range vector/,
    hint: {
      id: 'many-samples',
      says: 'A range such as `[5m]` gives all samples of a time, and here one number of each series is needed. A function that looks back makes it.',
    },
  },
  {
    message: /^(expected type|binary expression must|comparisons between scalars|set operator)/,
    hint: {
      id: 'types',
      says: 'Prometheus can read it, but two parts do not fit: see its message.',
    },
  },
  {
    message: /^offset modifier must be preceded by/,
    hint: {
      id: 'offset-of-a-result',
      says: '`offset` stands right behind the braces of a series, or behind its range: inside a function or an aggregation, not behind what that gives.',
    },
  },
  {
    message: /^/,
    hint: { id: 'syntax', says: 'Prometheus cannot read it: the mark shows how far it came.' },
  },
];

function rangeOfAResult(structure: Structure): Said {
  // In `max_over_time(sum(rate(x[1m]))[5m])` the order is right.
  const sumFirst = structure.calls.some(
    (call) => isAggregation(call) && call.inside.some((outer) => OF_COUNTERS.includes(outer)),
  );
  if (sumFirst) return RATE_OF_SUM;
  return {
    id: 'range-of-a-result',
    says: 'A range such as `[5m]` looks back over series that are stored, and what a function or an aggregation gives is not stored. Look back first, do the rest afterwards.',
  };
}

const RATE_OF_SUM: Said = {
  id: 'rate-of-sum',
  says: 'First rate, then sum. In a sum of counters, the restart of one program looks like a fall of all.',
};

/** Functions that see restarts in counters, and only in counters. */
const OF_COUNTERS = ['rate', 'increase', 'irate', 'resets'];

/** Its result can be right by chance, until one of several programs restarts. */
function rateOfSum({ calls }: Structure): Said | undefined {
  const wrong = calls.some(
    (call) =>
      isAggregation(call) &&
      call.inside.some(
        (outer, at) => OF_COUNTERS.includes(outer) && call.inside[at + 1] === 'subquery',
      ),
  );
  return wrong ? RATE_OF_SUM : undefined;
}

function isAggregation({ grouping, name }: Call): boolean {
  return grouping !== undefined || AGGREGATIONS.includes(name);
}

const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'topk', 'bottomk'];

/** What the history does not have: a name, a label, a value. For an answer that finds nothing. */
function missed(
  { selectors }: Structure,
  results: readonly (readonly Row[])[],
  history: History,
): Said | undefined {
  if (results.some((rows) => rows.length > 0)) return undefined;
  const series = Object.keys(history.series).flatMap((text) => structureOf(text).selectors);
  for (const selector of selectors) {
    const ofName = series.filter(({ name }) => name === selector.name || selector.name === '');
    if (ofName.length === 0) return noSuchName(selector, series);
    for (const matcher of selector.matchers) {
      if (ofName.some((one) => matches(one, matcher))) continue;
      return noSuchValue(selector.name, matcher, ofName);
    }
  }
  return undefined;
}

function noSuchName({ name }: Selector, series: readonly Selector[]): Said {
  const words = name.split('_');
  const near = [...new Set(series.map((one) => one.name))]
    .map((one) => ({ one, shared: one.split('_').filter((word) => words.includes(word)).length }))
    .filter(({ shared }) => shared > 0)
    .toSorted((a, b) => b.shared - a.shared)
    .slice(0, 3)
    .map(({ one }) => one);
  const others = near.length > 0 ? ` There is ${near.join(', ')}.` : '';
  return { id: 'no-such-metric', says: `No series is called ${name}.${others}` };
}

function noSuchValue(name: string, matcher: Matcher, series: readonly Selector[]): Said {
  const { label, op, value } = matcher;
  const values = [...new Set(series.map((one) => valueOf(one, label)))].filter(Boolean);
  const what = name ? `series of ${name}` : 'series';
  if (values.length === 0) {
    const labels = new Set(series.flatMap((one) => one.matchers.map((known) => known.label)));
    return {
      id: 'no-such-label',
      says: `No ${what} has a label ${label}. Its labels are ${[...labels].toSorted().join(', ')}.`,
    };
  }
  const whole = op.endsWith('~') ? ' An expression must match the whole value.' : '';
  const list = values.map((one) => JSON.stringify(one)).join(', ');
  return {
    id: 'no-such-value',
    says: `No ${what} fits ${label}${op}${JSON.stringify(value)}: its values of ${label} are ${list}.${whole}`,
  };
}

function valueOf({ matchers }: Selector, label: string): string {
  return matchers.find((one) => one.label === label)?.value ?? '';
}

function matches(series: Selector, { label, op, value }: Matcher): boolean {
  const own = valueOf(series, label);
  if (op === '=' || op === '!=') return (own === value) === (op === '=');
  try {
    return new RegExp(`^(?:${value})$`, 's').test(own) === (op === '=~');
  } catch {
    // Go's expressions are not all those of JavaScript: nothing is said of what cannot be tried.
    return true;
  }
}

/** What came back beside what was expected, in general words. */
function differs(
  { references }: Question,
  structure: Structure,
  expected: readonly (readonly Row[])[],
  results: readonly (readonly Row[])[],
): Said {
  if (results.every((rows) => rows.length === 0)) {
    return {
      id: 'nothing',
      says: 'Nothing comes back. Ask for the parts of your query one by one: which is empty? An operator leaves out what has no partner with the same labels.',
    };
  }
  const wanted = labelsOf(expected);
  const had = labelsOf(results);
  const extra = [...had].filter((label) => !wanted.has(label));
  const missing = [...wanted].filter((label) => !had.has(label));
  if (extra.length > 0) {
    return {
      id: 'labels-extra',
      says: `Your rows still carry ${extra.join(', ')}, which the question does not ask for.`,
    };
  }
  if (missing.length > 0) {
    return { id: 'labels-missing', says: `Your rows lack ${missing.join(', ')}.` };
  }
  const asked = rangesOf(references.map(structureOf));
  const ranges = [...new Set(rangesOf([structure]))].filter((range) => !asked.includes(range));
  if (asked.length > 0 && ranges.length > 0) {
    return {
      id: 'range',
      says: `You look at [${ranges.join('], [')}]: how long does the question look back?`,
    };
  }
  const more = lacking(results, expected);
  const fewer = lacking(expected, results);
  if (more || fewer) {
    const too = more
      ? 'The labels are right, but there are rows that the question does not ask for'
      : 'The labels are right, but rows are missing';
    return { id: 'rows', says: `${too}${more && fewer ? ', and others are missing' : ''}.` };
  }
  const factor = factorOf(expected, results);
  if (factor !== undefined) {
    const words = factor > 1 ? `${tidy(factor)} times` : `1/${tidy(1 / factor)} of`;
    return { id: 'factor', says: `Each value is ${words} what was expected: which unit is it in?` };
  }
  return { id: 'values', says: 'The rows are right, the values are not.' };
}

/** Whether the first has a row at any moment that the other lacks. */
function lacking(
  vectors: readonly (readonly Row[])[],
  others: readonly (readonly Row[])[],
): boolean {
  return vectors.some((rows, at) => {
    const there = new Set(others[at]!.map(({ labels }) => keyOf(labels)));
    return rows.some(({ labels }) => !there.has(keyOf(labels)));
  });
}

function rangesOf(structures: readonly Structure[]): string[] {
  return structures.flatMap(({ selectors }) => selectors.flatMap(({ range }) => range ?? []));
}

function labelsOf(vectors: readonly (readonly Row[])[]): Set<string> {
  return new Set(vectors.flatMap((rows) => rows.flatMap(({ labels }) => Object.keys(labels))));
}

/** By what all values differ alike; undefined if they do not. */
function factorOf(
  expected: readonly (readonly Row[])[],
  results: readonly (readonly Row[])[],
): number | undefined {
  const factors = results.flatMap((rows, at) => {
    const other = sorted(expected[at]!);
    return sorted(rows).map(({ value }, index) => value / other[index]!.value);
  });
  const told = factors.filter((factor) => !Number.isNaN(factor));
  const [first] = told;
  if (first === undefined || !(first > 0) || !Number.isFinite(first)) return undefined;
  return told.every((factor) => close(factor, first)) ? first : undefined;
}

function tidy(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The metric's name does not count. */
function nameless(rows: readonly Row[]): Row[] {
  return rows.map(({ labels: { __name__, ...labels }, value }) => ({ labels, value }));
}

function sorted(rows: readonly Row[]): { key: string; value: number }[] {
  return rows
    .map(({ labels, value }) => ({ key: keyOf(labels), value }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.value - b.value));
}

function equal(one: readonly (readonly Row[])[], other: readonly (readonly Row[])[]): boolean {
  return one.every((rows, at) => equalRows(rows, other[at]!));
}

function equalRows(one: readonly Row[], other: readonly Row[]): boolean {
  if (one.length !== other.length) return false;
  const others = sorted(other);
  return sorted(one).every(
    ({ key, value }, index) => key === others[index]!.key && close(value, others[index]!.value),
  );
}

function close(one: number, other: number): boolean {
  if (Object.is(one, other) || one === other) return true;
  if (!Number.isFinite(one) || !Number.isFinite(other)) return false;
  return Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), Math.abs(other));
}

/** The rows of the first moment that differs, and where something was expected, if there is one. */
function comparison(
  moments: readonly number[],
  expected: readonly (readonly Row[])[],
  results: readonly (readonly Row[])[],
): NonNullable<Verdict['compared']> {
  const different = moments.flatMap((_, at) =>
    equalRows(expected[at]!, results[at]!) ? [] : [at],
  );
  const telling = different.find((at) => expected[at]!.length > 0);
  const at = telling ?? different[0] ?? moments.length - 1;
  const rows = new Map<string, ComparedRow>();
  for (const { labels, value } of expected[at]!) {
    rows.set(keyOf(labels), { labels, expected: value, got: undefined });
  }
  for (const { labels, value } of results[at]!) {
    const { expected: wanted } = rows.get(keyOf(labels)) ?? {};
    rows.set(keyOf(labels), { labels, expected: wanted, got: value });
  }
  const wrong = ({ expected: wanted, got }: ComparedRow) =>
    wanted === undefined || got === undefined || !close(wanted, got);
  const all = [...rows.values()];
  return {
    seconds: moments[at]!,
    rows: [...all.filter(wrong), ...all.filter((row) => !wrong(row))],
  };
}
