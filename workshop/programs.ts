import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandName } from './commands.js';
import { typed } from './terminal/typed.js';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A program of the workshop: a step, or the learner's own. */
export interface Program {
  /** Its folder from the root, such as `app` or `steps/05-gauges`. */
  readonly folder: string;
  /** Its file to start, from the root. */
  readonly entry: string;
}

/** Wrong usage of a command: exit code 2; the message is for a person and ends with what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The names of all steps, in order. */
export function stepNames(root = ROOT): string[] {
  return readdirSync(join(root, 'steps'))
    .filter((name) => /^\d\d-/.test(name))
    .toSorted();
}

/** The number of a step, as people type it: `5` for `05-gauges`. */
export function numberOf(step: string): string {
  return String(parseInt(step, 10));
}

/**
 * Finds the step that `text` names: `5`, `05` or `05-gauges`.
 * @param command the one to type again, for the message
 * @throws {UsageError} if there is none
 */
export function findStep(text: string, command: CommandName = 'dev'): string {
  const names = stepNames();
  const found = names.find(
    (name) => name === text || (/^\d{1,2}$/.test(text) && parseInt(name) === Number(text)),
  );
  if (found) return found;
  const list = names.map((name) => `  ${name}`).join('\n');
  throw new UsageError(
    `There is no step ${JSON.stringify(text.slice(0, 40))}. The steps are:\n${list}\nType for example: ${typed(command, { STEP: 5 })}`,
  );
}

/** The program that `step` names; none, or an empty one, means the learner's own in `app/`. */
export function findProgram(step: string | undefined): Program {
  const folder = step ? `steps/${findStep(step)}` : 'app';
  return { folder, entry: `${folder}/server.ts` };
}
