import { runVitest } from '../vitest.ts';

/** Runs the workshop's own tests; `args` go to vitest, such as the name of a file. */
export function run(_: unknown, __: unknown, args: string[]): number {
  return runVitest(args);
}
