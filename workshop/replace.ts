import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a rename over a file says on Windows while another program, such as a virus scanner, holds it open. */
const HELD: readonly (string | undefined)[] = ['EPERM', 'EBUSY', 'EACCES'];

/** Whoever looks at a file that was just written has done so after these pauses, in milliseconds. */
const PAUSES_MS = [10, 40, 100, 150];

/**
 * Writes a file in one go: a reader never sees half of it.
 * @returns whether it could be written; if not, the file holds what it held
 */
export function replaceFile(path: string, text: string): boolean {
  const whole = `${path}.${process.pid}`;
  try {
    writeFileSync(whole, text);
    for (const pauseMs of PAUSES_MS) {
      if (renamed(whole, path)) return true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
    renameSync(whole, path);
    return true;
  } catch {
    rmSync(whole, { force: true });
    return false;
  }
}

/**
 * Keeps a value as JSON, in a folder that is made if it is not there.
 * @returns whether it could be written; if not, the file holds what it held
 */
export function keepJson(path: string, value: unknown): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return replaceFile(path, JSON.stringify(value));
  } catch {
    return false;
  }
}

/**
 * Renames a file or a folder.
 * @returns whether it could: if not, another program holds it, which passes by itself
 * @throws {Error} for what does not
 */
export function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (HELD.includes((error as NodeJS.ErrnoException).code)) return false;
    throw error;
  }
}
