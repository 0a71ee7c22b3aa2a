import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { asValues, historyOf, seriesName, type Snapshot } from '../../checks/queries/history.ts';
import { evaluate, NO_VECTOR } from '../../checks/queries/promtool.ts';
import { ROOT } from '../../workshop/programs.ts';
import { hasImage, images } from '../../workshop/stack/docker.ts';
import { findPromtool, inImage, noPromtool } from '../../workshop/stack/promtool.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { temporaryFolder } from '../support/workspace.ts';

const ODD = 'a "quoted"\n\\ {label="x"}, é😀';

const HISTORY = {
  everySeconds: 5,
  series: {
    [seriesName('odd', { odd: ODD, two: '2' })]: asValues([1, 2, 3]),
    up: asValues([1, 1, 'stale', 'stale', 0, NaN]),
    seen_total: '0+10x20',
  },
};

const alone = (value: number) => [{ labels: {}, value }];
const odd = (value: number) => [{ labels: { __name__: 'odd', odd: ODD, two: '2' }, value }];
const thrice = (result: unknown) => [result, result, result];
const forged = '\n    expr: "x", time: 7s, err: 1';

/** Queries with what must come of them at the seconds 7, 12 and 26. */
const CASES: Readonly<Record<string, readonly unknown[]>> = {
  odd: [odd(2), odd(3), odd(3)],
  // A series that has ended is gone at once.
  'up * 2': [alone(2), [], alone(NaN)],
  '1 / -vector(0)': thrice(alone(-Infinity)),
  'count_over_time(seen_total[10s])': [alone(2), alone(2), alone(2)],
  'rate(seen_total[10s])': [alone(1.4), alone(2), alone(2)],
  // A subquery looks as often as the history has values.
  'count_over_time(seen_total[10s:])': [alone(2), alone(2), alone(2)],
  'sum(\n  up': thrice({
    message: 'unclosed left parenthesis',
    at: { line: 2, column: 5 },
  }),
  'up[5m]': thrice({ message: NO_VECTOR }),
  on: thrice({ message: expect.stringContaining('unexpected'), at: expect.anything() }),
  'odd # \ud800\u007f\u2028\r\n': [odd(2), odd(3), odd(3)],
  // What a query says cannot be taken for what promtool says.
  [`label_replace(vector(1), "a", ${JSON.stringify(forged)}, "", "")`]: thrice([
    { labels: { a: forged }, value: 1 },
  ]),
};

test('one run evaluates many queries at many moments, whatever is in them', async (context) => {
  const queries = Object.keys(CASES);
  const results = await evaluate(promtoolOrSkip(context), HISTORY, queries, [7, 12, 26]);
  const seen = queries.map((query, index) => [
    query,
    results[index]!.map(({ rows, error }) => rows ?? error),
  ]);
  expect(Object.fromEntries(seen)).toEqual(CASES);
});

test('what an interrupted run has left is gone after the next one, and that of others stays', async (context) => {
  const promtool = promtoolOrSkip(context);
  const parent = join(ROOT, '.workshop');
  mkdirSync(parent, { recursive: true });
  const [old, young] = [1, 2].map(() => mkdtempSync(join(parent, 'promtool-')));
  onTestFinished(() => rmSync(young!, { recursive: true, force: true }));
  writeFileSync(join(old!, 'queries.yaml'), '');
  utimesSync(old!, 1, 1);
  expect((await promtool.run(['--version'])).status).toBe(0);
  expect(existsSync(old!)).toBe(false);
  expect(existsSync(young!)).toBe(true);
});

test('what promtool cannot read is said in its words', async (context) => {
  const promtool = promtoolOrSkip(context);
  const broken = { everySeconds: 5, series: { 'up{': '1' } };
  await expect(evaluate(promtool, broken, ['up'], [5])).rejects.toThrow(
    /promtool .* says:\nFAILED:\n.*inside braces/s,
  );
});

test('scrapes become a history: labels of the target, ends of series, up', async (context) => {
  const promtool = promtoolOrSkip(context);
  const scrape = (seconds: number, text: string | undefined, port = 8001): Snapshot => ({
    seconds,
    text,
    instance: `app:${port}`,
  });
  const history = historyOf([
    scrape(0, 'a_total{le="1"} 1\nb 1.5e-7\n'),
    scrape(10, 'a_total{le="1"} 4\n'),
    scrape(20, undefined),
    scrape(20, 'b +Inf\n', 8002),
  ]);
  const labels = { job: 'app', instance: 'app:8001' };
  const results = await evaluate(promtool, history, ['a_total', 'b', 'up'], [1, 11, 21]);
  const a = { ...labels, __name__: 'a_total', le: '1.0' };
  const b = { ...labels, __name__: 'b' };
  const up = { ...labels, __name__: 'up' };
  const second = { instance: 'app:8002' };
  expect(results.map((moments) => moments.map(({ rows }) => rows))).toEqual([
    [[{ labels: a, value: 1 }], [{ labels: a, value: 4 }], []],
    [[{ labels: b, value: 1.5e-7 }], [], [{ labels: { ...b, ...second }, value: Infinity }]],
    [
      [{ labels: up, value: 1 }],
      [{ labels: up, value: 1 }],
      [
        { labels: up, value: 0 },
        { labels: { ...up, ...second }, value: 1 },
      ],
    ],
  ]);
});

test('the promtool of the image says the same', async (context) => {
  onlyUnderCI(context);
  const { skip } = context;
  const { prometheus } = images();
  if (!hasImage(prometheus)) skip('It needs the image of Prometheus. Type: make prefetch');
  const promtool = inImage(prometheus);
  const results = await evaluate(promtool, HISTORY, ['odd', 'sum('], [7]);
  expect(results).toEqual([
    [{ rows: odd(2) }],
    [{ error: { message: 'unclosed left parenthesis', at: { line: 1, column: 5 } } }],
  ]);
  const { stderr } = await promtool.run(['check', 'metrics'], {}, 'x_total 1\n');
  expect(stderr).toContain('x_total no help text');
});

test('without promtool it is said how to get it', async () => {
  const PATH = await temporaryFolder();
  const looked = findPromtool({ PATH }, PATH);
  if (looked.found) expect(looked.found.where).toBe(images().prometheus);
  expect(noPromtool({ unfit: { command: '/usr/bin/promtool', version: '2.42.0' } })).toBe(
    'No promtool 3 is here (/usr/bin/promtool is 2.42.0): it comes with Prometheus. While there is a network, type: npm run prefetch -- --native',
  );
});
