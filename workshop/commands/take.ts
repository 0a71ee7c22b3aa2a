import { constants, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { listFiles } from '../learner/folders.ts';
import { findStep, numberOf, ROOT, stepNames } from '../programs.ts';

/** What a learner writes by hand in every chapter. */
const WRITTEN: readonly string[] = ['server.ts', 'metrics.ts'];

/** The sheet on a service of the learner's own, which the first step brings. */
const SHEET = 'my-service.md';

/**
 * Brings the files into `app/` that are new in a step and that nobody needs to type; for the first
 * step, the sheet into `mine/`.
 */
export function run({ STEP }: Values<'take'>): number {
  return take(ROOT, findStep(STEP, 'take'));
}

/**
 * {@link run} for the repository in `root`; `step` is the name of a step. It never overwrites: if
 * one of the files is there and differs, it takes none.
 * @throws {UsageError} if the step has no such files
 */
export function take(root: string, step: string): number {
  if (step === stepNames(root)[0]) return takeSheet(root);
  const files = newFiles(root, step);
  if (files.length === 0) {
    const others = stepNames(root).filter((name) => newFiles(root, name).length > 0);
    throw new UsageError(
      `${step} has no file to take: you write all of it yourself. There are some in ${others.join(', ')}: ${typed('take', { STEP: numberOf(others[0]!) })}`,
    );
  }
  const source = (file: string) => join(root, 'steps', step, file);
  const target = (file: string) => join(root, 'app', file);
  const states = files.map((file) => [file, compare(source(file), target(file))] as const);
  const other = states.find(([, state]) => state === 'differs');
  if (other) {
    console.error(
      `app/${other[0]} is there already and differs from the step's, so nothing was taken. Rename yours, then type again: ${typed('take', { STEP: numberOf(step) })}`,
    );
    return 1;
  }
  mkdirSync(join(root, 'app'), { recursive: true });
  for (const [file, state] of states) {
    if (state === 'missing') copyFileSync(source(file), target(file), constants.COPYFILE_EXCL);
    console.log(state === 'missing' ? `Taken: app/${file}` : `There already: app/${file}`);
  }
  console.log(`Next: read it, then use it as chapter ${numberOf(step)} of WORKSHOP.md says.`);
  return 0;
}

/** `mine/` belongs to the learner: a sheet that is there stays as it is, whatever it holds. */
function takeSheet(root: string): number {
  mkdirSync(join(root, 'mine'), { recursive: true });
  const target = join(root, 'mine', SHEET);
  const there = existsSync(target);
  if (!there) {
    copyFileSync(join(ROOT, 'workshop/learner', SHEET), target, constants.COPYFILE_EXCL);
  }
  console.log(`${there ? 'There already' : 'Taken'}: mine/${SHEET}`);
  console.log('Next: open it, and write down which program of yours it is about.');
  return 0;
}

function newFiles(root: string, step: string): string[] {
  // What an exercise ends with is one answer of many: nobody takes it file by file.
  if (!stepNames(root).includes(step)) return [];
  const before = stepNames(root).findLast((name) => name < step);
  const known = before ? listFiles(join(root, 'steps', before)) : WRITTEN;
  const files = listFiles(join(root, 'steps', step));
  return files.filter((file) => !known.includes(file) && !WRITTEN.includes(file));
}

function compare(source: string, target: string): 'missing' | 'same' | 'differs' {
  // Editors and git on Windows may have changed the line ends.
  const read = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  try {
    return read(source) === read(target) ? 'same' : 'differs';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'differs';
  }
}
