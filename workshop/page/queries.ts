import { asksPart } from './asks.ts';
import type { Desk, Part } from './part.ts';
import { prometheusPart } from './prometheus.ts';

/** Queries that run where they stand, and the questions of `make ask`. */
export function queriesPart(desk: Desk): Part {
  return { routes: [...prometheusPart(desk).routes, ...asksPart(desk).routes] };
}
