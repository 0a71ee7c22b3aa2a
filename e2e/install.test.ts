import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { startTyped } from '../tests/support/cli.ts';
import { copyRepository } from '../tests/support/workspace.ts';

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
    copyRepository(clone);
  });
  afterAll(() => {
    if (clone) rmSync(clone, { recursive: true, force: true });
  });

  /** Runs `dev` until the program listens. */
  async function dev(): Promise<string> {
    const command = startTyped([process.execPath, 'workshop/run.js', 'dev'], clone, {
      PORT: '0',
      STEP: '',
    });
    try {
      await command.says('Listening', 180_000);
      return command.output;
    } finally {
      command.signal('SIGTERM');
      await command.ended;
    }
  }

  test('dev installs what a learner needs, and no more', async () => {
    const output = await dev();
    expect(output).toMatch(/Installing packages[^]*Listening on http/);
    expect(warnings(output)).toEqual([]);
    expect([has('prom-client'), has('typescript'), has('vitest')]).toEqual([true, true, false]);
    expect(size(join(clone, 'node_modules')) / MB).toBeLessThan(60);
  });

  test('npx tsc, which a hint recommends, tells of the learner alone', () => {
    const tsc = () => npm('exec', '--', 'tsc', '--pretty', 'false');
    const errors = (output: string) => output.split('\n').filter((line) => /error TS/.test(line));
    const right = tsc();
    expect(errors(right.output)).toEqual([]);
    expect(right.status).toBe(0);

    const file = join(clone, 'app/server.ts');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}const trees: number = 'oak';\n`);
    const wrong = tsc();
    writeFileSync(file, text);
    expect(errors(wrong.output)).toHaveLength(1);
    expect(errors(wrong.output)[0]).toMatch(/^app\/server\.ts\(\d+,7\): error/);
    expect(wrong.status).not.toBe(0);
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
