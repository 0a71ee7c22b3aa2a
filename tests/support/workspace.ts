import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../workshop/programs.ts';
import { STEPS } from './steps.ts';

/** A folder of a test's own, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tree-counter-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with some steps, and with the code of one in `app/`: as the class begins, of the first. */
export async function workspace(steps = STEPS, app = 1): Promise<string> {
  const root = await temporaryFolder();
  for (const step of steps) {
    await cp(join(ROOT, 'steps', step), join(root, 'steps', step), { recursive: true });
  }
  await cp(join(ROOT, 'steps', STEPS[app - 1]!), join(root, 'app'), { recursive: true });
  return root;
}

/** What git ignores, and git's own. */
const NOT_TRACKED = ['node_modules', '.git', '.workshop', 'mine'];

/** What no command needs. */
const FOR_AUTHORS = ['bench', 'docs', 'e2e', 'tests'];

/** Copies what a clone holds into a folder, all but the packages; `left` names what to leave out. */
export function copyRepository(folder: string, left: readonly string[] = []): void {
  const filter = (path: string) => !NOT_TRACKED.includes(basename(path));
  // One by one: the folder may lie in .workshop/, and no folder can be copied into itself.
  for (const name of readdirSync(ROOT)) {
    if (left.includes(name)) continue;
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter });
  }
}

/** Makes a folder one whose commands can be typed, with the packages of the real one. */
export function fillSandbox(folder: string): void {
  copyRepository(folder, FOR_AUTHORS);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

/**
 * A sandbox within the repository, where containers can be given its files.
 * @returns the folder, and a function that takes it away
 */
export function makeSandbox(name: string): { folder: string; remove: () => void } {
  const parent = join(ROOT, '.workshop');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  fillSandbox(folder);
  // Containers run as other users, who must be able to read it.
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A sandbox with the code of a step in `app/`, removed after the test. */
export async function repository(app = 1): Promise<string> {
  const root = await temporaryFolder();
  fillSandbox(root);
  await rm(join(root, 'app'), { recursive: true });
  await cp(join(ROOT, 'steps', STEPS[app - 1]!), join(root, 'app'), { recursive: true });
  return root;
}

/** All files of a folder with their texts. */
export async function texts(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(folder.length + 1).replaceAll('\\', '/')] = await readFile(path, 'utf8');
  }
  return found;
}
