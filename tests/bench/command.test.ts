import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { measureRequests } from '../../bench/requests.ts';
import { until } from '../../checks/harness/program.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { refusal, runCommand, startCommand } from '../support/cli.ts';
import { needsPosix } from '../support/posix.ts';

const RESULTS = new URL('../../bench/results.md', import.meta.url);
const results = () => (existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : undefined);

test.each<{ args: string[]; env: Record<string, string>; says: string }>([
  { args: ['scrpae'], env: {}, says: 'PART="scrpae" is not allowed' },
  { args: [], env: { PART: 'all' }, says: 'PART="all" is not allowed' },
  { args: ['scrape', 'requests'], env: {}, says: '"requests" is too much' },
  { args: ['--fast'], env: {}, says: '--fast' },
])('$args $env is wrong usage', async ({ args, env, says }) => {
  const message = await refusal(['bench', ...args], env);
  expect(message).toContain(says);
  expect(message).toMatch(/npm run bench -- requests$/);
});

test('a part is shown, and leaves the committed results alone', async () => {
  const before = results();
  const { code, stdout, stderr } = await runCommand(['bench'], { PART: 'scrape', QUICK: '1' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/1,000 series…\n$/) });
  expect(stdout).toMatch(/ 100 .* 1\.00× .*\n +1,000 .*×\n/);
  expect(stdout).not.toContain('Requests');
  expect(results()).toBe(before);
});

test('operations are written where they are asked for', async (context) => {
  onlyUnderCI(context);
  mkdirSync(new URL('../../.workshop', import.meta.url), { recursive: true });
  const out = mkdtempSync(fileURLToPath(new URL('../../.workshop/bench-', import.meta.url)));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const args = ['bench', 'operations', '--quick', '--out', out];
  const { code, stdout } = await runCommand(args);
  expect(code).toBe(0);
  expect(stdout).toContain(`Written: ${out}`);
  const text = readFileSync(`${out}/results.md`, 'utf8');
  expect(text).toMatch(/\| empty call +\| +[\d.]+ \| +1\.00× \|/);
  for (const name of ['counter', 'gauge', 'histogram', 'summary', 'timer']) {
    expect(text).toMatch(new RegExp(`^\\| ${name}.* [\\d.,]+× \\|$`, 'm'));
  }
});

test('steps take turns under load, the warm-up uncounted', async (context) => {
  onlyUnderCI(context);
  const steps = ['01-bare-handler', '11-metrics-port'];
  const turns: string[] = [];
  const progress = (text: string) => void turns.push(text);
  const measured = await measureRequests(steps, { rounds: 2, seconds: 0.5, progress });
  expect(turns.splice(0, 2).toSorted()).toEqual(steps.map((step) => `${step} is up`));
  const [first, last] = steps;
  expect(turns).toEqual([
    `warm-up, ${last}`,
    `warm-up, ${first}`,
    `round 1 of 2, ${first}`,
    `round 1 of 2, ${last}`,
    `round 2 of 2, ${last}`,
    `round 2 of 2, ${first}`,
  ]);
  expect(measured.map(({ step }) => step)).toEqual(steps);
  for (const { rounds } of measured) {
    expect(rounds).toHaveLength(2);
    for (const figure of rounds.flatMap(Object.values)) expect(figure).toBeGreaterThan(0);
  }
});

test('a step that does not start is named, with what it said', async () => {
  const options = { rounds: 1, seconds: 0.1, progress: () => {} };
  await expect(measureRequests(['99-missing'], options)).rejects.toThrow(
    /99-missing.* ended with 1/,
  );
});

test('Ctrl-C ends it and all that it started', async (context) => {
  needsPosix(context, 'signals');
  onlyUnderCI(context);
  const before = results();
  const bench = startCommand(['bench'], { PART: 'scrape' });
  await bench.says('A scrape of');
  bench.child.kill('SIGINT');
  expect((await bench.ended).code).toBe(130);
  expect(bench.stderr).toMatch(/Stopped: nothing is written.*npm run bench\n$/);
  expect(results()).toBe(before);
  // It leads a process group: as long as one of its children lives, so does the group.
  const group = () => process.kill(-bench.child.pid!, 0);
  expect(await until(() => !alive(group), 5000)).toBe(true);
});

function alive(probe: () => void): boolean {
  try {
    probe();
    return true;
  } catch {
    return false;
  }
}
