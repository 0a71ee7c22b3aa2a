import type { Desk, Part } from './part.ts';

/** The program beside the text. */
export function programPart(_desk: Desk): Part {
  return { routes: [] };
}
