import type { Row } from '../../checks/queries/promtool.ts';
import { fetchWithin } from './fetch.ts';

/** One series over time. */
export interface SampledSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Time in seconds since 1970, and value; without the moments at which there is none. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** Prometheus did not answer, or refused what it was asked; the message is its own. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  /** Nothing answered in time, something else did, or it was the query that is at fault. */
  readonly why: 'silent' | 'other' | 'refused';

  constructor(message: string, why: PrometheusError['why']) {
    super(message);
    this.why = why;
  }
}

/** How much of Prometheus is waited for. */
export interface Bounds {
  /** How long the whole answer may take, in milliseconds. */
  readonly withinMs: number;
  /** The longest answer that is taken. */
  readonly mostBytes: number;
}

const USUAL: Bounds = { withinMs: 15_000, mostBytes: Infinity };

/**
 * Asks Prometheus by its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
 * @throws {PrometheusError}
 * @throws {TooLong}
 */
async function get<Data>(
  base: string,
  path: string,
  search: Record<string, string> = {},
  { withinMs, mostBytes }: Bounds = USUAL,
): Promise<Data> {
  const url = `${base}/api/v1/${path}?${new URLSearchParams(search)}`;
  // Prometheus sends nobody elsewhere.
  const answer = await fetchWithin(withinMs, url, { redirect: 'manual' }, mostBytes);
  if (!answer) throw new PrometheusError(`Nothing answers on ${base}.`, 'silent');
  let body: { data?: Data; error?: string } | null;
  try {
    body = JSON.parse(answer.text) as typeof body;
  } catch {
    body = null;
  }
  if (typeof body !== 'object' || body === null) {
    throw new PrometheusError(`What answers on ${base} is not Prometheus.`, 'other');
  }
  if (body.data === undefined || body.error) {
    const why = body.error?.replace(/^invalid parameter "query": /, '');
    throw new PrometheusError(why ?? `The answer is ${answer.status}.`, 'refused');
  }
  return body.data;
}

/** What a query gives now. */
export type Given =
  /** A vector; a scalar is one row without labels. */
  | { readonly type: 'rows'; readonly rows: readonly Row[] }
  /** A range vector: the samples that are stored. */
  | { readonly type: 'samples'; readonly series: readonly SampledSeries[] }
  | { readonly type: 'text'; readonly text: string };

/**
 * Evaluates a query now, whatever it gives.
 * @param timeout after how long Prometheus gives up, such as `1s`
 * @throws {PrometheusError} with the parser's message, if the query is none
 * @throws {TooLong}
 */
export async function queryAny(
  base: string,
  query: string,
  timeout: string,
  bounds: Bounds,
): Promise<Given> {
  type Value = [time: number, value: string];
  type Instant =
    | { resultType: 'scalar' | 'string'; result: Value }
    | { resultType: 'vector'; result: { metric: Record<string, string>; value?: Value }[] }
    | ({ resultType: 'matrix' } & Matrix);
  const data = await get<Instant>(base, 'query', { query, timeout }, bounds);
  switch (data.resultType) {
    case 'string':
      return { type: 'text', text: data.result[1] };
    case 'scalar':
      return { type: 'rows', rows: [{ labels: {}, value: numberOf(data.result[1]) }] };
    case 'matrix':
      return { type: 'samples', series: seriesOf(data) };
    case 'vector': {
      // A native histogram has no value.
      const rows = data.result.flatMap(({ metric, value }) =>
        value ? [{ labels: metric, value: numberOf(value[1]) }] : [],
      );
      return { type: 'rows', rows };
    }
  }
}

/**
 * Evaluates a query now; Prometheus gives it up after a second.
 * @param withinMs how long the answer may take
 * @returns the rows of a vector, or the one of a scalar; undefined of what is neither
 * @throws {PrometheusError} with the parser's message, if the query is none
 */
export async function queryNow(
  base: string,
  query: string,
  withinMs: number,
): Promise<readonly Row[] | undefined> {
  const given = await queryAny(base, query, '1s', { ...USUAL, withinMs });
  return given.type === 'rows' ? given.rows : undefined;
}

interface Matrix {
  result: { metric: Record<string, string>; values?: [number, string][] }[];
}

/**
 * Evaluates a query at each `step` from `start` to `end`, in seconds (since 1970).
 * @param range with the time after which Prometheus gives up, if it is not its own
 * @throws {PrometheusError} with the parser's message, if the query is none
 * @throws {TooLong}
 */
export async function queryRange(
  base: string,
  query: string,
  {
    start,
    end,
    step,
    timeout = '2m',
  }: { start: number; end: number; step: number; timeout?: string },
  bounds: Bounds = USUAL,
): Promise<SampledSeries[]> {
  const times = { start: `${start}`, end: `${end}`, step: `${step}`, timeout };
  return seriesOf(await get<Matrix>(base, 'query_range', { query, ...times }, bounds));
}

function seriesOf({ result }: Matrix): SampledSeries[] {
  return result.map(({ metric, values = [] }) => ({
    labels: metric,
    samples: values.map(([time, value]) => [time, numberOf(value)] as const),
  }));
}

/** The names of all labels, or of those that series of one metric have. @throws {PrometheusError} */
export function labelNames(base: string, metric: string | undefined, bounds: Bounds) {
  return get<string[]>(base, 'labels', matching(metric), bounds);
}

/** The values of a label; those of `__name__` are the names of all metrics. @throws {PrometheusError} */
export function labelValues(
  base: string,
  label: string,
  metric: string | undefined,
  bounds: Bounds,
) {
  const path = `label/${encodeURIComponent(label)}/values`;
  return get<string[]>(base, path, matching(metric), bounds);
}

function matching(metric: string | undefined): Record<string, string> {
  return metric === undefined ? {} : { 'match[]': metric };
}

/** What the targets say of their metrics, by the names of these. @throws {PrometheusError} */
export function metadata(base: string, bounds: Bounds) {
  type Said = Record<string, { type: string; help: string }[]>;
  return get<Said>(base, 'metadata', { limit_per_metric: '1' }, bounds);
}

/** Prometheus writes the infinities in its own way. */
function numberOf(value: string): number {
  return Number(value.replace('Inf', 'Infinity'));
}

/**
 * Where Prometheus asks the targets of a job for their metrics.
 * @throws {PrometheusError}
 */
export async function targetsOf(base: string, job: string): Promise<URL[]> {
  interface Targets {
    activeTargets: { labels: Record<string, string>; scrapeUrl: string }[];
  }
  const { activeTargets } = await get<Targets>(base, 'targets', { state: 'active' });
  return activeTargets.flatMap(({ labels, scrapeUrl }) =>
    labels.job === job ? new URL(scrapeUrl) : [],
  );
}
