import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What lies in a program's folder without being its code: no command saves, compares or removes it. */
const LEFT_ALONE: readonly string[] = ['node_modules', '.git', '.DS_Store'];

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
  return listFiles(one).length === listFiles(other).length && holdsFiles(one, other);
}

/** Whether a folder holds all files of another, byte by byte. */
export function holdsFiles(one: string, other: string): boolean {
  const there = new Set(listFiles(one));
  return listFiles(other).every(
    (file) => there.has(file) && contentOf(join(one, file)).equals(contentOf(join(other, file))),
  );
}

/**
 * Copies all files of a folder. It does what `fs.cpSync` does, which in some releases of Node fails
 * on Windows where a path is not ASCII, such as a home folder with a name.
 */
export function copyFiles(from: string, to: string): void {
  for (const file of listFiles(from)) {
    const [source, target] = [join(from, file), join(to, file)];
    mkdirSync(dirname(target), { recursive: true });
    if (lstatSync(source).isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else copyFileSync(source, target);
  }
}

function contentOf(path: string): Buffer {
  return lstatSync(path).isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
}
