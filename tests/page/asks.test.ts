import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { ASKS } from '../../checks/queries/index.ts';
import { ask } from '../../workshop/commands/ask.ts';
import { ANSWERS } from '../../workshop/learner/answers.ts';
import { readAsked } from '../../workshop/learner/asked.ts';
import { asksPart } from '../../workshop/page/asks.ts';
import type {
  AsksAnswer,
  Conflict,
  Refused,
  SolutionAnswer,
  TryAnswer,
} from '../../workshop/page/said.ts';
import { readArguments } from '../../workshop/terminal/arguments.js';
import { serve } from '../support/archive.ts';
import { captured } from '../support/cli.ts';
import { serveParts } from '../support/page.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { temporaryFolder } from '../support/workspace.ts';

const RATE = 'rate(donated_euros_total{job="app"}[10m])';
const RIGHT = 'increase(donated_euros_total{job="app"}[10m])';

/** A learner with the page, in a folder of their own. */
async function learner(prometheus?: number, env: NodeJS.ProcessEnv = process.env) {
  const root = await temporaryFolder();
  const [free] = await freePorts(1);
  const ports = { program: 1, visitors: 1, prometheus: prometheus ?? free! };
  const page = await serveParts(asksPart({ root, env, ports }));
  const file = join(root, ANSWERS);
  return {
    ...page,
    root,
    file,
    asks: async () => (await page.get<AsksAnswer>('/asks')).body,
    tryIt: <Body = TryAnswer>(id: string, part: string, version: string) =>
      page.post<Body>('/asks/try', { id, part, version }),
    read: () => readFileSync(file, 'utf8'),
  };
}

test('an answer is judged in place as make ask does, and kept where it keeps it', async (context) => {
  promtoolOrSkip(context);
  const { root, asks, tryIt, post, read, file } = await learner();
  const before = await asks();
  expect(Object.keys(before.asks)).toEqual(ASKS.map(({ id }) => id));
  expect(before.asks.P2).toEqual({ part: '', state: '', tried: false });
  expect(existsSync(file)).toBe(false);
  const early = await post<Refused>('/asks/solution', { id: 'P2' });
  expect([early.status, early.body.message]).toEqual([
    409,
    'Try P2 first: write a query, right or wrong.',
  ]);

  const { status, body: wrong } = await tryIt('P2', `\n# mine\n${RATE}\n\n`, before.version);
  expect(status).toBe(200);
  expect(wrong).toMatchObject({
    right: false,
    head: 'Not yet.',
    state: 'tried 1',
    part: `# mine\n${RATE}`,
    compared: { head: ['half hour, at 12:13', 'expected', 'came back'] },
  });
  expect(wrong.says).toContain('`rate` gives euros per second.');
  expect(read()).toContain(`# P2 How many euros`);
  expect(read().endsWith(`\n\n# mine\n${RATE}\n`)).toBe(true);
  expect(readAsked(root).P2).toMatchObject({ tries: 1, last: RATE, right: false });

  // What the command says of it is the same.
  const { stdout } = await captured({}, () => {
    const { values, env } = readArguments('ask', ['P2', '--port-9090', '1'], process.env);
    return ask(root, values, env);
  });
  expect(stdout).toContain(`${wrong.head}\n  ${wrong.compared!.head[0]}`);
  expect(stdout.replace(/\s+/g, ' ')).toContain(wrong.says);
  expect((await asks()).version).toBe(wrong.version);

  const { body: right } = await tryIt('P2', RIGHT, wrong.version);
  expect(right).toMatchObject({
    right: true,
    head: 'P2 is right.',
    state: 'right',
    next: { id: 'P3', head: 'P3 Prometheus and Grafana' },
  });
  expect(right.compared).toBeUndefined();
  expect(right.says).toMatch(/^`increase` sees/);
  const solution = await post<SolutionAnswer>('/asks/solution', { id: 'P2' });
  expect(solution.body).toEqual({ solution: RIGHT, says: right.says, state: 'right' });
});

