import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { ROOT } from '../workshop/programs.ts';
import { startStep } from './program.ts';
import { freePort, needsPrometheus, startPrometheus, type Alert } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

/** Within this time an alert that a class provokes is there, and gone again, in milliseconds. */
const LIMIT_MS = 90_000;

/** Longer than the window of the rules and the `for` of the alerts together, in milliseconds. */
const CALM_MS = 80_000;

/** What to type to provoke each alert, as it stands above it in alerts.yaml. */
const provocations = readFileSync(join(ROOT, 'alerts.yaml'), 'utf8')
  .split('# Provoke it')
  .slice(1)
  .map((text) => {
    const alert = /- alert: (\w+)/.exec(text)![1]!;
    const [, step, settings] =
      /^, from step (\d+) on: make up((?: [A-Z_]+=[\d.]*\d)+)/.exec(text) ?? [];
    const pairs = (settings ?? '').trim().split(' ').filter(Boolean);
    const env: Record<string, string> = Object.fromEntries(pairs.map((pair) => pair.split('=')));
    return {
      alert,
      step: Number(step ?? 2),
      env,
      command: step ? `STEP=${step}${settings}` : 'stop',
    };
  });

beforeEach(needsPrometheus);

test('each alert says how to provoke it', () => {
  expect(provocations.map(({ alert }) => alert)).toEqual([
    'TargetDown',
    'TooMany503s',
    'SlowAnswers',
    'NotRunning',
  ]);
});

describe.concurrent('fires within 90 s and ends within 90 s', () => {
  test.each(provocations)('$alert, by $command', async ({ alert, step, env, command }) => {
    const port = await freePort();
    let program = await startStep(step, { port });
    const prometheus = await startPrometheus(program.target);
    const stopTraffic = startTraffic(program.url);
    const find = async (): Promise<Alert | undefined> =>
      (await prometheus.alerts()).find(({ labels }) => labels.alertname === alert);
    try {
      const isUp = async () => (await prometheus.query('up{job="app"} == 1')).length > 0;
      expect(await until(isUp, 30_000)).toBe(true);
      // Until its first scrape, the program is absent.
      expect(await until(async () => (await prometheus.alerts()).length === 0, 30_000)).toBe(true);

      await program.process.stop();
      if (command !== 'stop') program = await startStep(step, { port, env });
      const fires = await secondsUntil(async () => (await find())?.state === 'firing', 'fires');
      const { summary, learn_more } = (await find())!.annotations;
      expect(summary).toMatch(/^(?!.*(no value|\{\{|NaN|Inf)).{30,}\.$/);
      expect(learn_more).toContain('WORKSHOP.md#alert-');

      await program.process.stop();
      program = await startStep(step, { port });
      const ends = await secondsUntil(async () => (await find()) === undefined, 'ends');
      console.log(`${alert} fires after ${fires} s and ends after ${ends} s: ${summary}`);
    } finally {
      await stopTraffic();
      await Promise.all([prometheus.stop(), program.process.stop()]);
    }
  });
});

describe.concurrent('nothing fires under load with the defaults', () => {
  test.each([2, 3, 4, 6, 9, 11])('step %i', async (step) => {
    const program = await startStep(step);
    const prometheus = await startPrometheus(program.target);
    const stopTraffic = startTraffic(program.url);
    try {
      let firing: Alert[] = [];
      const fires = async () => {
        firing = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
        return firing.length > 0;
      };
      await until(fires, CALM_MS);
      expect(firing).toEqual([]);
      const asked = await prometheus.query('min_over_time(up{job="app"}[1m]) == 1');
      expect(asked).toHaveLength(1);
    } finally {
      await stopTraffic();
      await Promise.all([prometheus.stop(), program.process.stop()]);
    }
  });
});

async function secondsUntil(condition: () => Promise<boolean>, what: string): Promise<number> {
  const start = Date.now();
  expect(await until(condition, LIMIT_MS), what).toBe(true);
  return Math.round((Date.now() - start) / 1000);
}
