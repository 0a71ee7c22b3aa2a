import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typed } from '../terminal/typed.js';
import { copyFiles, listFiles, sameFiles } from './folders.ts';
import { numberOf, stepNames } from '../programs.ts';

/** A copy of `app/` that a command made before it changed it. */
export interface SavedCopy {
  /** A number, the newest the highest. */
  readonly name: string;
  readonly savedAt: Date;
  /** The command that was about to change `app/`. */
  readonly before: string;
  /** Where its files lie. */
  readonly folder: string;
}

/** A state of `app/` that can be had again. */
export interface WayBack {
  /** Whether it had to be saved, or lay somewhere already. */
  readonly isNew: boolean;
  /** Where it lies, in words. */
  readonly where: string;
  /** What to type to get it back. */
  readonly type: string;
}

/** More than this in `app/`, in bytes, is no program, but data that got there by mistake. */
const MOST_BYTES = 50_000_000;

/** Written last: a copy without it is half of one, of a command that was killed. */
const NOTE = 'saved.json';

/** All saved copies, the oldest first. */
export function listSaved(root: string): SavedCopy[] {
  return numbers(root).flatMap((number) => {
    const folder = join(savedFolder(root), String(number));
    try {
      const { savedAt, before } = JSON.parse(readFileSync(join(folder, NOTE), 'utf8'));
      const copy = { name: String(number), savedAt: new Date(savedAt), before: String(before) };
      return [{ ...copy, folder: join(folder, 'app') }];
    } catch {
      return [];
    }
  });
}

/**
 * Saves `app/`, unless a step or a saved copy holds the same already.
 * @param before the command that is about to change `app/`
 * @returns how to get this state back; undefined if `app/` holds nothing
 * @throws {Error} if it cannot be saved; the message is for a person
 */
export function saveApp(root: string, before: string): WayBack | undefined {
  const app = join(root, 'app');
  assertSavable(app);
  if (listFiles(app).length === 0) return undefined;
  const step = stepNames(root).find((name) => sameFiles(app, join(root, 'steps', name)));
  if (step) {
    const type = typed('solve', { STEP: numberOf(step) });
    return { isNew: false, where: `steps/${step}`, type };
  }
  const same = listSaved(root).findLast(({ folder }) => sameFiles(app, folder));
  if (same) return { isNew: false, ...wayTo(same.name) };

  const name = String((numbers(root).at(-1) ?? 0) + 1);
  const folder = join(savedFolder(root), name);
  mkdirSync(savedFolder(root), { recursive: true });
  // Fails if another command has just taken the number.
  mkdirSync(folder);
  copyFiles(app, join(folder, 'app'));
  writeFileSync(join(folder, NOTE), JSON.stringify({ savedAt: new Date(), before }));
  return { isNew: true, ...wayTo(name) };
}

function wayTo(name: string) {
  return { where: `copy ${name}`, type: typed('restore', { NAME: name }) };
}

function savedFolder(root: string): string {
  return join(root, '.workshop', 'saved');
}

/** The numbers of all copies, half ones too, in order. */
function numbers(root: string): number[] {
  try {
    const names = readdirSync(savedFolder(root)).filter((name) => /^\d+$/.test(name));
    return names.map(Number).toSorted((a, b) => a - b);
  } catch {
    return [];
  }
}

function assertSavable(app: string): void {
  let bytes = 0;
  for (const file of listFiles(app)) {
    const stats = lstatSync(join(app, file));
    if (!stats.isFile() && !stats.isSymbolicLink()) {
      throw new Error(`app/${file} is no plain file: move it out of app/`);
    }
    bytes += stats.size;
    if (bytes > MOST_BYTES) {
      const [top] = file.split('/');
      throw new Error(
        `it holds more than ${MOST_BYTES / 1e6} MB, as far as app/${top}: move data out of app/`,
      );
    }
  }
}
