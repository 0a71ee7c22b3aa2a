import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepJson } from '../replace.ts';

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
  keepJson(fileIn(root), all);
}
