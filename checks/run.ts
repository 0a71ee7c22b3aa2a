import type { Report } from './types.ts';

/** How to check; all times in milliseconds. */
export interface CheckOptions {
  /** The file to start, from the root or absolute; `app/server.ts` by default. */
  readonly entry?: string;
  /** How long the program may take until it answers; 6000 by default. */
  readonly startMs?: number;
  /** How long it may take for one answer; 2000 by default. */
  readonly answerMs?: number;
}

/**
 * Runs a program in a process of its own and checks it for step `step`: what earlier steps taught
 * first, then what this one does. Stops at the first failure. Never throws for what a program does.
 */
export function checkStep(step: number, options: CheckOptions = {}): Promise<Report> {
  throw new Error(`Not there yet: ${step} ${options.entry}`);
}

/** The numbers of all steps whose checks a program passes, in order. Runs it once. */
export function passedSteps(options: CheckOptions = {}): Promise<number[]> {
  throw new Error(`Not there yet: ${options.entry}`);
}
