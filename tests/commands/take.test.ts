import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { begin } from '../../workshop/commands/begin.ts';
import { restore } from '../../workshop/commands/restore.ts';
import { solve } from '../../workshop/commands/solve.ts';
import { take } from '../../workshop/commands/take.ts';
import { listSaved } from '../../workshop/learner/saved.ts';
import { texts, workspace } from '../support/workspace.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => void vi.restoreAllMocks());

test.each([
  ['09-info-enum', ['enum.ts', 'info.ts']],
  ['10-timers-and-exceptions', ['instrument.ts']],
  ['11-metrics-port', ['metrics-server.ts']],
])('%s brings %j and touches nothing else', async (step, files) => {
  const root = await workspace();
  await writeFile(join(root, 'app/server.ts'), '// mine\n');
  expect(take(root, step)).toBe(0);
  const of = async (file: string) => [
    file,
    await readFile(join(root, 'steps', step, file), 'utf8'),
  ];
  expect(await texts(join(root, 'app'))).toEqual({
    'server.ts': '// mine\n',
    ...Object.fromEntries(await Promise.all(files.map(of))),
  });
});

test('what is taken already is left as it is', async () => {
  const root = await workspace();
  solve(root, '09-info-enum');
  const before = await texts(join(root, 'app'));
  expect(take(root, '09-info-enum')).toBe(0);
  expect(await texts(join(root, 'app'))).toEqual(before);
});

test('a file with the line ends of Windows is the same', async () => {
  const root = await workspace();
  const text = await readFile(join(root, 'steps/09-info-enum/info.ts'), 'utf8');
  await writeFile(join(root, 'app/info.ts'), text.replaceAll('\n', '\r\n'));
  expect(take(root, '09-info-enum')).toBe(0);
  expect(Object.keys(await texts(join(root, 'app')))).toContain('enum.ts');
});

test('a file of the learner is not overwritten, and none is taken beside it', async () => {
  const root = await workspace();
  await writeFile(join(root, 'app/info.ts'), '// mine\n');
  expect(take(root, '09-info-enum')).toBe(1);
  expect(Object.keys(await texts(join(root, 'app'))).toSorted()).toEqual(['info.ts', 'server.ts']);
  expect(await readFile(join(root, 'app/info.ts'), 'utf8')).toBe('// mine\n');
});

test('the first step brings the sheet, which no command changes or removes afterwards', async () => {
  const root = await workspace();
  expect(take(root, '01-bare-handler')).toBe(0);
  const sheet = join(root, 'mine/my-service.md');
  expect(await readFile(sheet, 'utf8')).toMatch(/^\| Chapter +\| What I want to know /m);
  await writeFile(sheet, 'My shop\n');
  await writeFile(join(root, 'app/server.ts'), '// mine\n');
  expect(take(root, '01-bare-handler')).toBe(0);
  solve(root, '03-counters');
  begin(root, '03-counters');
  expect(restore(root, listSaved(root)[0]!.name)).toBe(0);
  expect(await texts(join(root, 'mine'))).toEqual({ 'my-service.md': 'My shop\n' });
});

test('a step without such files names those that have some', async () => {
  const root = await workspace();
  expect(() => take(root, '03-counters')).toThrow(/09-info-enum, 10-.*take/);
});
