import { spawnSync } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { commands } from '../../workshop/commands.js';
import { run as begin } from '../../workshop/commands/begin.ts';
import { run as diff } from '../../workshop/commands/diff.ts';
import { ROOT } from '../../workshop/programs.ts';
import { run as solve } from '../../workshop/commands/solve.ts';
import { run as take } from '../../workshop/commands/take.ts';
import { runCommand } from '../support/cli.ts';
import { repository, texts } from '../support/workspace.ts';

test('diff shows a chapter without colours in a pipe', async () => {
  const { code, stdout } = await runCommand(['diff', '3'], { NO_COLOR: '' });
  expect(code).toBe(0);
  expect(stdout).toContain('From the end of 02-expose-metrics to the end of 03-counters:');
  expect(stdout).toContain('+++ steps/03-counters/metrics.ts');
  expect(stdout).not.toContain('\x1b');
});

test('diff of step 1 says what it is', async () => {
  const { code, stdout } = await runCommand(['diff'], { STEP: '1', MAKELEVEL: '1' });
  expect(code).toBe(0);
  expect(stdout).toMatch(/nothing to type\.\n.*make diff STEP=2\n$/);
});

test('a missing step and an unknown one are wrong usage, and change nothing', async () => {
  const root = await repository();
  const before = await texts(join(root, 'app'));
  for (const args of [['solve'], ['solve', '99']]) {
    const { code, stdout, stderr } = await runCommand(args, { MAKELEVEL: '1' }, [], root);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('make solve STEP=5');
  }
  expect(await texts(join(root, 'app'))).toEqual(before);
});

test.each([
  ['diff', diff],
  ['begin', begin],
  ['solve', solve],
  ['take', take],
])('%s asks for a step, and for one that there is', (name, run) => {
  vi.stubEnv('STEP', '');
  vi.stubEnv('MAKELEVEL', '1');
  for (const args of [[], ['99']]) expect(() => run(args)).toThrow(`make ${name} STEP=5`);
  vi.unstubAllEnvs();
});

test('what solve prints brings the program of the learner back', async () => {
  const root = await repository();
  const server = join(root, 'app/server.ts');
  await appendFile(server, '// mine\n');
  const mine = await readFile(server, 'utf8');
  const { code, stdout } = await runCommand(['solve', '5'], {}, [], root);
  expect(code).toBe(0);
  expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/05-gauges')));
  const [, way] = /Get it back with: npm run (.*)\n/.exec(stdout) ?? [];
  const back = await runCommand(way!.replace(' --', '').split(' '), {}, [], root);
  expect(back.code).toBe(0);
  expect(await readFile(server, 'utf8')).toBe(mine);
  expect((await runCommand(['restore'], {}, [], root)).stdout).toContain('npm run solve -- 5');
});

test('solve that is killed half-way has saved the program, and told the way back', async () => {
  const root = await repository();
  await appendFile(join(root, 'app/server.ts'), '// mine\n');
  const mine = await texts(join(root, 'app'));
  const preload = new URL('../support/killed-at-rename.mjs', import.meta.url).href;
  const killed = await runCommand(['solve', '5'], {}, ['--import', preload], root);
  expect(killed.code).toBeNull();
  expect(killed.stdout).toContain('npm run restore -- 1');
  expect(await texts(join(root, 'app'))).not.toEqual(mine);
  expect((await runCommand(['restore', '1'], {}, [], root)).code).toBe(0);
  expect(await texts(join(root, 'app'))).toEqual(mine);
});

test('restore refuses a name that there is not', async () => {
  const root = await repository();
  const { code, stderr } = await runCommand(['restore', '--name', '7'], {}, [], root);
  expect(code).toBe(2);
  expect(stderr).toContain('npm run restore');
});

describe.skipIf(spawnSync('make', ['--version']).error)('make', () => {
  test('passes its variables and its own way of typing', async () => {
    const root = await repository();
    const make = (...args: string[]) =>
      spawnSync('make', args, {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, MAKEFLAGS: '' },
      });
    await appendFile(join(root, 'app/server.ts'), '// mine\n');
    expect(make('solve', 'STEP=05').stdout).toContain('make restore NAME=1');
    expect(make('restore', 'NAME=1').status).toBe(0);
    expect(await readFile(join(root, 'app/server.ts'), 'utf8')).toContain('// mine');
  });

  test('knows every command, and so does npm', async () => {
    const names = Object.keys(commands);
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
    const [, targets = ''] = /^\.PHONY: (.*)$/m.exec(makefile) ?? [];
    for (const name of names) {
      expect(scripts[name]).toBe(`node workshop/run.js ${name}`);
      expect(targets.split(' ')).toContain(name);
    }
  });
});
