import type { MetricType } from '../../checks/harness/exposition.ts';

/** A metric that the steps expose: what they may be built on by queries, panels and alerts. */
export interface OwnMetric {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  /** The step that adds it. */
  readonly since: number;
  /** The step up to which it has no labels yet. */
  readonly plainUntil?: number;
}

const metric = (
  since: number,
  name: string,
  type: MetricType,
  labels: string[] = [],
  plainUntil?: number,
): OwnMetric => ({ since, name, type, labels, plainUntil });

/** Every metric of the workshop's own, in the order in which the steps add them. */
export const OWN_METRICS: readonly OwnMetric[] = [
  metric(3, 'requests_total', 'counter', ['method', 'endpoint', 'status'], 4),
  metric(3, 'donated_euros_total', 'counter'),
  metric(5, 'trees_standing', 'gauge', ['species']),
  metric(5, 'requests_in_progress', 'gauge'),
  metric(5, 'host_memory_free_bytes', 'gauge'),
  metric(6, 'request_duration_seconds', 'histogram', ['method', 'endpoint']),
  metric(8, 'request_processing_seconds', 'summary', ['method', 'endpoint']),
  metric(9, 'application_info', 'gauge', ['runtime', 'version']),
  metric(9, 'application_state', 'gauge', ['application_state']),
  metric(10, 'registry_exceptions_total', 'counter'),
  metric(10, 'registry_duration_seconds', 'histogram'),
];
