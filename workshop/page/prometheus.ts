import { readError, inCharacters, type Row } from '../../checks/queries/promtool.ts';
import { PORTS } from '../commands.js';
import { TooLong } from '../stack/fetch.ts';
import {
  labelNames,
  labelValues,
  metadata,
  PrometheusError,
  queryAny,
  queryRange,
  type Bounds,
  type Given,
  type SampledSeries,
} from '../stack/prometheus-api.ts';
import { typed } from '../terminal/typed.js';
import { labelText, marked, numberText } from '../terminal/verdict.ts';
import type { Desk, Part } from './part.ts';
import type { GraphAnswer, MetricAnswer, Refused, TableAnswer } from './said.ts';
import { json, Refusal, type Answer, type Route } from './server.ts';

/** What a query may cost. */
const BOUNDS: Bounds = { withinMs: 10_000, mostBytes: 1_000_000 };

/** No query of the text is as long, in characters. */
const MOST_CHARACTERS = 2000;

/** So many rows of an answer are told. */
const MOST_ROWS = 100;

/** So many series of an answer are drawn: more cannot be told apart. */
const MOST_SERIES = 18;

/** So many samples of a series are told, the last ones. */
const MOST_SAMPLES = 20;

/** How far back a graph may look, in minutes. */
const MINUTES = ['10', '15'];

/** So many steps make a graph, whatever its length. */
const STEPS = 60;

/**
 * The way to the learner's own Prometheus: what it is asked is put together here, of a query, a
 * number of minutes and names, and no path, parameter or header goes through in either direction.
 */
export function prometheusPart({ ports }: Pick<Desk, 'ports'>, bounds = BOUNDS): Part {
  const base = `http://127.0.0.1:${ports.prometheus}`;
  const get = (
    path: string,
    ask: (search: URLSearchParams, base: string) => Promise<unknown>,
  ): Route => ({
    method: 'GET',
    path: `/prometheus/${path}`,
    async handle({ query: search }) {
      const begun = performance.now();
      const { port, WITH } = serverIn(search, ports);
      try {
        return json(await ask(search, `http://127.0.0.1:${port}`));
      } catch (error) {
        if (error instanceof Refusal) throw error;
        const late = performance.now() - begun >= bounds.withinMs;
        return whyNot(error, search.get('query') ?? '', { port, WITH, late });
      }
    },
  });
  // It gives up before it is given up.
  const timeout = `${Math.round(0.9 * bounds.withinMs)}ms`;
  return {
    routes: [
      get('query', async (search, base) =>
        tableOf(await queryAny(base, queryIn(search), timeout, bounds)),
      ),
      get('query_range', async (search, base) => {
        const range = rangeOf(search.get('minutes'), Date.now() / 1000);
        return graphOf(
          await queryRange(base, queryIn(search), { ...range, timeout }, bounds),
          range,
        );
      }),
      get('labels', async (search) => namesIn(await labelNames(base, metricIn(search), bounds))),
      get('values', async (search) =>
        namesIn(await labelValues(base, labelIn(search), metricIn(search), bounds)),
      ),
      get('metadata', async () => saidOf(await metadata(base, bounds))),
    ],
  };
}

/** A Prometheus, and the component that brings it, if one does. */
interface Server {
  readonly port: number;
  readonly WITH?: string | undefined;
}

/** Which server is meant: the second one, if it is named. */
function serverIn(search: URLSearchParams, ports: Desk['ports']): Server {
  const server = search.get('server');
  if (server === null) return { port: ports.prometheus };
  if (server === 'central') return { port: ports.central ?? PORTS.central, WITH: server };
  throw new Refusal(400, 'That is no server.');
}

function queryIn(search: URLSearchParams): string {
  const query = search.get('query') ?? '';
  if (query.trim() !== '' && query.length <= MOST_CHARACTERS) return query;
  throw new Refusal(400, `Ask by a query of 1 to ${MOST_CHARACTERS} characters.`);
}

function metricIn(search: URLSearchParams): string | undefined {
  const metric = search.get('metric');
  if (metric === null || /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/.test(metric))
    return metric ?? undefined;
  throw new Refusal(400, 'That is no name of a metric.');
}

function labelIn(search: URLSearchParams): string {
  const label = search.get('label') ?? '';
  if (/^[a-zA-Z_][a-zA-Z0-9_]{0,199}$/.test(label)) return label;
  throw new Refusal(400, 'That is no name of a label.');
}

/** At whole steps, so that the same graph looks the same a second later. */
function rangeOf(minutes: string | null, now: number) {
  if (!MINUTES.includes(`${minutes}`)) {
    throw new Refusal(400, `A graph looks back ${MINUTES.join(' or ')} minutes.`);
  }
  const step = (Number(minutes) * 60) / STEPS;
  const end = Math.floor(now / step) * step;
  return { start: end - STEPS * step, end, step };
}