test('a file that has changed since it was read is not written over, and both are shown', async (context) => {
  promtoolOrSkip(context);
  const { asks, tryIt, read, file } = await learner();
  mkdirSync(join(file, '..'));
  writeFileSync(file, '# P2 How many?\r\n\r\nup\r\n');
  const { version } = await asks();
  const theirs = '# P2 How many?\r\n\r\nsum(up)\r\n# so\r\n\r\n# P1 Is it?\r\n\r\nup\r\n';
  writeFileSync(file, theirs);
  const refused = await tryIt<Conflict>('P2', RIGHT, version);
  expect(refused.status).toBe(409);
  expect(refused.body.part).toBe('sum(up)\n# so');
  expect(refused.body.message).toMatch(/^mine\/queries\.promql has changed since/);
  expect(read()).toBe(theirs);
  // Whoever has seen both may.
  const { body } = await tryIt('P2', RIGHT, refused.body.version);
  expect(body.right).toBe(true);
  expect(read()).toBe(theirs.replace('sum(up)\r\n# so', RIGHT));
  // What stands there already is written over nothing.
  expect((await tryIt('P1', 'up', version)).status).toBe(200);
});

test('what Prometheus cannot read is marked in its line of the editor', async (context) => {
  promtoolOrSkip(context);
  const { asks, tryIt } = await learner();
  const part = '# é\n\nsum(\n\té{job=app})';
  const { body } = await tryIt('04d', part, (await asks()).version);
  expect(body).toMatchObject({
    right: false,
    error: expect.stringMatching(/^Prometheus says: line 4, column 2: /),
    place: ['     é{job=app})', '     ^'],
  });
  expect(body.live).toBeUndefined();
});

test('what the answer gives on the own program stands below it', async (context) => {
  promtoolOrSkip(context);
  const url = await serve((_, response) => {
    const result = [{ metric: { __name__: 'up', job: 'app' }, value: [1, '0'] }];
    response.end(JSON.stringify({ data: { resultType: 'vector', result } }));
  });
  const { asks, tryIt } = await learner(Number(new URL(url).port));
  const { body } = await tryIt('P2', 'up', (await asks()).version);
  expect(body.live).toEqual({
    title: 'On your own program, now',
    rows: [['up{job="app"}', '0']],
    more: 0,
  });
});

test('what is no answer changes nothing', async () => {
  const { asks, tryIt, post, file } = await learner();
  const { version } = await asks();
  for (const [body, status] of [
    [{ id: 'P2', part: ' # only words\n', version }, 400],
    [{ id: 'P2', part: 'up\n # 04d How?', version }, 400],
    [{ id: 'P2', part: 'x'.repeat(10_001), version }, 413],
    [{ id: 'P2', part: 7, version }, 400],
    [{ id: 'P2', part: 'up' }, 400],
    [{ id: '../P2', part: 'up', version }, 400],
    [null, 400],
  ] as const) {
    const said = await post<Refused>('/asks/try', body);
    expect([said.status, body]).toEqual([status, body]);
    expect(said.body.message).toMatch(/\w\.$/);
  }
  expect(existsSync(file)).toBe(false);
  mkdirSync(file, { recursive: true });
  const unreadable = await tryIt<Refused>('P2', 'up', version);
  expect(unreadable.status).toBe(503);
  expect(unreadable.body.message).toMatch(/cannot be read .* Move it away/);
});

test('without promtool the answer is kept, and it is said how to get one', async () => {
  const empty = await temporaryFolder();
  const { asks, tryIt, read } = await learner(undefined, { PATH: empty, Path: empty });
  const { status, body } = await tryIt<Refused>('P2', 'up', (await asks()).version);
  // The image's promtool will do, and where docker is not on PATH there is none.
  if (status !== 200) {
    expect(status).toBe(503);
    expect(body.message).toMatch(/^No promtool 3 is here.* npm run prefetch -- --native$/);
  }
  expect(read()).toMatch(/\nup\n$/);
});
