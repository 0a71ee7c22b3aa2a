import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onlyUnderCI } from '../support/ci.ts';
import { STEPS } from '../support/steps.ts';
import { repository } from '../support/workspace.ts';

const LAST = STEPS.at(-1)!;

/** A copy of the repository under git, in which steps are edited and carried. */
async function authors() {
  const root = await repository();
  await writeFile(join(root, '.gitignore'), 'node_modules\n.workshop\n');
  const git = (...args: string[]) => {
    const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    const { status, stdout, stderr } = spawnSync(
      'git',
      [...author, '-c', 'commit.gpgsign=false', ...args],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    return stdout;
  };
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'As it is');
  const read = (path: string) => readFile(join(root, path), 'utf8');
  return {
    root,
    git,
    read,
    /** The files that differ from the commit. */
    changed: () => git('status', '--porcelain', '-uall').split('\n').filter(Boolean),
    async edit(path: string, search: string, replacement: string) {
      const parts = (await read(path)).split(search);
      expect(parts, path).toHaveLength(2);
      await writeFile(join(root, path), parts.join(replacement));
    },
    carry(...args: string[]) {
      // As npm does, by the script that authors type.
      const command = ['--import', 'tsx', 'workshop/authors/carry.ts', ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        cwd: root,
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    },
  };
}

const IMPORT = "import { createServer, type OutgoingHttpHeaders } from 'node:http';";
const CALL = 'registry.fell(species)';

test('npm knows it by its name', async () => {
  const { scripts } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect(scripts.carry).toBe('node --import tsx workshop/authors/carry.ts');
});

test('what is changed in a step is merged into all later ones, and into no other', async () => {
  const { carry, edit, read, changed } = await authors();
  await edit('steps/05-gauges/server.ts', IMPORT, `// Why.\n${IMPORT}`);
  expect(carry('05')).toMatchObject({ code: 0, stderr: '' });
  const later = STEPS.filter((name) => name >= '05');
  expect(changed()).toEqual(later.map((name) => ` M steps/${name}/server.ts`));
  expect(await read(`steps/${LAST}/server.ts`)).toContain(`// Why.\n${IMPORT}`);
  // Carried again, nothing more changes.
  const before = await read(`steps/${LAST}/server.ts`);
  expect(carry('5').code).toBe(0);
  expect(await read(`steps/${LAST}/server.ts`)).toBe(before);
});

test('what is changed in the first step is merged into app/, too', async (context) => {
  onlyUnderCI(context);
  const { carry, edit, read, changed } = await authors();
  await edit('steps/01-bare-handler/server.ts', IMPORT, `// Why.\n${IMPORT}`);
  expect(carry('1').code).toBe(0);
  expect(await read('app/server.ts')).toBe(await read('steps/01-bare-handler/server.ts'));
  expect(changed()).toHaveLength(STEPS.length + 1);
});

test('new files come to all later steps, and deleted ones go', async (context) => {
  onlyUnderCI(context);
  const { carry, root, changed } = await authors();
  await writeFile(join(root, 'steps/10-timers-and-exceptions/log.ts'), 'export {};\n');
  await rm(join(root, 'steps/10-timers-and-exceptions/enum.ts'));
  expect(carry('10').code).toBe(0);
  expect(changed().toSorted()).toEqual(
    STEPS.filter((name) => name >= '10')
      .flatMap((name) => [` D steps/${name}/enum.ts`, `?? steps/${name}/log.ts`])
      .toSorted(),
  );
});

test('a file that cannot be merged is named with what to do, and goes on from there', async (context) => {
  onlyUnderCI(context);
  const { root, carry, edit, read, git, changed } = await authors();
  for (const name of STEPS.filter((step) => step >= '10')) {
    await edit(`steps/${name}/server.ts`, CALL, 'registry.fell(species!)');
  }
  git('commit', '-qam', 'A step of its own mind');
  await edit('steps/07-buckets/server.ts', CALL, 'registry.fell(species as never)');
  const { code, stdout, stderr } = carry('07');
  expect(code).toBe(1);
  expect(stdout).toBe(
    'steps/08-summaries/server.ts: merged\nsteps/09-info-enum/server.ts: merged\n',
  );
  expect(stderr).toContain(
    'Not merged: steps/10-timers-and-exceptions/server.ts: one place is changed there',
  );
  expect(stderr).toContain('then type: npm run carry -- 10');
  expect(await read('steps/10-timers-and-exceptions/server.ts')).toMatch(
    /<{7} steps\/10[^]*>{7} steps\/09/,
  );
  expect(changed().join()).not.toContain(LAST);

  // Typed too early, it says so and spoils nothing.
  const early = carry('10');
  expect([early.code, early.stdout]).toEqual([1, '']);
  expect(early.stderr).toContain(
    'a merge is not finished in steps/10-timers-and-exceptions/server.ts',
  );

  const fixed = (await read('steps/10-timers-and-exceptions/server.ts'))
    .replace(/<{7}.*\n([^]*?)(?:\|{7}[^]*?)?={7}\n[^]*?>{7}.*\n/, '$1')
    .replace('species!', 'species! as never');
  await writeFile(join(root, 'steps/10-timers-and-exceptions/server.ts'), fixed);
  expect(carry('10')).toMatchObject({ code: 0, stderr: '' });
  expect(await read(`steps/${LAST}/server.ts`)).toContain('registry.fell(species! as never)');
});

test('nothing to carry, and no step to carry from, are told with what to type', async (context) => {
  onlyUnderCI(context);
  const { carry, changed } = await authors();
  expect(carry('05')).toMatchObject({ code: 0, stderr: '' });
  for (const args of [[], ['99'], ['5', '6']]) {
    const { code, stderr } = carry(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/ {2}05-gauges\n[^]*npm run carry -- 05\n$/);
  }
  expect(changed()).toEqual([]);
});
