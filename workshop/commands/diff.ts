import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { paintFor, type Paint } from '../terminal/colour.ts';
import { listFiles } from '../learner/folders.ts';
import { endsOf, findStep, inWords, ROOT } from '../programs.ts';

/** Shows what a chapter changes: from the end of the step before to the end of this step. */
export function run({ STEP }: Values<'diff'>): number {
  const step = findStep(STEP, 'diff');
  const { begin, end } = endsOf(step);
  if (!begin) {
    console.log(
      `${step} is the program as the class begins, and app/ as you got it: there is nothing to type.\nThe first chapter with code: ${typed('diff', { STEP: '2' })}`,
    );
    return 0;
  }
  const paint = paintFor(process.stdout);
  console.log(`From ${inWords(begin)} to the end of ${step}:\n`);
  console.log(paintDiff(diffFolders(ROOT, begin, end), paint));
  return 0;
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

function diffFiles(root: string, before: string, after: string): string {
  const [one, other] = [before, after].map((path) => {
    const there = existsSync(join(root, path));
    return there
      ? { path, text: readFileSync(join(root, path), 'utf8') }
      : { path: '/dev/null', text: '' };
  });
  if (one!.text === other!.text) return '';
  return createTwoFilesPatch(one!.path, other!.path, one!.text, other!.text, '', '', {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
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