/** @param late whether it took all the time that there is */
function whyNot(
  error: unknown,
  query: string,
  { late, ...server }: Server & { late: boolean },
): Answer {
  if (error instanceof TooLong) {
    return refused(502, 'The answer is longer than 1 MB: ask for less, for example by sum by (…).');
  }
  const { why, message } = error instanceof PrometheusError ? error : { why: 'other', message: '' };
  if (why === 'refused') return json(placed(message, query), 422);
  if (why === 'silent' && late) {
    return refused(504, 'Prometheus takes longer than 10 s: ask for less, then run it again.');
  }
  if (why === 'silent')
    return refused(503, `No Prometheus answers on port ${server.port}. ${toStart(server)}`);
  // What comes from there may be built in any way.
  return refused(502, `What answers on port ${server.port} is not Prometheus. ${toStart(server)}`);
}

function refused(status: number, message: string): Answer {
  return json({ message } satisfies Refused, status);
}

function toStart({ port, WITH }: Server): string {
  const usual = WITH ? PORTS.central : PORTS.prometheus;
  const options = { ...(WITH && { WITH }), ...(port !== usual && { [`PORT_${usual}`]: port }) };
  return `To start one, type in another terminal: ${typed('up', options)}, or without Docker: ${typed('native', options)}`;
}

/** What Prometheus says to a query that it cannot read, with the place. */
function placed(text: string, query: string): Refused {
  const { message, at } = readError(text);
  if (!at) return { message: `Prometheus says: ${message}` };
  const { line, column } = inCharacters(query, at);
  const lines = query.split('\n');
  return {
    message: `Prometheus says: line ${line}, column ${column}: ${message}`,
    place: marked(lines[line - 1] ?? '', column, (_, mark) => mark),
  };
}

function tableOf(given: Given): TableAnswer {
  switch (given.type) {
    case 'text':
      return { rows: [['a text', given.text]], more: 0 };
    case 'rows':
      return rowsOf(given.rows, MOST_ROWS);
    case 'samples':
      return {
        rows: given.series.slice(0, MOST_ROWS).map(({ labels, samples }) => {
          const last = samples.slice(-MOST_SAMPLES);
          const lines = last.map(([time, value]) => `${numberText(value)} at ${timeOf(time)}`);
          const earlier = samples.length - last.length;
          return [nameOf(labels), [...(earlier ? [`${earlier} before`] : []), ...lines].join('\n')];
        }),
        more: Math.max(0, given.series.length - MOST_ROWS),
      };
  }
}

/** No editor offers more than these. */
const MOST_NAMES = 10_000;

function namesIn(names: readonly string[]): string[] {
  return names.filter((name) => typeof name === 'string').slice(0, MOST_NAMES);
}

function saidOf(metrics: Awaited<ReturnType<typeof metadata>>): MetricAnswer[] {
  const all = Object.entries(metrics).slice(0, MOST_NAMES);
  return all.map(([name, [said]]) => ({
    name,
    type: `${said?.type ?? ''}`,
    help: `${said?.help ?? ''}`,
  }));
}

/** Rows in words. @param most how many of them */
export function rowsOf(rows: readonly Row[], most: number): TableAnswer {
  return {
    rows: rows.slice(0, most).map(({ labels, value }) => [nameOf(labels), numberText(value)]),
    more: Math.max(0, rows.length - most),
  };
}

function graphOf(
  series: readonly SampledSeries[],
  range: { start: number; end: number; step: number },
): GraphAnswer {
  const shared = sharedLabels(series);
  return {
    ...range,
    shared: nameOf(Object.fromEntries(shared)),
    series: series.slice(0, MOST_SERIES).map(({ labels, samples }) => ({
      name: nameOf(
        Object.fromEntries(Object.entries(labels).filter(([label]) => !shared.has(label))),
      ),
      samples: samples.map(([time, value]) => [
        time,
        Number.isFinite(value) ? value : numberText(value),
      ]),
    })),
    more: Math.max(0, series.length - MOST_SERIES),
  };
}

/** What several series have alike: it tells none of them apart. */
function sharedLabels(series: readonly SampledSeries[]): Map<string, string> {
  const [first, ...others] = series;
  const all = Object.entries(first && others.length > 0 ? first.labels : {});
  return new Map(
    all.filter(([label, value]) => others.every(({ labels }) => labels[label] === value)),
  );
}

/** A series as a query names it. */
function nameOf({ __name__ = '', ...labels }: Readonly<Record<string, string>>): string {
  return `${__name__}${labelText(labels, Infinity)}`;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}
