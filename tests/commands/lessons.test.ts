import { spawnSync } from 'node:child_process';
import { appendFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { ROOT } from '../../workshop/programs.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { runCommand, startCommand } from '../support/cli.ts';
import { STEPS } from '../support/steps.ts';
import { copyRepository, repository, temporaryFolder, texts } from '../support/workspace.ts';

/** A file of checks that asks for one metric. */
const checksFor = (title: string, metric: string) => `import { metricIsThere } from './metric.ts';
import type { LessonChecks } from './harness/types.ts';

export const lesson: LessonChecks = {
  title: '${title}',
  learned: 'It was asked for.',
  checks: [
    metricIsThere({
      key: 'asked',
      name: '${metric}',
      type: 'gauge',
      near: /^never$/,
      naming: 'It is called so.',
      because: 'it goes up and down.',
    }),
  ],
};
`;

const METRIC = `
export const copies = new Gauge({ name: 'copies', help: 'Copies of this program' });
`;

describe('an exercise', () => {
  test(
    'is a lesson beside the steps, whose name STEP takes',
    { timeout: 240_000 },
    async (context) => {
      onlyUnderCI(context);
      const root = await repository(2);
      promtoolOrSkip(context);
      const own = join(root, 'exercises/own');
      const type = (...args: string[]) => runCommand(args, {}, [], root);
      const app = () => texts(join(root, 'app'));

      const begun = await type('begin', 'own');
      expect(begun.stdout).toContain('app/ now holds the state before chapter own');
      expect(await app()).toEqual(await texts(join(own, 'begin')));

      const failed = await type('check', 'own');
      expect(failed.code).toBe(1);
      expect(failed.stdout).toMatch(/^Your own metrics\n\n {2}ok {4}visitors can reserve/);
      expect(failed.stdout).toMatch(/^ {2}FAIL {2}your metrics see a reservation begin and end/m);
      expect(failed.stdout).toContain('Fix it and type: npm run check -- own');
      expect(failed.stdout).toMatch(/ WORKSHOP\.md#your-own-metrics$/m);
      expect((await type('hint', 'own')).stdout).toMatch(/^Your own metrics: /);

      expect((await type('diff', 'own')).stdout).toMatch(
        /^From exercises\/own\/begin to the end of own:\n[^]*\+export const reservationsOpen/,
      );
      expect((await type('solve', 'own')).stdout).toContain('app/ now holds the end of own');
      const passed = await type('check', 'own');
      expect([passed.code, passed.stderr]).toEqual([0, '']);
      expect(passed.stdout).toMatch(
        /^Your own metrics passes \([\d.]+ s\)\. You have chosen metrics by the questions/m,
      );

      const dev = startCommand(['dev', 'own', '--port', '0'], {}, [], root);
      expect(await until(() => /http:\/\/localhost:\d+/.test(dev.stdout), 60_000)).toBe(true);
      expect(dev.stdout).toContain('Running exercises/own/end/server.ts');

      // The row of the steps is as it was.
      const { stdout } = await type('progress');
      expect(stdout).toContain(`7 of ${STEPS.length}. Next: npm run check -- 8`);
      expect(stdout).not.toContain('own');
      expect((await type('check')).stdout).toMatch(/^Step 07 Buckets\n/);
      expect((await type('solve', 'other')).stderr).toContain(
        `  ${STEPS.at(-1)}\n  exporter\n  job\n  own\n`,
      );
      expect((await type('take', 'own')).stderr).toContain('own has no file to take');
    },
  );
});

/**
 * A copy of all that is in the repository, with one step more, which touches every place in the code
 * that CONTRIBUTING.md names for a new step. What it lacks is its lesson: text, panels and words.
 */
async function withOneStepMore(): Promise<{ root: string; name: string; touched: string[] }> {
  const root = await temporaryFolder();
  copyRepository(root);
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  await mkdir(join(root, '.workshop'));
  const number = STEPS.length + 1;
  const name = `${number}-again`;
  await cp(join(root, 'steps', STEPS.at(-1)!), join(root, 'steps', name), { recursive: true });
  await appendFile(join(root, 'steps', name, 'metrics.ts'), METRIC);
  await writeFile(join(root, `checks/${name}.ts`), checksFor('Again', 'copies'));
  const mistakes = `import { mutation } from '../copies.ts';

export const mutations = [
  mutation('asked-missing', ['metrics.ts', ${JSON.stringify(METRIC)}, '']),
  mutation('asked-name', ['metrics.ts', "'copies'", "'never'"]),
  mutation('asked-type', ['metrics.ts', 'copies = new Gauge', 'copies = new Counter']),
];
`;
  await writeFile(join(root, `tests/checks/mutations/${number}.ts`), mistakes);
  const contract = join(root, 'tests/support/contract.ts');
  const text = await readFile(contract, 'utf8');
  const line = `  metric(${number}, 'copies', 'gauge'),\n];`;
  await writeFile(contract, text.replace(/\];\n$/, `${line}\n`));
  // What was written here, as CONTRIBUTING.md names it.
  const touched = ['steps/NN-slug/', 'checks/NN-slug.ts', 'tests/checks/mutations/NN.ts'];
  return { root, name, touched: [...touched, 'tests/support/contract.ts'] };
}

describe('a step more than there are', () => {
  test('is known everywhere at once', { timeout: 120_000 }, async (context) => {
    onlyUnderCI(context);
    const { root, name } = await withOneStepMore();
    const number = `${STEPS.length + 1}`;
    const type = (...args: string[]) => runCommand(args, {}, [], root);
    expect((await type('solve', number)).code).toBe(0);
    expect((await type('progress')).stdout).toContain(`All ${number}: `);
    expect((await type('check', number)).stdout).toContain(`Step ${number} Again passes`);
    expect((await type('diff', number)).stdout).toContain(`+++ steps/${name}/metrics.ts`);
    expect((await type('begin', number)).stdout).toContain(`the end of ${STEPS.at(-1)}`);
    expect((await type('check', number)).stdout).toContain(`npm run check -- ${number}`);
  });

  test('is written where CONTRIBUTING.md says', async () => {
    const { touched } = await withOneStepMore();
    const contributing = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [row = ''] = /^\| step .*$/m.exec(contributing) ?? [];
    for (const place of touched) expect(row).toContain(`\`${place}\``);
  });

  test('passes what needs no new lesson', { timeout: 600_000 }, async (context) => {
    onlyUnderCI(context);
    const { root } = await withOneStepMore();
    const suites = [
      'tests/code/hygiene',
      'tests/steps/',
      'tests/checks/gate',
      'tests/checks/events',
      'tests/commands/arguments',
      'tests/commands/command-line',
      'tests/commands/take',
    ];
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [vitest, 'run', '--project', 'workshop', ...suites],
      { cwd: root, encoding: 'utf8', env: { ...process.env, CI: '', VITEST: undefined } },
    );
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/ 0 failed/);
  });
});
