import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { listFiles } from '../learner/folders.ts';
import { ROOT, stepNames } from '../programs.ts';
import { putIntoApp } from '../learner/put.ts';
import { listSaved, type SavedCopy } from '../learner/saved.ts';

/** Lists the saved copies of `app/`, or brings one back. */
export function run({ NAME }: Values<'restore'>): number {
  return NAME ? restore(ROOT, NAME) : listCopies(ROOT);
}

/**
 * Brings a saved copy back into `app/`, after saving what is there.
 * @throws {UsageError} if there is no such copy
 */
export function restore(root: string, name: string): number {
  const copy = listSaved(root).find((one) => one.name === name);
  if (!copy) {
    throw new UsageError(
      `There is no saved copy ${JSON.stringify(name.slice(0, 40))}. List them with: ${typed('restore')}`,
    );
  }
  const code = putIntoApp({
    root,
    source: copy.folder,
    what: `what it held on ${when(copy.savedAt)}`,
    command: typed('restore', { NAME: name }),
  });
  if (code === 0) console.log(`Next: ${typed('dev')}`);
  return code;
}

/** Prints the saved copies: when each was saved, before which command, and what it holds. */
export function listCopies(root: string): number {
  const copies = listSaved(root);
  if (copies.length === 0) {
    console.log(
      'No copy of app/ is saved yet. The commands that change app/ (begin, solve, restore) save it first.',
    );
    return 0;
  }
  const rows = copies.map((copy) => [
    copy.name,
    when(copy.savedAt),
    copy.before,
    describe(root, copy),
  ]);
  const table = [['NAME', 'SAVED', 'BEFORE', 'HOLDS'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  }
  console.log(`\nBring one back with: ${typed('restore', { NAME: copies.at(-1)!.name })}`);
  return 0;
}

function when(date: Date): string {
  const parts = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  return date.toLocaleString('en-GB', { ...parts, hour: '2-digit', minute: '2-digit' });
}

/** The step that a copy is nearest to, and how many lines are not the same. */
function describe(root: string, { folder }: SavedCopy): string {
  const lines = linesOf(folder);
  const [nearest] = stepNames(root)
    .map((step) => ({ step, distance: distance(lines, linesOf(join(root, 'steps', step))) }))
    .toSorted((a, b) => a.distance - b.distance);
  const files = listFiles(folder);
  const names = files.length > 5 ? `${files.length} files` : files.join(', ');
  return `${nearest!.step} but for ${nearest!.distance} line${nearest!.distance === 1 ? '' : 's'} (${names})`;
}

/** How often each line occurs in each file: enough to tell programs apart, and quick. */
function linesOf(folder: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of listFiles(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const key = `${file}:${line.trim()}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function distance(one: Map<string, number>, other: Map<string, number>): number {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys].reduce(
    (sum, key) => sum + Math.abs((one.get(key) ?? 0) - (other.get(key) ?? 0)),
    0,
  );
}
