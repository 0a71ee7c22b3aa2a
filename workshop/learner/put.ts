import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyFiles, holdsFiles, listFiles, sameFiles } from './folders.ts';
import { saveApp } from './saved.ts';

export interface Put {
  /** The folder of the repository. */
  readonly root: string;
  /** The folder whose files `app/` shall hold. */
  readonly source: string;
  /** What that is, in words: "the end of 04-labels". */
  readonly what: string;
  /** The command, as it was typed. */
  readonly command: string;
  /** Whether the other files of `app/` stay. */
  readonly beside?: boolean;
}

/**
 * Makes `app/` hold the files of another folder, after saving what was there; no others, if not `beside`. The
 * folder itself stays: a container, an editor and a terminal may hold on to it.
 * @returns the exit code; what was done, and the way back, is on standard output
 */
export function putIntoApp({ root, source, what, command, beside = false }: Put): number {
  const app = join(root, 'app');
  let back;
  try {
    if (beside ? holdsFiles(app, source) : sameFiles(source, app)) {
      console.log(`app/ holds ${what} already: nothing was changed.`);
      return 0;
    }
    back = saveApp(root, command);
  } catch (error) {
    console.error(
      `app/ cannot be saved, so nothing was changed: ${(error as Error).message}.\nFix that, then type again: ${command}`,
    );
    return 1;
  }
  // Said before the change: whoever stops it half-way knows the way back.
  if (back) {
    const saved = back.isNew ? `is saved as ${back.where}` : `is the same as ${back.where}`;
    console.log(`What app/ held ${saved}. Get it back with: ${back.type}`);
  }
  try {
    replaceFiles(root, source, app, beside);
  } catch (error) {
    console.error(
      `app/ could not be changed as a whole: ${(error as Error).message}\nClose what uses its files, then type again: ${command}`,
    );
    return 1;
  }
  console.log(`app/ now holds ${what}.`);
  return 0;
}

function replaceFiles(root: string, source: string, app: string, beside: boolean): void {
  mkdirSync(join(root, '.workshop'), { recursive: true });
  const stage = mkdtempSync(join(root, '.workshop', 'put-'));
  try {
    copyFiles(source, stage);
    const files = listFiles(stage);
    const others = beside ? [] : listFiles(app).filter((file) => !files.includes(file));
    for (const file of others) remove(app, file);
    for (const file of files) {
      mkdirSync(dirname(join(app, file)), { recursive: true });
      move(join(stage, file), join(app, file));
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Removes a file, and the folders that it leaves empty. */
function remove(app: string, file: string): void {
  rmSync(join(app, file));
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(app, folder));
    } catch {
      return;
    }
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // Across a mount, or over a file that an editor on Windows holds open.
    copyFileSync(from, to);
  }
}
