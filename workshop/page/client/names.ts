import type { MetricAnswer } from '../said.ts';
import { ask } from './connection.ts';

/** A new metric is offered after so many milliseconds: one scrape takes 5,000. */
const KEPT_MS = 10_000;

const kept = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();

/** What Prometheus said a moment ago, or says now; nothing without Prometheus. */
function recent<Answer>(path: string): Promise<readonly Answer[]> {
  const before = kept.get(path);
  if (before && Date.now() - before.at < KEPT_MS) return before.answer as Promise<Answer[]>;
  const answer = ask<Answer[]>(path).catch(() => []);
  kept.set(path, { at: Date.now(), answer });
  return answer;
}

/** The names of all metrics of the learner, with what is said of them. */
export async function metrics(): Promise<readonly MetricAnswer[]> {
  const [names, said] = await Promise.all([
    recent<string>('/prometheus/values?label=__name__'),
    recent<MetricAnswer>('/prometheus/metadata'),
  ]);
  const known = new Map(said.map((metric) => [metric.name, metric]));
  return names.map((name) => {
    // The parts of a histogram are said to be of it.
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const { type = '', help = '' } = known.get(name) ?? known.get(family) ?? {};
    return { name, type, help };
  });
}

export function labels(metric: string | undefined): Promise<readonly string[]> {
  return recent(`/prometheus/labels${metric ? `?metric=${encodeURIComponent(metric)}` : ''}`);
}

export function values(label: string, metric: string | undefined): Promise<readonly string[]> {
  const search = new URLSearchParams({ label, ...(metric && { metric }) });
  return recent(`/prometheus/values?${search}`);
}
