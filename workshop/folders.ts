import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in a program's folder without being its code: no command saves, compares or removes it. */
export const LEFT_ALONE: readonly string[] = ['node_modules', '.git', '.DS_Store'];

/** The files of a folder and of those in it, as paths with `/`, in order; none if it is missing. */
export function listFiles(folder: string): string[] {
  const visit = (inner: string): string[] =>
    readdirSync(join(folder, inner), { withFileTypes: true })
      .filter(({ name }) => !LEFT_ALONE.includes(name))
      .flatMap((entry) =>
        entry.isDirectory() ? visit(`${inner}${entry.name}/`) : [`${inner}${entry.name}`],
      );
  try {
    return visit('').toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Whether two folders hold the same files, byte by byte. */
export function sameFiles(one: string, other: string): boolean {
  const files = listFiles(one);
  if (files.join('\n') !== listFiles(other).join('\n')) return false;
  return files.every((file) =>
    readFileSync(join(one, file)).equals(readFileSync(join(other, file))),
  );
}
