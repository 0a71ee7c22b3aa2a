import { randomUUID } from 'node:crypto';
import type { History } from './history.ts';

/** What a run of promtool left. */
export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A promtool of Prometheus 3, wherever it is: `workshop/stack/promtool.ts` finds one. */
export interface Promtool {
  /** The program's path, or its image. */
  readonly where: string;
  /**
   * Runs it in a folder that holds these files, by their names, and nothing else.
   * @param args as on its command line, with the names of the files
   * @param input what it reads on standard input
   * @throws {Error} if it cannot be started or takes too long
   */
  run(
    args: readonly string[],
    files?: Readonly<Record<string, string>>,
    input?: string,
  ): Promise<Printed>;
}

/** One series of a result, with its value at one moment. */
export interface Row {
  /** With `__name__`, where the query keeps the name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus says to a query at one moment: a vector (a scalar is one without labels), or an error. */
export type Result =
  | { readonly rows: readonly Row[]; readonly error?: undefined }
  | { readonly error: QueryError; readonly rows?: undefined };

export interface QueryError {
  /** In Prometheus' own words, without the place. */
  readonly message: string;
  /** Where the parser stopped, both from 1, the column in bytes; what fails while it is evaluated has none. */
  readonly at?: { readonly line: number; readonly column: number };
}

/** The message for what is neither a vector nor a scalar, in promtool's words. */
export const NO_VECTOR = 'rule result is not a vector or scalar';

/**
 * Evaluates queries on a history by `promtool test rules`, all in one run, without a server: each is
 * expected to give what no query gives, and promtool says what it got instead.
 * @param moments seconds from the history's beginning, not negative
 * @returns for each query its results, one for each moment, in their order
 * @throws {Error} if promtool cannot run, or cannot read the history
 */
export async function evaluate(
  promtool: Promtool,
  history: History,
  queries: readonly string[],
  moments: readonly number[],
): Promise<Result[][]> {
  if (queries.length === 0) return [];
  // No learner's query can give it, by chance or on purpose.
  const never = `__never__="${randomUUID()}"`;
  const cases = queries.flatMap((expr) =>
    moments.map((seconds) => ({
      expr,
      eval_time: `${Math.round(seconds * 1000)}ms`,
      exp_samples: [{ labels: `{${never}}`, value: 0 }],
    })),
  );
  const interval = `${Math.round(history.everySeconds * 1000)}ms`;
  const file = {
    // Also that of subqueries; promtool loads no sample after the last multiple of it.
    evaluation_interval: interval,
    tests: [
      {
        interval,
        input_series: Object.entries(history.series).map(([series, values]) => ({
          series,
          values,
        })),
        promql_expr_test: cases,
      },
    ],
  };
  const { stdout, stderr } = await promtool.run(['test', 'rules', 'queries.yaml'], {
    'queries.yaml': asYaml(file),
  });
  const results = readResults(stderr);
  if (results.length !== cases.length) {
    throw new Error(`promtool (${promtool.where}) says:\n${(stderr + stdout).trim()}`);
  }
  return queries.map((_, index) =>
    results.slice(index * moments.length, (index + 1) * moments.length),
  );
}

/** JSON is YAML, but for what YAML takes escaped only, or not at all, such as half a character. */
function asYaml(value: unknown): string {
  const whole = (_: string, one: unknown) =>
    typeof one === 'string' ? Buffer.from(one).toString() : one;
  return JSON.stringify(value, whole).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`,
  );
}

/** An entry of promtool's list of failures: the query is quoted, so that nothing in it looks like one. */
const ENTRY =
  /^ {4}expr: "(?:[^"\\\n]|\\.)*", time: [^,\n]*,(?: err: ([^]*?)|\n {8}exp: .*\n {8}got: (.*))\n?(?=^ {4}expr: "|(?![^]))/gm;

/** Reads the list of failures that `promtool test rules` prints on standard error. */
function readResults(printed: string): Result[] {
  return [...printed.matchAll(ENTRY)].map(([, error, got]) =>
    error === undefined ? { rows: readVector(got!) } : { error: readError(error.trim()) },
  );
}

/** Reads a message of Prometheus, such as `1:5: parse error: unexpected …`. */
export function readError(text: string): QueryError {
  const [, line, column, message] = /^(\d+):(\d+): (?:parse error: )?([^]*)$/.exec(text) ?? [];
  if (message === undefined) return { message: text.replace(/^.*?parse error: /, '') };
  return { message, at: { line: Number(line), column: Number(column) } };
}

/** The same place, with its column in characters of a query, from 1. */
export function inCharacters(
  query: string,
  { line, column }: NonNullable<QueryError['at']>,
): NonNullable<QueryError['at']> {
  const before = Buffer.from(query.split('\n')[line - 1] ?? '').subarray(0, column - 1);
  return { line, column: before.toString().length + 1 };
}

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")="((?:[^"\\]|\\.)*)"(?:, )?/y;
const VALUE = /\} (\S+?)(?:, (?=\{)|$)/y;

/** Reads `{a="1", b="2"} 1.5E+00, {a="3"} NaN`, or `nil`. */
function readVector(text: string): Row[] {
  const rows: Row[] = [];
  if (text === 'nil') return rows;
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    if (text[at++] !== '{') throw new Error(`promtool prints what cannot be read: ${text}`);
    const labels: Record<string, string> = {};
    for (let label = next(LABEL); label; label = next(LABEL)) {
      labels[unquoted(label[1]!)] = unquoted(`"${label[2]}"`);
    }
    const value = next(VALUE);
    if (!value) throw new Error(`promtool prints what cannot be read: ${text}`);
    rows.push({ labels, value: Number(value[1]!.replace('Inf', 'Infinity')) });
  }
  return rows;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** What a Go string in quotes says; a name without quotes as it is. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\(?:x(..)|u(.{4})|U(.{8})|(.))/g, (_, byte, short, long, one) => {
      const code = byte ?? short ?? long;
      return code ? String.fromCodePoint(parseInt(code, 16)) : (ESCAPES[one] ?? one);
    });
}
