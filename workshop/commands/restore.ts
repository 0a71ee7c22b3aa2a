import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { listFiles } from '../learner/folders.ts';
import { ROOT } from '../programs.ts';
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
  const rows = copies.map((copy) => [copy.name, when(copy.savedAt), copy.before, describe(copy)]);
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

/** The files of a copy, and how many lines they have in all. */
function describe({ folder }: SavedCopy): string {
  const files = listFiles(folder);
  const lines = files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'),
  );
  const names = files.length > 5 ? `${files.length} files` : files.join(', ');
  return `${names} (${lines.length} lines)`;
}
