import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkRules } from '../../workshop/commands/rules.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { blocksIn, readDocument, ROOT } from './document.ts';

const ours = readFileSync(join(ROOT, 'alerts.yaml'), 'utf8');
const given = readFileSync(join(ROOT, 'workshop/learner/rules.test.yaml'), 'utf8');

/** The block of chapter Alerts with this caption. */
function linesBelow(caption: string): readonly string[] {
  const chapter = readDocument('WORKSHOP.md').chapters.find(({ title }) => title === 'Alerts')!;
  return blocksIn(chapter, 'yaml').find((block) => block.caption === caption)!.lines;
}

const rules = linesBelow('`alerts.yaml`, at the end:').join('\n');
const changes = linesBelow('`mine/rules.test.yaml`, where such lines are:');

/** The given test with the first so many changes of the text. */
function changed(count: number): string {
  return changes.slice(0, count).reduce((text, line) => {
    const start = /^[ -]*\w+: /.exec(line)![0];
    expect(text).toContain(`\n${start}`);
    return text.replace(new RegExp(`^${start}.*$`, 'm'), line);
  }, given);
}

/** Does what `make rules` does where a learner has written these files. */
async function checkWith(
  context: Parameters<typeof promtoolOrSkip>[0],
  alerts: string,
  own?: Readonly<Record<string, string>>,
) {
  const promtool = promtoolOrSkip(context);
  const root = await temporaryFolder();
  await writeFile(join(root, 'alerts.yaml'), alerts);
  if (own) await mkdir(join(root, 'mine'));
  for (const [name, text] of Object.entries(own ?? {})) {
    await writeFile(join(root, 'mine', name), text);
  }
  return { ...(await checkIn(root, promtool)), root };
}

/** Runs `make rules` for a repository. */
async function checkIn(root: string, promtool: ReturnType<typeof promtoolOrSkip>) {
  let printed = '';
  const print = (text: string) => void (printed += `${text}\n`);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(print),
    vi.spyOn(console, 'error').mockImplementation(print),
  ];
  try {
    const code = await checkRules(root, promtool);
    return { code, printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('the given test is brought, and passes', async (context) => {
  const { code, printed, root } = await checkWith(context, ours);
  expect(printed).toMatch(
    /^alerts\.yaml: Prometheus takes its \d+ rules\.\nmine\/rules\.test\.yaml is new: .*\nmine\/rules\.test\.yaml passes\.\n.* reload\n$/,
  );
  expect(code).toBe(0);
  expect(await readFile(join(root, 'mine/rules.test.yaml'), 'utf8')).toBe(given);
});

test('whoever has rules of the second half-day gets no test of the class', async (context) => {
  const promtool = promtoolOrSkip(context);
  const root = await temporaryFolder();
  await writeFile(join(root, 'alerts.yaml'), ours);
  await mkdir(join(root, 'production/rules'), { recursive: true });
  await writeFile(join(root, 'production/rules/mine.yaml'), 'groups: []\n');
  const { code, printed } = await checkIn(root, promtool);
  expect(printed).not.toContain('is new');
  expect(code).toBe(0);
  expect(existsSync(join(root, 'mine'))).toBe(false);
});

test('a text that begins with braces and lacks its quotes is found', async (context) => {
  const { code, printed } = await checkWith(
    context,
    ours.replace(/summary: '(\{\{ .*)'/, 'summary: $1'),
  );
  const line = ours.split('\n').findIndex((text) => text.includes("summary: '{{")) + 1;
  expect(printed.match(/did not find expected key/g)).toHaveLength(1);
  expect(printed).toContain(`  alerts.yaml, line ${line - 1}: did not find`);
  expect(printed).toContain(
    `  alerts.yaml, line ${line}: a text that begins with {{ needs quotes around it.`,
  );
  expect(code).toBe(1);
});

test('a test of one’s own stays, and with its first change our alert fails it', async (context) => {
  const own = changed(1);
  const { code, printed, root } = await checkWith(context, ours, {
    'a.test.yaml': own,
    'b.md': '',
  });
  expect(printed).toMatch(
    /^mine\/a\.test\.yaml fails, says promtool:\n[^]*exp:\[[^]*got:\[\]\nNothing came .*\n.* rules\n$/m,
  );
  expect(code).toBe(1);
  expect(await readFile(join(root, 'mine/a.test.yaml'), 'utf8')).toBe(own);
});

test('the rules of the text pass both of its tests, and do what it says of them', async (context) => {
  const lines = changed(3).split('\n');
  expect(given.split('\n').filter((line, index) => line !== lines[index])).toHaveLength(3);
  const usual = changed(3)
    .replace('values: 0+15x120', 'values: 0+17x120')
    .replace('values: 0+10x120', 'values: 0+3x120')
    .replace(/exp_alerts:\n[^]*$/, 'exp_alerts: []\n');
  const { code, printed } = await checkWith(context, `${ours}${rules}\n`, {
    'changed.test.yaml': changed(3),
    'more.test.yaml': readFileSync(join(ROOT, 'tests/text', 'own-alert.yaml'), 'utf8'),
    'usual.test.yaml': usual,
  });
  for (const name of ['changed', 'more', 'usual']) {
    expect(printed).toContain(`mine/${name}.test.yaml passes.\n`);
  }
  expect(code).toBe(0);
});

test('the rules of the second half-day are checked, and can be tested, too', async (context) => {
  const promtool = promtoolOrSkip(context);
  const root = await temporaryFolder();
  await mkdir(join(root, 'production/rules'), { recursive: true });
  await mkdir(join(root, 'mine'));
  await writeFile(join(root, 'alerts.yaml'), ours);
  const budget = readFileSync(join(ROOT, 'production/rules/budget.yaml'), 'utf8');
  await writeFile(join(root, 'production/rules/budget.yaml'), budget);
  const tested = readFileSync(join(ROOT, 'tests/promtool/budget.yaml'), 'utf8');
  await writeFile(join(root, 'mine/b.test.yaml'), tested.replace('../../', '../'));
  const passes = await checkIn(root, promtool);
  expect(passes.printed).toMatch(
    /^production\/rules\/: Prometheus takes its 6 rules\.\nmine\/b\.test\.yaml passes\.$/m,
  );
  expect(passes.code).toBe(0);
  await writeFile(join(root, 'production/rules/mine.yaml'), budget.replace('> 0)', '> 0'));
  const refused = await checkIn(root, promtool);
  expect(refused.printed).toMatch(/^ {2}production\/rules\/mine\.yaml, line \d+: /m);
  expect(refused.code).toBe(1);
});

test('without its last parenthesis the recording rule is refused, with its line', async (context) => {
  const broken = `${ours}${rules.replace('[2m])) > 0)', '[2m])) > 0')}\n`;
  const { code, printed } = await checkWith(context, broken);
  const line = broken.split('\n').findIndex((one) => one.includes('ratio_rate2m')) + 2;
  expect(printed).toMatch(
    new RegExp(
      `^ {2}alerts\\.yaml, line ${line}: group "mine", .*: unclosed left parenthesis$`,
      'm',
    ),
  );
  expect(printed).toMatch(/^Fix it, then type again: .* rules$/m);
  expect(code).toBe(1);
});
