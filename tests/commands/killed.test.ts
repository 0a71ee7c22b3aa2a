import fs from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { restore } from '../../workshop/commands/restore.ts';
import { listSaved } from '../../workshop/learner/saved.ts';
import { solve } from '../../workshop/commands/solve.ts';
import { texts, workspace } from '../support/workspace.ts';

/** After so many changes to the disk the command is dead: it changes nothing any more. */
const death = { left: Infinity };

const CHANGES = [
  'writeFileSync',
  'copyFileSync',
  'mkdirSync',
  'mkdtempSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
] as const;

const real = { ...fs };

function mortal(name: (typeof CHANGES)[number]) {
  const change = real[name] as (...args: unknown[]) => unknown;
  return (...args: unknown[]) => {
    if (death.left-- > 0) return change(...args);
    if (death.left === -1 && name === 'writeFileSync') {
      real.writeFileSync(args[0] as string, String(args[1]).slice(0, 5));
    }
    if (death.left === -1 && name === 'copyFileSync') {
      const text = real.readFileSync(args[0] as string, 'utf8');
      real.writeFileSync(args[1] as string, text.slice(0, text.length / 2));
    }
    throw new Error('killed');
  };
}

beforeAll(() => {
  for (const name of CHANGES) Object.assign(fs, { [name]: mortal(name) });
  syncBuiltinESMExports();
});

afterAll(() => {
  for (const name of CHANGES) Object.assign(fs, { [name]: real[name] });
  syncBuiltinESMExports();
});

/** Runs a command that dies at its change number `after`; returns whether it died. */
function kill(after: number, command: () => number): boolean {
  death.left = after;
  try {
    command();
  } catch {
    // It is dead.
  }
  const died = death.left < 0;
  death.left = Infinity;
  return died;
}

test('killed at any point, solve and restore lose nothing', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const mine = { 'server.ts': '// my program\n', 'lib/mine.ts': 'export const mine = 1;\n' };
  const later = { 'server.ts': '// my second program\n', 'notes.txt': 'Beech.\n' };

  let after = 0;
  for (let died = true; died; after++) {
    const root = await workspace(['01-bare-handler', '09-info-enum']);
    const app = join(root, 'app');
    await mkdir(join(app, 'lib'));
    for (const [file, text] of Object.entries(mine)) await writeFile(join(app, file), text);
    const step = await texts(join(root, 'steps/09-info-enum'));

    died = kill(after, () => solve(root, '09-info-enum'));
    expect(await statesOf(root)).toContainEqual(mine);
    solve(root, '09-info-enum');
    expect(await texts(app)).toEqual(step);
    expect(await statesOf(root)).toContainEqual(mine);

    for (const [file, text] of Object.entries(later)) await writeFile(join(app, file), text);
    const second = await texts(app);
    const copy = (await copiesOf(root)).findIndex((one) => 'lib/mine.ts' in one);
    const name = listSaved(root)[copy]!.name;
    died = kill(after, () => restore(root, name)) || died;
    expect(await statesOf(root)).toContainEqual(second);
    expect(await statesOf(root)).toContainEqual(mine);
    restore(root, name);
    expect(await texts(app)).toEqual(mine);
    expect(await statesOf(root)).toContainEqual(second);
  }
  // The commands change the disk that often at least, or nothing was tried.
  expect(after).toBeGreaterThan(15);
});

/** What a person can get at: `app/` and every copy that the list shows. */
async function statesOf(root: string): Promise<Record<string, string>[]> {
  return [await texts(join(root, 'app')), ...(await copiesOf(root))];
}

function copiesOf(root: string): Promise<Record<string, string>[]> {
  return Promise.all(listSaved(root).map(({ folder }) => texts(folder)));
}
