import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { startTyped, type RunningCommand } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { findDocker, hasImage, images, whyNoDocker } from '../workshop/stack/docker.ts';
import { fetchWithin } from '../workshop/stack/fetch.ts';
import { freePort, needsPrometheus } from './prometheus.ts';
import { makeStack } from './stack.ts';

/** A fault that begins 15 to 30 seconds after the start, and can be judged 9 seconds later. */
const PACE = '0.1';

const metrics = async (url: string) => (await fetchWithin(2000, `${url}/metrics`))?.text;

/** The minute now, on the clock of this computer. */
const minute = () => new Date().toTimeString().slice(0, 5);

/** Goes through an incident as a learner does who types the diagnosis. */
async function solve(
  folder: string,
  env: Record<string, string>,
  url: string,
  ended: (command: RunningCommand) => void,
): Promise<void> {
  const type = (...args: string[]) =>
    startTyped(['node', 'workshop/run.js', 'incident', ...args], folder, env);
  const started = type('8', '--pace', PACE);
  ended(started);
  await started.says('“Donations have stopped. All is green.”', 120_000);
  await started.says('Give it with:');
  // Step 10 is there, and nothing says which fault.
  expect(await metrics(url)).toContain('registry_duration_seconds_count');
  expect(await metrics(url)).not.toContain('/plant?');

  const second = type('3');
  expect((await second.ended).code).toBe(1);
  expect(second.output).toContain('An incident runs already');

  const other = ['--what', '11', '--where', '6', '--minute', '3:33', '--query'];
  const wrong = () => type(...other, 'up{job="app"}');
  let first = wrong();
  await until(async () => {
    expect((await first.ended).code).toBe(1);
    if (!first.output.includes('too early')) return true;
    first = wrong();
    return false;
  }, 90_000);
  expect(first.output).toMatch(/what +near +On a quiet night/);
  expect(first.output).toMatch(/where +near +/);
  expect(first.output).toMatch(/minute +wrong/);
  expect(first.output).toMatch(/query +wrong +It does not show the onset/);
  expect(started.code).toBe(undefined);

  const file = join(folder, 'mine', 'incident.promql');
  const given = readFileSync(file, 'utf8');
  writeFileSync(file, `${given}sum(rate(requests_total{job="app"}[10s])\n`);
  const answer = ['--what', '10', '--where', '9', '--minute', minute()];
  const refused = type(...answer);
  expect((await refused.ended).code).toBe(1);
  expect(refused.output).toMatch(/Prometheus refuses the query: .*unclosed left parenthesis/);

  writeFileSync(file, `${given}sum(rate(requests_total{job="app"}[10s])) == 0\n`);
  let right = type(...answer);
  // Until the rate has forgotten what was before.
  await until(async () => {
    if ((await right.ended).code === 0) return true;
    right = type(...answer);
    return false;
  }, 60_000);
  expect(right.output).toContain('Found so far: 1 of 8.');

  expect((await started.ended).code).toBe(0);
  expect(started.output).toContain('Your own program is back.');
  const isBack = async () => {
    const text = await metrics(url);
    return text !== undefined && !text.includes('registry_');
  };
  expect(await until(isBack, 60_000)).toBe(true);
}

describe('make incident', () => {
  beforeEach(needsPrometheus);

  test('beside make native', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
    const { folder, remove } = makeSandbox('incident');
    const PORT = `${await freePort()}`;
    const env = {
      PORT,
      PORT_9090: `${await freePort()}`,
      // The stack's own settings neither hide a fault nor are one.
      REGISTRY_ERROR_RATE: '1',
      GRAFANA_HOME: folder,
      STEP: '',
    };
    const native = startTyped(['node', 'workshop/run.js', 'native', '4'], folder, env);
    let started: RunningCommand | undefined;
    onTestFinished(() => {
      started?.signal('SIGKILL');
      native.signal('SIGKILL');
      remove();
    });
    await native.says('Prometheus answers on');
    await native.says('Listening on');
    await solve(folder, env, `http://localhost:${PORT}`, (command) => (started = command));
    expect(native.output).toContain('An incident takes the place of steps/04-labels/server.ts.');
    expect(native.output).toContain('Back to steps/04-labels/server.ts.');
    expect(existsSync(join(folder, '.workshop', 'native', 'stand-in.json'))).toBe(false);
    native.signal('SIGINT');
    await native.ended;
  });

  const { prometheus, node } = images();
  const docker = findDocker();
  test('beside make up', async ({ skip }) => {
    const why = whyNoDocker(docker);
    if (why) skip(why.what);
    if (!hasImage(prometheus) || !hasImage(node)) skip('The images are not here.');
    const stack = await makeStack('incident');
    let started: RunningCommand | undefined;
    const up = startTyped(['node', 'workshop/run.js', 'up', '4'], stack.folder, stack.env);
    onTestFinished(async () => {
      started?.signal('SIGKILL');
      up.signal('SIGKILL');
      await stack.run(['npm', 'run', '--silent', 'down', '--', '--volumes']).catch(console.error);
      stack.remove();
    });
    await up.says(stack.at(9090), 180_000);
    await up.says('Listening on');
    await solve(stack.folder, stack.env, stack.at(8001), (command) => (started = command));
    expect(up.output).toContain('Another program has taken its place.');
  });
});
