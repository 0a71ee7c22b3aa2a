import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi, type TestContext } from 'vitest';
import { evaluate } from '../../checks/queries/promtool.ts';
import { checkRules } from '../../workshop/commands/rules.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { blocksIn, readDocument, ROOT } from './document.ts';
import { readCaption } from './typing.ts';

const chapter = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'What did we promise?',
)!;

/** What `make rules` says where a learner has typed what the chapter says. */
async function typedWith(context: TestContext, change: (file: string, text: string) => string) {
  const promtool = promtoolOrSkip(context);
  const root = await temporaryFolder();
  cpSync(join(ROOT, 'alerts.yaml'), join(root, 'alerts.yaml'));
  cpSync(join(ROOT, 'production/rules'), join(root, 'production/rules'), { recursive: true });
  const files = new Map<string, string>();
  for (const block of blocksIn(chapter, 'yaml')) {
    const { file, use } = readCaption(block);
    if (use !== 'read') files.set(file, `${files.get(file) ?? ''}${block.lines.join('\n')}\n`);
  }
  expect([...files.keys()]).toEqual(['production/rules/mine.yaml', 'mine/budget.test.yaml']);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), change(file, text));
  }
  let printed = '';
  const print = (text: string) => void (printed += `${text}\n`);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(print),
    vi.spyOn(console, 'error').mockImplementation(print),
  ];
  try {
    return { code: await checkRules(root, promtool), printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('the rules of the text pass its test: 40 of 100 that fail, and 60 that are late, are told', async (context) => {
  const { code, printed } = await typedWith(context, (_, text) => text);
  expect(printed).toContain('mine/budget.test.yaml passes.\n');
  expect(code).toBe(0);
});

test('with 12 in place of 8 in its second half, the test gets no alert', async (context) => {
  const { code, printed } = await typedWith(context, (_, text) => {
    expect(text.split('le="0.3"}\n        values: 0+8x120').length).toBeLessThanOrEqual(2);
    return text.replace(
      'le="0.3"}\n        values: 0+8x120',
      'le="0.3"}\n        values: 0+12x120',
    );
  });
  expect(printed).toMatch(/^mine\/budget\.test\.yaml fails[^]*LateBurnsFast[^]*got:\[\]$/m);
  expect(code).toBe(1);
});

test('its queries have the answers that it says', async (context) => {
  const promtool = promtoolOrSkip(context);
  const queries = blocksIn(chapter, 'promql');
  expect(queries.map(({ answer }) => answer.split('.')[0])).toEqual([
    '→ 1 value',
    '→ series by `job`',
  ]);
  const visits = (status: number) =>
    `requests_total{job="app",endpoint="/treecounter",status="${status}"}`;
  const ratio = 'job:treecounter_failures_per_requests:ratio_rate6m{job="app"}';
  const history = {
    everySeconds: 30,
    series: { [visits(200)]: '0+75x240', [visits(503)]: '0+25x240', [ratio]: '0.15x240' },
  };
  const results = await evaluate(
    promtool,
    history,
    queries.map(({ lines }) => lines.join('\n')),
    [7200],
  );
  const rows = results.map(([one]) => one!.rows!.map(({ labels, value }) => [labels, value]));
  expect(rows).toEqual([[[{}, expect.closeTo(-0.25)]], [[{ job: 'app' }, expect.closeTo(0.75)]]]);
});
