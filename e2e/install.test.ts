import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

beforeEach(({ skip }) => {
  if (!online) skip('No package registry answers npm ping.');
});

/** A program that looks for its packages all the time, and imports one of them late. */
const LATE = `
import { readFileSync } from 'node:fs';
const names = ['prom-client', 'tsx', 'diff', 'typescript'];
const look = () => names.forEach((name) => readFileSync(\`node_modules/\${name}/package.json\`));
const looking = setInterval(look, 1);
process.stdin.resume().on('end', async () => {
  clearInterval(looking);
  await import('diff');
  console.log('imported');
});
console.log('looks');
`;

describe('a fresh clone', () => {
  let clone: string;
  const has = (name: string) => existsSync(join(clone, 'node_modules', name));
  const npm = (...args: string[]) => {
    const options = { cwd: clone, encoding: 'utf8' as const, shell: windows };
    const { stdout, stderr, status } = spawnSync('npm', args, options);
    return { output: stdout + stderr, status };
  };

  beforeAll(() => {
    if (!online) return;
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

  test.each(['10', '11'])('npm %s adds packages under a program that runs', async (major) => {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    const run = (...args: string[]) => npm('exec', '--yes', '--', `npm@${major}`, ...args);
    const lock = readFileSync(join(clone, 'package-lock.json'), 'utf8');
    expect(run('run', 'progress').output).toContain('Installing');
    expect(has('vitest')).toBe(false);

    writeFileSync(join(clone, 'late.mjs'), LATE);
    const late = spawn(process.execPath, ['late.mjs'], { cwd: clone, stdio: 'pipe' });
    const ended = once(late, 'exit');
    let output = '';
    for (const stream of [late.stdout, late.stderr]) stream.on('data', (text) => (output += text));
    try {
      expect(await until(() => output.includes('looks'), 20_000)).toBe(true);
      const { status, output: said } = run('test', '--', 'forest/pages');
      expect(status, said).toBe(0);
      expect(said).toContain('Installing');
      expect(has('vitest')).toBe(true);
      late.stdin.end();
      expect((await ended)[0], output).toBe(0);
      expect(output).toContain('imported');
    } finally {
      late.kill();
    }
    expect(readFileSync(join(clone, 'package-lock.json'), 'utf8')).toBe(lock);
  });

  test.each(['10', '11'])('npm %s installs it without a warning', (major) => {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    const { output, status } = npm('exec', '--yes', '--', `npm@${major}`, 'ci');
    expect(status, output).toBe(0);
    expect(warnings(output)).toEqual([]);
  });
});
