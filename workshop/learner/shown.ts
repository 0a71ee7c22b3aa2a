import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../replace.ts';

const fileIn = (root: string) => join(root, '.workshop', 'shown.json');

/** The chapters whose ends were put into app/ before they were passed; of a missing or broken file, none. */
export function readShown(root: string): string[] {
  try {
    const shown: unknown = JSON.parse(readFileSync(fileIn(root), 'utf8'));
    return Array.isArray(shown) ? shown.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** Remembers that the ends of these chapters were given away. What cannot be remembered is left out. */
export function addShown(root: string, names: readonly string[]): void {
  const all = [...new Set([...readShown(root), ...names])];
  try {
    mkdirSync(dirname(fileIn(root)), { recursive: true });
    replaceFile(fileIn(root), JSON.stringify(all));
  } catch {
    // Another program holds it, or the disk is full: solve has done what it was asked for.
  }
}
