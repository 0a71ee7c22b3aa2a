import { spawnSync } from 'node:child_process';
import { appendFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { editedSteps } from '../../workshop/learner/edited-steps.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { startCommand } from '../support/cli.ts';
import { repository, temporaryFolder, workspace } from '../support/workspace.ts';

function git(folder: string, ...args: string[]): void {
  const author = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.org',
    '-c',
    'commit.gpgsign=false',
  ];
  const { status, stderr } = spawnSync('git', [...author, ...args], { cwd: folder });
  expect(status, String(stderr)).toBe(0);
}

function commit(folder: string): void {
  git(folder, 'init', '-q');
  git(folder, 'add', '.');
  git(folder, 'commit', '-qm', 'As the class begins');
}

async function cloned(): Promise<string> {
  const root = await workspace();
  commit(root);
  return root;
}

test('an untouched clone, and one with work in app/, gets no warning', async () => {
  const root = await cloned();
  expect(await editedSteps(root)).toBeUndefined();
  await appendFile(join(root, 'app/server.ts'), '// mine\n');
  expect(await editedSteps(root)).toBeUndefined();
});

test('an edited step is named, with where the edit belongs and how to undo it', async () => {
  const root = await cloned();
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  const line = await editedSteps(root);
  expect(line).toBe(
    'steps/05-gauges/metrics.ts is edited, but your program is app/: move the edit to app/metrics.ts, and undo it in steps/ with: git restore steps',
  );
  git(root, 'restore', 'steps');
  expect(await editedSteps(root)).toBeUndefined();
});

test('several edits are counted, and a staged one is undone for good', async () => {
  const root = await cloned();
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  await rm(join(root, 'steps/05-gauges/server.ts'));
  git(root, 'add', '.');
  const line = await editedSteps(root);
  expect(line).toContain('steps/05-gauges/metrics.ts (and 1 more)');
  expect(line).toContain('git checkout HEAD steps');
  git(root, 'checkout', 'HEAD', 'steps');
  expect(await editedSteps(root)).toBeUndefined();
});

test('a new file in a step is named', async () => {
  const root = await cloned();
  await writeFile(join(root, 'steps/02-expose-metrics/metrics.ts'), '// mine\n');
  expect(await editedSteps(root)).toContain('move the edit to app/metrics.ts, and delete it');
});

test('without a repository there is no warning', async () => {
  const root = await workspace();
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  expect(await editedSteps(root)).toBeUndefined();
});

test('a repository around the workshop that does not know it brings no warning', async (context) => {
  onlyUnderCI(context);
  const root = await workspace();
  await mkdir(join(root, 'notes'));
  await writeFile(join(root, 'notes/a.txt'), '');
  git(root, 'init', '-q');
  git(root, 'add', 'notes');
  git(root, 'commit', '-qm', 'My notes');
  expect(await editedSteps(root)).toBeUndefined();
});

test('a repository around the workshop that holds it is as good as its own', async () => {
  const outer = await temporaryFolder();
  const root = join(outer, 'class');
  await cp(await workspace(), root, { recursive: true });
  commit(outer);
  expect(await editedSteps(root)).toBeUndefined();
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  expect(await editedSteps(root)).toMatch(/^steps\/05-gauges\/metrics.ts is edited/);
});

test('dev tells it at the start, and when it happens while the program runs', async () => {
  const root = await repository();
  commit(root);
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  const dev = startCommand(['dev'], { PORT: '0' }, [], root);
  const says = (text: string) => until(() => dev.stderr.includes(text), 30_000);
  expect(await says('steps/05-gauges/metrics.ts is edited')).toBe(true);
  expect(await until(() => dev.stdout.includes('Listening on'), 30_000)).toBe(true);
  await appendFile(join(root, 'steps/04-labels/metrics.ts'), '// mine, too\n');
  expect(await says('steps/04-labels/metrics.ts (and 1 more) is edited')).toBe(true);
});

test('dev of a step does not tell it', async (context) => {
  onlyUnderCI(context);
  const root = await repository();
  commit(root);
  await appendFile(join(root, 'steps/05-gauges/metrics.ts'), '// mine\n');
  const dev = startCommand(['dev', '5'], { PORT: '0' }, [], root);
  expect(await until(() => dev.stdout.includes('Listening on'), 30_000)).toBe(true);
  dev.child.kill('SIGTERM');
  expect((await dev.ended).stderr).toBe('');
});
