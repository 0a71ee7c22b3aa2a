import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest';
import { begin } from '../../workshop/commands/begin.ts';
import { listCopies, restore } from '../../workshop/commands/restore.ts';
import { listSaved } from '../../workshop/learner/saved.ts';
import { solve } from '../../workshop/commands/solve.ts';
import { texts, workspace } from '../support/workspace.ts';
import { needsPosix } from '../support/posix.ts';

let said: MockInstance<typeof console.log>;
let complained: MockInstance<typeof console.error>;
beforeEach(() => {
  said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  complained = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubEnv('MAKELEVEL', '1');
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});
const output = () => said.mock.calls.flat().join('\n');

/** A workspace whose `app/` holds what no step holds. */
async function edited(): Promise<string> {
  const root = await workspace();
  await writeFile(join(root, 'app/server.ts'), '// my program\n');
  await mkdir(join(root, 'app/lib'));
  await writeFile(join(root, 'app/lib/mine.ts'), 'export const mine = 1;\n');
  return root;
}

test('solve puts the end of a step into app/, and begin the end of the one before', async () => {
  const root = await workspace();
  expect(solve(root, '09-info-enum')).toBe(0);
  expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/09-info-enum')));
  expect(output()).toContain('Next: make check STEP=9');
  expect(begin(root, '05-gauges')).toBe(0);
  expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/04-labels')));
});

test('what app/ held is saved with every file, and the way back printed leads back', async () => {
  const root = await edited();
  const before = await texts(join(root, 'app'));
  solve(root, '05-gauges');
  expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/05-gauges')));
  expect(output()).toContain('Get it back with: make restore NAME=1');
  restore(root, '1');
  expect(await texts(join(root, 'app'))).toEqual(before);
});

test('the way back is printed before anything changes', async () => {
  const root = await edited();
  const before = await readFile(join(root, 'app/server.ts'), 'utf8');
  const seen: string[] = [];
  const { readFileSync } = await import('node:fs');
  said.mockImplementation((line: string) => {
    if (line.includes('restore')) seen.push(readFileSync(join(root, 'app/server.ts'), 'utf8'));
  });
  solve(root, '05-gauges');
  expect(seen).toEqual([before]);
});

test('a state of app/ is saved once only, and not at all if it is a step', async () => {
  const root = await edited();
  solve(root, '05-gauges');
  solve(root, '06-histograms');
  expect(output()).toContain('is the same as steps/05-gauges. Get it back with: make solve STEP=5');
  restore(root, '1');
  begin(root, '03-counters');
  expect(output()).toContain('is the same as copy 1. Get it back with: make restore NAME=1');
  expect(listSaved(root).map(({ name }) => name)).toEqual(['1']);
});

test('nothing is done, and nothing saved, if app/ holds the state already', async () => {
  const root = await workspace();
  solve(root, '01-bare-handler');
  expect(output()).toContain('already: nothing was changed');
  expect(listSaved(root)).toEqual([]);
});

test.each([begin, solve])('%o says what step 1 is', async (command) => {
  const root = await edited();
  command(root, '01-bare-handler');
  expect(output()).toContain('the program as the class begins');
  expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/01-bare-handler')));
});

test('restore saves what is there first', async () => {
  const root = await edited();
  solve(root, '05-gauges');
  await writeFile(join(root, 'app/server.ts'), '// my second program\n');
  restore(root, '1');
  const [, second] = listSaved(root);
  expect(second).toMatchObject({ name: '2', before: 'make restore NAME=1' });
  expect(await readFile(join(second!.folder, 'server.ts'), 'utf8')).toBe('// my second program\n');
});

test('the list tells when each copy was saved, before what, and what it holds', async () => {
  const root = await workspace();
  solve(root, '04-labels');
  const server = join(root, 'app/server.ts');
  await writeFile(server, `${await readFile(server, 'utf8')}// one line\n`);
  const texts = await Promise.all(
    ['metrics.ts', 'server.ts'].map((file) => readFile(join(root, 'app', file), 'utf8')),
  );
  const lines = texts.join('').trimEnd().split('\n').length;
  solve(root, '05-gauges');
  said.mockClear();
  listCopies(root);
  expect(output()).toMatch(
    new RegExp(
      `^1 +\\w{3},? \\d+ \\w+,? \\d\\d:\\d\\d +make solve STEP=5 +metrics\\.ts, server\\.ts \\(${lines} lines\\)$`,
      'm',
    ),
  );
  expect(output()).toContain('Bring one back with: make restore NAME=1');
});

test('without copies the list says so', async () => {
  expect(listCopies(await workspace())).toBe(0);
  expect(output()).toContain('No copy of app/ is saved yet');
});

test('a copy that is not there is refused with the way to the list', async () => {
  const root = await workspace();
  expect(() => restore(root, '../..')).toThrow('List them with: make restore');
});

describe('what lies in app/ besides a program', () => {
  test('packages stay where they are and are not copied', async () => {
    const root = await edited();
    await mkdir(join(root, 'app/node_modules/some'), { recursive: true });
    await writeFile(join(root, 'app/node_modules/some/index.js'), '');
    solve(root, '05-gauges');
    const files = Object.keys(await texts(join(root, 'app')));
    expect(files.toSorted()).toEqual(['metrics.ts', 'node_modules/some/index.js', 'server.ts']);
    expect(Object.keys(await texts(listSaved(root)[0]!.folder)).toSorted()).toEqual([
      'lib/mine.ts',
      'server.ts',
    ]);
  });

  test('a folder of data is refused by name, and nothing changes', async () => {
    const root = await edited();
    await mkdir(join(root, 'app/data'));
    await writeFile(join(root, 'app/data/big'), Buffer.alloc(51_000_000));
    expect(solve(root, '05-gauges')).toBe(1);
    expect(complained.mock.calls.flat().join()).toContain('app/data');
    expect(complained.mock.calls.flat().join()).toContain('type again: make solve STEP=5');
    expect(await readFile(join(root, 'app/server.ts'), 'utf8')).toBe('// my program\n');
  });

  test('links are saved as links', async (context) => {
    needsPosix(context, 'links');
    const root = await edited();
    await symlink('server.ts', join(root, 'app/link.ts'));
    await symlink('nowhere', join(root, 'app/broken.ts'));
    expect(solve(root, '05-gauges')).toBe(0);
    expect(restore(root, '1')).toBe(0);
    expect(await readFile(join(root, 'app/link.ts'), 'utf8')).toBe('// my program\n');
  });

  test('a missing app/ comes back', async () => {
    const root = await workspace();
    await rm(join(root, 'app'), { recursive: true });
    expect(solve(root, '05-gauges')).toBe(0);
    expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/05-gauges')));
  });

  test('a folder where a file belongs does not stop it', async () => {
    const root = await workspace();
    await rm(join(root, 'app/server.ts'));
    await mkdir(join(root, 'app/server.ts'));
    await writeFile(join(root, 'app/server.ts/inner.ts'), '');
    expect(solve(root, '05-gauges')).toBe(0);
    expect(await texts(join(root, 'app'))).toEqual(await texts(join(root, 'steps/05-gauges')));
  });
});
