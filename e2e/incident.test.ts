import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { startTyped, type RunningCommand } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { compare } from '../workshop/incidents/evidence.ts';
import { FLEET_INCIDENTS } from '../workshop/incidents/fleet.ts';
import type { IncidentState } from '../workshop/incidents/state.ts';
import { findDocker, hasImage, images, whyNoDocker } from '../workshop/stack/docker.ts';
import { fetchWithin } from '../workshop/stack/fetch.ts';
import { queryNow, queryRange } from '../workshop/stack/prometheus-api.ts';
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

/** Finds the instance of the fleet that vanishes, and what does not show it. */
async function solveFleet(
  folder: string,
  env: Record<string, string>,
  prometheus: string,
  ended: (command: RunningCommand) => void,
): Promise<void> {
  const type = (...args: string[]) =>
    startTyped(['node', 'workshop/run.js', 'incident', ...args], folder, env);
  const { call, query, miss } = FLEET_INCIDENTS[9]!;
  const up = async () => (await queryNow(prometheus, 'up{job="fleet"} == 1', 5000))!.length;
  expect(await until(async () => (await up()) === 3, 60_000)).toBe(true);
  const started = type('9', '--pace', PACE);
  ended(started);
  await started.says(call, 60_000);
  await started.says('An instance is gone');
  expect(await until(async () => (await up()) === 2, 90_000)).toBe(true);

  const answer = ['--what', '5', '--where', '1', '--minute', minute(), '--query'];
  let right = type(...answer, query);
  // Until it has been away for longer than it was there since the onset.
  await until(async () => {
    if ((await right.ended).code === 0) return true;
    expect(right.output).toMatch(/what +right\nwhere +right\n|too early/);
    right = type(...answer, query);
    return false;
  }, 90_000);
  expect(right.output).toMatch(/query +right\n\nFound\. /);
  expect(right.output).not.toContain('Found so far');

  const { current } = JSON.parse(
    readFileSync(join(folder, '.workshop/incident/state.json'), 'utf8'),
  ) as IncidentState;
  const moments = { start: current!.start / 1000, onset: current!.onset / 1000 };
  const now = Date.now() / 1000;
  for (const one of [miss, 'absent(up{job="fleet"})', 'ALERTS{alertstate="firing"}']) {
    const asked = await queryRange(prometheus, one, { start: moments.start, end: now, step: 1 });
    const { verdict } = compare(asked, { ...moments, now }, { step: 1, settle: 6 });
    expect(verdict, one).not.toBe('apart');
  }
  // With Docker it may have fired for a moment: what is gone is not down any more.
  const firing = 'ALERTS{alertstate="firing",job="fleet"}';
  expect(await queryNow(prometheus, firing, 5000)).toEqual([]);

  expect((await started.ended).code).toBe(0);
  expect(started.output).toContain('All three instances are back.');
  expect(await until(async () => (await up()) === 3, 60_000)).toBe(true);
}

/** A learner's program as it is at the end of the class. */
function putLastStep(folder: string): void {
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(folder, 'steps/11-metrics-port'), join(folder, 'app'), { recursive: true });
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

  test('that of PRODUCTION.md, beside make native', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no process groups to send Ctrl-C to.');
    const { folder, remove } = makeSandbox('incident-fleet');
    putLastStep(folder);
    const names = ['PORT', 'METRICS_PORT', 'PORT_9090', 'PORT_8021', 'PORT_8022', 'PORT_8023'];
    const ports = await freePorts(names.length);
    const moved = Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`]));
    const env: Record<string, string> = { ...moved, GRAFANA_HOME: folder, STEP: '' };
    const native = startTyped(
      ['node', 'workshop/run.js', 'native', '--with', 'fleet'],
      folder,
      env,
    );
    let started: RunningCommand | undefined;
    onTestFinished(() => {
      started?.signal('SIGKILL');
      native.signal('SIGKILL');
      remove();
    });
    await native.says('Prometheus answers on');
    const prometheus = `http://localhost:${env.PORT_9090}`;
    await solveFleet(folder, env, prometheus, (command) => (started = command));
    expect(existsSync(join(folder, '.workshop/native/gone'))).toBe(false);
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

  test('that of PRODUCTION.md, beside make up', async ({ skip }) => {
    const why = whyNoDocker(docker);
    if (why) skip(why.what);
    if (!hasImage(prometheus) || !hasImage(node)) skip('The images are not here.');
    const stack = await makeStack('incident-fleet');
    putLastStep(stack.folder);
    let started: RunningCommand | undefined;
    const up = startTyped(
      ['node', 'workshop/run.js', 'up', '--with', 'fleet'],
      stack.folder,
      stack.env,
    );
    onTestFinished(async () => {
      started?.signal('SIGKILL');
      up.signal('SIGKILL');
      await stack.run(['npm', 'run', '--silent', 'down', '--', '--volumes']).catch(console.error);
      stack.remove();
    });
    await up.says(stack.at(9090), 180_000);
    await solveFleet(stack.folder, stack.env, stack.at(9090), (command) => (started = command));
  });
});
