import { spawnSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { paintFor } from '../../workshop/terminal/colour.ts';
import { describeMine, diffFolders, paintDiff } from '../../workshop/commands/diff.ts';
import { comparedChapter, currentChapter, type CheckState } from '../../workshop/learner/state.ts';
import { ROOT } from '../../workshop/programs.ts';
import { STEPS } from '../support/steps.ts';
import { temporaryFolder, texts } from '../support/workspace.ts';

const pairs = STEPS.slice(1).map((after, index) => [STEPS[index]!, after] as const);

test.each(pairs)('from %s to %s: git applies the diff and gets the step', async (before, after) => {
  const folder = await temporaryFolder();
  await cp(join(ROOT, 'steps', before), folder, { recursive: true });
  const diff = diffFolders(ROOT, `steps/${before}`, `steps/${after}`);
  await writeFile(join(folder, 'chapter.diff'), diff);
  const { stderr } = spawnSync('git', ['apply', '-p2', 'chapter.diff'], {
    cwd: folder,
    encoding: 'utf8',
    // A repository around the folder must not matter.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: join(folder, '..') },
  });
  expect(stderr).toBe('');
  const { 'chapter.diff': _, ...files } = await texts(folder);
  expect(files).toEqual(await texts(join(ROOT, 'steps', after)));
});

test('a file that a step no longer has goes', async () => {
  const root = await temporaryFolder();
  await cp(join(ROOT, 'steps/03-counters'), join(root, 'a'), { recursive: true });
  await cp(join(ROOT, 'steps/02-expose-metrics'), join(root, 'b'), { recursive: true });
  expect(diffFolders(root, 'a', 'b')).toContain('--- a/metrics.ts\n+++ /dev/null\n');
});

describe('MINE shows app/ against the end of a chapter', () => {
  const END = '04-labels';
  const plain = (_: unknown, text: string) => text;

  /** A workshop with one step, whose end `app/` holds but for one edit. */
  async function workshopWith(file: string, edit: (text: string) => string): Promise<string> {
    const root = await temporaryFolder();
    for (const folder of [`steps/${END}`, 'app']) {
      await cp(join(ROOT, 'steps', END), join(root, folder), { recursive: true });
    }
    const path = join(root, 'app', file);
    const text = await readFile(path, 'utf8').catch(() => '');
    await writeFile(path, edit(text));
    return root;
  }

  test('the first line tells which is which, the last two what to type', async () => {
    const root = await workshopWith('metrics.ts', (text) =>
      text.replace("help: 'Requests answered.',", "help: 'Requests.',"),
    );
    const lines = describeMine(root, END, plain).split('\n');
    expect(lines[0]).toBe(
      "From your app/ to the end of 04-labels: - is yours, + is the chapter's.",
    );
    expect(lines.filter((line) => /^[-+]/.test(line))).toEqual([
      '--- app/metrics.ts',
      '+++ steps/04-labels/metrics.ts',
      "-  help: 'Requests.',",
      "+  help: 'Requests answered.',",
    ]);
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^What differs need not be wrong\. .* check -- 4$/),
      expect.stringMatching(/ solve -- 4$/),
    ]);
  });

  test('a file that is missing is shown whole', async () => {
    const root = await workshopWith('metrics.ts', () => '');
    expect(describeMine(root, END, plain)).toContain('+export const donatedEuros');
  });

  test('what a Windows editor or another indentation makes of it is no difference', async () => {
    const root = await workshopWith('server.ts', (text) =>
      text.replaceAll('\n', '\r\n').replaceAll('  ', '\t'),
    );
    expect(describeMine(root, END, plain)).toMatch(
      /^app\/ holds all of the end of 04-labels\.\nJudge it with: .* check -- 4$/,
    );
  });

  test('of a file that the chapter has not, the name is told', async () => {
    const root = await workshopWith('worker.ts', () => 'a file of my own\n');
    expect(describeMine(root, END, plain)).toMatch(
      /\nYou also have, and the chapter has not: app\/worker\.ts\nJudge/,
    );
  });

  test('the chapter is the one that make check is at', () => {
    const failure = {} as CheckState['failure'];
    const at = (state: CheckState) => currentChapter(state);
    expect(at({ passed: 0 })).toBe('2');
    expect(at({ passed: 0, step: '1', failure })).toBe('2');
    expect(at({ passed: 4, step: '4' })).toBe('5');
    expect(at({ passed: 4, step: '6', failure })).toBe('6');
    expect(at({ passed: 4, step: 'own', failure })).toBe('own');
    expect(at({ passed: 11, step: '11' })).toBe('11');
  });

  test('MINE gives nothing of the next chapter away once one is passed', () => {
    const failure = {} as CheckState['failure'];
    expect(comparedChapter({ passed: 0 })).toBe('2');
    expect(comparedChapter({ passed: 1, step: '1' })).toBe('2');
    expect(comparedChapter({ passed: 6, step: '6' })).toBe('6');
    expect(comparedChapter({ passed: 6, step: '7', failure })).toBe('7');
    expect(comparedChapter({ passed: 7, step: 'own' })).toBe('own');
  });
});

test('colours tell what comes and goes', () => {
  const paint = (style: unknown, text: string) => `<${String(style)}>${text}`;
  const painted = paintDiff('--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n', paint);
  expect(painted.split('\n')).toEqual([
    '<bold>--- a',
    '<bold>+++ b',
    '<cyan>@@ -1 +1 @@',
    '<red>-old',
    '<green>+new',
    ' same',
  ]);
});

test('only a terminal that has colours gets them', () => {
  const stream = (isTTY: boolean, colours: boolean) =>
    ({ isTTY, hasColors: () => colours }) as unknown as NodeJS.WriteStream;
  expect(paintFor(stream(true, true))('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(paintFor(stream(true, false))('red', 'x')).toBe('x');
  expect(paintFor(stream(false, true))('red', 'x')).toBe('x');
});
