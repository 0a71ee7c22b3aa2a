import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { paintFor, type Paint } from '../terminal/colour.ts';
import { listFiles } from '../learner/folders.ts';
import { comparedChapter, currentChapter, readState } from '../learner/state.ts';
import { endsOf, findStep, inWords, numberOf, ROOT } from '../programs.ts';

/**
 * Shows what a chapter changes: from the end of the step before to the end of this step. MINE: from
 * the learner's own program to the end of this step.
 */
export function run({ STEP, MINE }: Values<'diff'>): number {
  const chapter = (MINE ? comparedChapter : currentChapter)(readState());
  const step = findStep(STEP || chapter, 'diff');
  const { begin, end } = endsOf(step);
  const paint = paintFor(process.stdout);
  if (MINE) {
    console.log(describeMine(ROOT, step, paint));
    return 0;
  }
  if (!begin) {
    console.log(
      `${step} is the program as the class begins, and app/ as you got it: there is nothing to type.\nThe first chapter with code: ${typed('diff', { STEP: '2' })}`,
    );
    return 0;
  }
  console.log(`From ${inWords(begin)} to the end of ${step}:\n`);
  console.log(paintDiff(diffFolders(ROOT, begin, end), paint));
  return 0;
}

/**
 * Shows how `app/` differs from the end of a chapter. Spaces at the beginning and end of a line do
 * not count, and of files that the chapter does not have, only the names are told.
 * @param root the folder of the repository
 */
export function describeMine(root: string, step: string, paint: Paint): string {
  const { end } = endsOf(step, root);
  const STEP = numberOf(step);
  const [wanted, own] = [listFiles(join(root, end)), listFiles(join(root, 'app'))];
  const extra = own.filter((file) => !wanted.includes(file)).map((file) => `app/${file}`);
  const diff = wanted
    .map((file) => diffFiles(root, `app/${file}`, `${end}/${file}`, { ignoreWhitespace: true }))
    .join('');
  const others =
    extra.length > 0 ? [`You also have, and the chapter has not: ${extra.join(', ')}`] : [];
  if (!diff) {
    return [
      `app/ holds all of the end of ${step}.`,
      ...others,
      `Judge it with: ${typed('check', { STEP })}`,
    ].join('\n');
  }
  return [
    `From your app/ to the end of ${step}: - is yours, + is the chapter's.`,
    '',
    paintDiff(diff, paint),
    '',
    ...others,
    `What differs need not be wrong. Judge it with: ${typed('check', { STEP })}`,
    `To have the chapter's end in app/, and yours saved: ${typed('solve', { STEP })}`,
  ].join('\n');
}

/**
 * The difference of two folders as a unified diff, in the order of the files' names, which any
 * `patch` takes.
 * @param root where both lie; the diff names the files from there
 */
export function diffFolders(root: string, before: string, after: string): string {
  const files = new Set([before, after].flatMap((folder) => listFiles(join(root, folder))));
  return [...files]
    .toSorted()
    .map((file) => diffFiles(root, `${before}/${file}`, `${after}/${file}`))
    .join('');
}

function diffFiles(
  root: string,
  before: string,
  after: string,
  { ignoreWhitespace = false } = {},
): string {
  const [one, other] = [before, after].map((path) => {
    const there = existsSync(join(root, path));
    return there
      ? { path, text: readFileSync(join(root, path), 'utf8') }
      : { path: '/dev/null', text: '' };
  });
  if (one!.text === other!.text) return '';
  const diff = createTwoFilesPatch(one!.path, other!.path, one!.text, other!.text, '', '', {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    ignoreWhitespace,
    stripTrailingCr: ignoreWhitespace,
  });
  return diff.includes('\n@@') ? diff : '';
}

/** Colours a diff as people know it from git. */
export function paintDiff(diff: string, paint: Paint): string {
  return diff
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return paint('bold', line);
      if (line.startsWith('@@')) return paint('cyan', line);
      if (line.startsWith('+')) return paint('green', line);
      if (line.startsWith('-')) return paint('red', line);
      return line;
    })
    .join('\n');
}
