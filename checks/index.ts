import { bareHandler } from './01-bare-handler.ts';
import { exposeMetrics } from './02-expose-metrics.ts';
import { counters } from './03-counters.ts';
import { labels } from './04-labels.ts';
import { gauges } from './05-gauges.ts';
import type { StepChecks } from './types.ts';

/** The checks of every step, in order. Those of step N are `steps[N - 1]`. */
export const steps: readonly StepChecks[] = [bareHandler, exposeMetrics, counters, labels, gauges];
