import { bareHandler } from './01-bare-handler.ts';
import { exposeMetrics } from './02-expose-metrics.ts';
import { counters } from './03-counters.ts';
import { labels } from './04-labels.ts';
import { gauges } from './05-gauges.ts';
import { histograms } from './06-histograms.ts';
import { buckets } from './07-buckets.ts';
import { summaries } from './08-summaries.ts';
import { infoEnum } from './09-info-enum.ts';
import { timersAndExceptions } from './10-timers-and-exceptions.ts';
import { metricsPortStep } from './11-metrics-port.ts';
import type { StepChecks } from './harness/types.ts';

/** The checks of every step, in order. Those of step N are `steps[N - 1]`. */
export const steps: readonly StepChecks[] = [
  bareHandler,
  exposeMetrics,
  counters,
  labels,
  gauges,
  histograms,
  buckets,
  summaries,
  infoEnum,
  timersAndExceptions,
  metricsPortStep,
];
