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
  /** Whether the query is at fault. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

/**
 * Asks Prometheus by its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
 * @throws {PrometheusError}
 */
async function get<Data>(
  base: string,
  path: string,
  search: Record<string, string> = {},
  withinMs = 15_000,
): Promise<Data> {
  const url = `${base}/api/v1/${path}?${new URLSearchParams(search)}`;
  const answer = await fetchWithin(withinMs, url);
  if (!answer) throw new PrometheusError(`Nothing answers on ${base}.`, false);
  let body: { data?: Data; error?: string };
  try {
    body = JSON.parse(answer.text) as typeof body;
  } catch {
    throw new PrometheusError(`What answers on ${base} is not Prometheus.`, false);
  }
  if (body.data === undefined || body.error) {
    const why = body.error?.replace(/^invalid parameter "query": /, '');
    throw new PrometheusError(why ?? `The answer is ${answer.status}.`, true);
  }
  return body.data;
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
): Promise<Row[] | undefined> {
  type Value = [time: number, value: string];
  type Instant =
    | { resultType: 'scalar'; result: Value }
    | { resultType: 'vector'; result: { metric: Record<string, string>; value: Value }[] }
    | { resultType: 'matrix' | 'string' };
  const data = await get<Instant>(base, 'query', { query, timeout: '1s' }, withinMs);
  if (data.resultType === 'scalar') return [{ labels: {}, value: numberOf(data.result[1]) }];
  if (data.resultType !== 'vector') return undefined;
  return data.result.map(({ metric, value: [, value] }) => ({
    labels: metric,
    value: numberOf(value),
  }));
}

/**
 * Evaluates a query at each `step` from `start` to `end`, in seconds (since 1970).
 * @throws {PrometheusError} with the parser's message, if the query is none
 */
export async function queryRange(
  base: string,
  query: string,
  { start, end, step }: { start: number; end: number; step: number },
): Promise<SampledSeries[]> {
  interface Matrix {
    result: { metric: Record<string, string>; values: [number, string][] }[];
  }
  const times = { start: `${start}`, end: `${end}`, step: `${step}` };
  const { result } = await get<Matrix>(base, 'query_range', { query, ...times });
  return result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([time, value]) => [time, numberOf(value)] as const),
  }));
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
