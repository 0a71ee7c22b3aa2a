import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exerciseOf, ROOT, type Block, type Chapter } from './document.ts';

/** The files of a program: what stands in each, by its name. */
export type Files = Map<string, string>;

/** What a learner is to do with a block, as its caption says. */
export type Use = 'edit' | 'new' | 'mistake' | 'read' | 'throw away' | 'elsewhere';

const USES: Record<string, Use> = {
  '': 'edit',
  'a new file': 'new',
  'a mistake on purpose': 'mistake',
  'to read': 'read',
  'to throw away': 'throw away',
  'in a project of your own': 'elsewhere',
};

/**
 * Reads the caption of a `ts`, `js` or `diff` block.
 * @throws {Error} if it names no file, or no use that docs/text.md knows
 */
export function readCaption({ caption, line }: Block): { file: string; use: Use; atEnd: boolean } {
  const [, file, atEnd, use = ''] =
    /^`([\w./-]+)`(, at the end)?(?:, ([^:]+))?:$/.exec(caption) ?? [];
  if (!file) throw new Error(`Line ${line}: the block has no caption with a file name: ${caption}`);
  if (!USES[use]) throw new Error(`Line ${line}: the caption asks for "${use}".`);
  return { file, use: USES[use], atEnd: Boolean(atEnd) };
}

/** The files of `app/` or of a step, whose folder is given from the root. */
export function readFiles(folder: string): Files {
  const names = readdirSync(join(ROOT, folder)).toSorted();
  return new Map(names.map((name) => [name, readFileSync(join(ROOT, folder, name), 'utf8')]));
}

/** The folder of the step with this number, such as `05`. */
export function folderOf(number: string): string {
  return `steps/${readdirSync(join(ROOT, 'steps')).find((name) => name.startsWith(number))}`;
}

/** What `app/` held before `make begin` of an exercise: `make restore` brings it back. */
const saved = new WeakMap<Files, Files>();

/**
 * Types what a chapter says into `files`, block by block, and calls `typed` after each edit.
 * @throws {Error} at the first block that cannot be typed without guessing
 */
export function typeChapter(
  { blocks }: Chapter,
  files: Files,
  typed: (block: Block, file: string, use: Use) => void = () => {},
): void {
  for (const block of blocks) {
    const { language, lines, line } = block;
    if (language === 'sh') {
      for (const command of lines) {
        take(command, files);
        beginOrRestore(command, files);
      }
      continue;
    }
    if (language !== 'ts' && language !== 'diff') continue;
    const { file: path, use, atEnd } = readCaption(block);
    if (use === 'elsewhere' || use === 'throw away') continue;
    const file = /^app\/(.+)$/.exec(path)?.[1];
    if (!file) throw new Error(`Line ${line}: ${path} is not in app/.`);
    const before = files.get(file);
    if (use === 'new') {
      if (before !== undefined) throw new Error(`Line ${line}: ${path} is there already.`);
      files.set(file, `${lines.join('\n')}\n`);
    } else {
      if (before === undefined) throw new Error(`Line ${line}: there is no ${path} yet.`);
      if (use === 'read') assertStands(before, block, path);
      else if (atEnd) files.set(file, `${before}\n${lines.join('\n')}\n`);
      else files.set(file, edit(before, block, path));
    }
    typed(block, file, use);
  }
}

/** `make take STEP=9` brings the files that step 9 has and step 8 has not; `STEP=1` none to `app/`. */
function take(command: string, files: Files): void {
  const [, step] = /^make take STEP=(\d+)$/.exec(command) ?? [];
  if (!step || step === '1') return;
  const now = readFiles(folderOf(step.padStart(2, '0')));
  const before = readFiles(folderOf(`${Number(step) - 1}`.padStart(2, '0')));
  for (const [name, text] of now) if (!before.has(name)) files.set(name, text);
}

/** `make begin STEP=own` puts that exercise in place of all files, and `make restore` takes them back. */
function beginOrRestore(command: string, files: Files): void {
  const exercise = exerciseOf(command);
  if (exercise) {
    saved.set(files, new Map(files));
    replace(files, readFiles(`exercises/${exercise}/begin`));
  }
  if (command === 'make restore') replace(files, saved.get(files) ?? files);
}

function replace(files: Files, others: Files): void {
  const all = [...others];
  files.clear();
  for (const [name, text] of all) files.set(name, text);
}

function edit(text: string, block: Block, path: string): string {
  const { language, lines, line } = block;
  if (language === 'diff') {
    const old = text.split('\n');
    const wanted = lines.filter((one) => !one.startsWith('+')).map((one) => one.slice(1));
    const start = findOnce(old, wanted, `${path}, line ${line}`);
    const kept = lines.filter((one) => !one.startsWith('-')).map((one) => one.slice(1));
    return old.toSpliced(start, wanted.length, ...kept).join('\n');
  }
  return replaceLines(text, block, path);
}

/**
 * Replaces the lines of a file from the first to the last of a plain block.
 * @throws {Error} if one of these does not stand there once
 */
export function replaceLines(text: string, { lines, line }: Block, path: string): string {
  const old = text.split('\n');
  if (lines.length < 2) throw new Error(`Line ${line}: one line alone says not where it goes.`);
  const first = findOnce(old, [lines[0]!], `${path}, line ${line}`);
  const last = findOnce(old, [lines.at(-1)!], `${path}, line ${line}`);
  if (last <= first) throw new Error(`Line ${line}: the last line stands before the first.`);
  return old.toSpliced(first, last - first + 1, ...lines).join('\n');
}

function assertStands(text: string, { lines, line }: Block, path: string): void {
  findOnce(text.split('\n'), lines, `${path}, line ${line}`);
}

/** Where `wanted` stands in `lines`, indentation aside. */
function findOnce(lines: readonly string[], wanted: readonly string[], where: string): number {
  const found = lines.flatMap((_, start) =>
    wanted.every((one, i) => lines[start + i]?.trim() === one.trim()) ? [start] : [],
  );
  if (found.length === 1) return found[0]!;
  const times = found.length === 0 ? 'is not there' : `stands there ${found.length} times`;
  throw new Error(`In ${where}: this ${times}:\n${wanted.join('\n')}`);
}

/** A file without what a learner may do otherwise: indentation and blank lines. */
export function withoutSpace(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
