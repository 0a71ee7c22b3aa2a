import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProgram, until } from '../checks/harness/program.ts';
import { ROOT } from '../workshop/programs.ts';

const windows = process.platform === 'win32';
const online = spawnSync('npm', ['ping'], { stdio: 'ignore', shell: windows }).status === 0;
const MB = 1024 * 1024;

/** What the files of a folder hold, in bytes. */
function size(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + lstatSync(join(folder, name)).size,
    0,
  );
}

/** The warnings in npm's output; those about the user's own npm configuration are not ours. */
const warnings = (output: string) =>
  output.split('\n').filter((line) => /warn/i.test(line) && !/Unknown \w+ config/.test(line));

describe.skipIf(!online)('a fresh clone', () => {
  let clone: string;
  const has = (name: string) => existsSync(join(clone, 'node_modules', name));
  const npm = (...args: string[]) => {
    const options = { cwd: clone, encoding: 'utf8' as const, shell: windows };
    const { stdout, stderr, status } = spawnSync('npm', args, options);
    return { output: stdout + stderr, status };
  };

  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'tree-counter-'));
    const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' });
    for (const file of files.trim().split('\n')) {
      if (!existsSync(join(ROOT, file))) continue;
      mkdirSync(dirname(join(clone, file)), { recursive: true });
      cpSync(join(ROOT, file), join(clone, file));
    }
  });
  afterAll(() => {
    if (clone) rmSync(clone, { recursive: true, force: true });
  });

  /** Runs `dev` until the program listens. */
  async function dev(): Promise<string> {
    const program = startProgram({
      entry: 'dev',
      nodeArgs: [join(clone, 'workshop/run.js')],
      env: { PORT: '0', STEP: '' },
    });
    try {
      await until(() => program.stdout.includes('Listening') || !!program.exit, 180_000);
      return program.stdout + program.stderr;
    } finally {
      await program.stop();
    }
  }

  test('dev installs what a learner needs, and no more', async () => {
    const output = await dev();
    expect(output).toMatch(/Installing packages[^]*Listening on http/);
    expect(warnings(output)).toEqual([]);
    expect([has('prom-client'), has('typescript'), has('vitest')]).toEqual([true, true, false]);
    expect(size(join(clone, 'node_modules')) / MB).toBeLessThan(60);
  });

  test('test adds the rest, and dev leaves it there', async () => {
    const { status } = npm('test', '--', 'forest/pages');
    expect(status).toBe(0);
    expect(has('vitest')).toBe(true);
    expect(size(join(clone, 'node_modules')) / MB).toBeLessThan(110);
    const output = await dev();
    expect(output).toContain('Listening');
    expect(output).not.toContain('Installing');
    expect(has('vitest')).toBe(true);
  });

  test.each(['10', '11'])('npm %s installs it without a warning', (major) => {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    const { output, status } = npm('exec', '--yes', '--', `npm@${major}`, 'ci');
    expect(status, output).toBe(0);
    expect(warnings(output)).toEqual([]);
  });
});
