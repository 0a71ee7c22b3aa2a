import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../workshop/commands.js';
import { ROOT } from '../../workshop/programs.ts';
import { callCommand, refusal, runCommand, startCommand } from '../support/cli.ts';
import { needsPosix } from '../support/posix.ts';
import { repository, texts } from '../support/workspace.ts';

test('diff shows a chapter without colours in a pipe', async () => {
  const { code, stdout } = await runCommand(['diff', '3'], { NO_COLOR: '' });
  expect(code).toBe(0);
  expect(stdout).toContain('From the end of 02-expose-metrics to the end of 03-counters:');
  expect(stdout).toContain('+++ steps/03-counters/metrics.ts');
  expect(stdout).not.toContain('\x1b');
});

test('diff without a step, or with MINE, takes one that there is', async () => {
  expect(await refusal(['diff', '99'])).toMatch(/npm run diff -- 5$/);
  const { code, stdout } = await callCommand(['diff', 'MINE=1', 'STEP=3']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^From your app\/ to the end of 03-counters: |^app\/ holds all /);
});

test('diff of step 1 says what it is', async () => {
  const { code, stdout } = await callCommand(['diff'], { STEP: '1', MAKELEVEL: '1' });
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

test.each(['begin', 'solve', 'take'])(
  '%s asks for a step, and for one that there is',
  async (name) => {
    for (const args of [[], ['99']]) {
      expect(await refusal([name, ...args], { MAKELEVEL: '1' })).toMatch(
        new RegExp(`make ${name} STEP=\\d$`),
      );
    }
  },
);

test('a long output arrives whole where the reader is slow', async () => {
  const root = await repository();
  const long = '// a line of a program that somebody has filled with lines\n'.repeat(8000);
  await appendFile(join(root, 'steps/03-counters/metrics.ts'), `${long}// the end\n`);
  const { child, ended } = startCommand(['diff', '3'], {}, [], root);
  // It has more to say than a pipe takes, and nobody listens until it has begun to.
  child.stdout!.pause();
  await once(child.stdout!, 'readable');
  child.stdout!.resume();
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(long.length);
  expect(stdout).toContain('+// the end\n');
});

test('a reader that goes away ends it without a word', async () => {
  const root = await repository();
  await appendFile(join(root, 'steps/03-counters/metrics.ts'), '// x\n'.repeat(100_000));
  const { child, ended } = startCommand(['diff', '3'], {}, [], root);
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
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
  expect(killed.code).not.toBe(0);
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

describe('make', () => {
  beforeEach((context) => needsPosix(context, 'make'));

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

  test('tells of a variable that a command does not know', () => {
    const make = (...args: string[]) =>
      spawnSync('make', args, {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, MAKEFLAGS: '' },
      });
    const { status, stdout, stderr } = make('-k', '-j8', 'check', 'stpe=3');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'There is no stpe in check: did you mean STEP? It takes STEP, WATCH.\nType for example: make check STEP=5\n',
    );
    expect(make('restore', 'NAM=foo').stderr).toContain('did you mean NAME?');
    expect(make('help', 'NO_COLOR=1').status).toBe(0);
    expect(make('load', 'HELP=1').stdout).toMatch(
      /^make load: send traffic[^]* RPS=5 .*\(0\.1 to 200; without it: 5\)\n/,
    );
  });

  test('knows every command, and so does npm', async () => {
    const names = Object.keys(commands);
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
    const [, targets = ''] = /^\.PHONY: (.*)$/m.exec(makefile) ?? [];
    for (const name of names) {
      const [, args = ''] = new RegExp(`^${name}: NODE_ARGS := (.*)$`, 'm').exec(makefile) ?? [];
      expect(scripts[name]).toBe(['node', args, 'workshop/run.js', name].filter(Boolean).join(' '));
      expect(targets.split(' ')).toContain(name);
    }
  });
});
