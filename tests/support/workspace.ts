import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** A copy of the whole repository, whose commands can be typed, with the packages of the real one. */
export async function repository(app = 1): Promise<string> {
  const root = await workspace(STEPS, app);
  for (const part of [
    'workshop',
    'forest',
    'checks',
    'package.json',
    'package-lock.json',
    'Makefile',
  ]) {
    await cp(join(ROOT, part), join(root, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
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
