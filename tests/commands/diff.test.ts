import { spawnSync } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { paintFor } from '../../workshop/terminal/colour.ts';
import { diffFolders, paintDiff } from '../../workshop/commands/diff.ts';
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
