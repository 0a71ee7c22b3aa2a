import { runVitest } from '../vitest.ts';

/** Runs the workshop's own tests; `args` go to vitest, such as the name of a file. */
export function run(args: string[]): number {
  return runVitest(args);
}
