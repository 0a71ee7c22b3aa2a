import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../programs.ts';
import { replaceFile } from '../replace.ts';
import { NATIVE } from './native-files.ts';

/** Names what `make native` runs in place of its program, while it is there. */
export const STAND_IN = join(NATIVE, 'stand-in.json');

/** The file that `make native` shall start in place of its program's, from the root; undefined if none. */
export function standIn(): string | undefined {
  try {
    return (JSON.parse(readFileSync(STAND_IN, 'utf8')) as { entry: string }).entry;
  } catch {
    return undefined;
  }
}

/**
 * Has a running `make native` start another program in place of its own, or its own again.
 * @param entry the file to start, in a folder in the root
 */
export function setStandIn(entry: string | undefined): void {
  if (entry === undefined) return rmSync(STAND_IN, { force: true });
  mkdirSync(dirname(STAND_IN), { recursive: true });
  replaceFile(STAND_IN, JSON.stringify({ entry, since: Date.now() }));
}

/** The folder of the program with a fault, from the root. */
export const FAULTY = '.workshop/incident/program';

/** The same, with this system's separators. */
export const FAULTY_FOLDER = join(ROOT, FAULTY);
