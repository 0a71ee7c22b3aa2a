import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { captured } from '../tests/support/cli.ts';
import { temporaryFolder } from '../tests/support/workspace.ts';
import { ask } from '../workshop/commands/ask.ts';
import { ANSWERS } from '../workshop/learner/answers.ts';
import { readArguments } from '../workshop/terminal/arguments.js';
import { needsPrometheus, startPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

test('a query that was judged shows what it gives on the own program, too', async ({
  onTestFinished,
}) => {
  const prometheus = await startPrometheus('127.0.0.1:1', '1s');
  onTestFinished(() => prometheus.stop());
  const root = await temporaryFolder();
  const { port } = new URL(prometheus.url);
  const type = (...words: string[]) =>
    captured({}, () => {
      const { values, env } = readArguments('ask', [...words, '--port-9090', port], process.env);
      return ask(root, values, env);
    });
  await until(async () => (await prometheus.query('up')).length === 2, 20_000);
  await type('P1');
  appendFileSync(join(root, ANSWERS), 'up\n');
  const { code, stdout } = await type('P1');
  expect(code).toBe(1);
  const [, live] = /\nOn your own program, now:\n([^]*?)\n\n/.exec(stdout) ?? [];
  expect(live?.split('\n').toSorted()).toEqual([
    expect.stringMatching(/^ {2}\{.*job="app"\} +0$/),
    expect.stringMatching(/^ {2}\{.*job="prometheus"\} +1$/),
  ]);
  await type('04d');
  appendFileSync(join(root, ANSWERS), 'sum(rate(requests_total[5m]))\n');
  expect((await type('04d')).stdout).toContain('On your own program, now: nothing comes back.');
});
