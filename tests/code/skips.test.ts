import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALLOWED_SKIPS } from '../../e2e/skips.ts';
import { ROOT } from '../../workshop/programs.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { temporaryFolder } from '../support/workspace.ts';

const TESTS = `
import { expect, test } from 'vitest';
test('runs', () => expect(1).toBe(1));
test('waits for rain', ({ skip }) => skip('It does not rain.'));
test('waits for snow', ({ skip }) => skip('It does not snow.'));
`;

const list = (...names: string[]) =>
  names.map((name) => `{ test: 'some.test.mjs > ${name}', why: 'As in June.', here: () => true }`);

/** Runs tests that skip, under CI or not, with a list of skips that are allowed. */
async function run(allowed: string[], CI = 'true') {
  const root = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  writeFileSync(join(root, 'some.test.mjs'), TESTS);
  const reporter = JSON.stringify(join(ROOT, 'tests/support/reporter.ts'));
  const config = `export default { test: { reporters: [[${reporter}, { allowedSkips: [${allowed}] }]] } };`;
  writeFileSync(join(root, 'vitest.config.mjs'), config);
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, CI, NO_COLOR: '1' } },
  );
  return { status, said: stdout.trim() };
}

test('under CI, a skip that is not on the list fails the run, and is named', async () => {
  const { status, said } = await run(list('waits for rain'));
  expect(status).toBe(1);
  expect(said).toBe(`Skipped, as e2e/skips.ts allows:
  1 test: As in June.
    some.test.mjs > waits for rain

Skipped, and must not be:
  1 test: It does not snow.
    some.test.mjs > waits for snow

1 passed, 0 failed, 2 skipped`);
});

test('those on the list are named, and fail nothing; nor does any without CI', async (context) => {
  onlyUnderCI(context);
  const { status, said } = await run(list('waits'));
  expect(status).toBe(0);
  expect(said).toMatch(/allows:\n {2}2 tests: As in June\.\n/);
  const here = await run([], '');
  expect(here.status).toBe(0);
  expect(here.said).toMatch(/^Skipped:\n {2}1 test: It does not rain\.\n/);
});

test('each skip that is allowed says why, in a sentence', () => {
  for (const { why } of ALLOWED_SKIPS) expect(why).toMatch(/^[A-Z].{30,}\.$/);
});
