import type { Desk, Part } from './part.ts';

/** Queries that run where they stand, and the questions of `make ask`. */
export function queriesPart(_desk: Desk): Part {
  return { routes: [] };
}
