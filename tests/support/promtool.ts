import type { TestContext } from 'vitest';
import type { Promtool } from '../../checks/queries/promtool.ts';
import { findPromtool, noPromtool } from '../../workshop/stack/promtool.ts';

const here = findPromtool(process.env);

/** Gives promtool, or skips the test where there is none, and says why. */
export function promtoolOrSkip({ skip }: Pick<TestContext, 'skip'>): Promtool {
  if (!here.found) skip(noPromtool(here));
  return here.found!;
}
