import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ROOT, stepNames } from '../workshop/programs.ts';
import { startStep } from './program.ts';
import { needsPrometheus, promtool } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

beforeEach(needsPrometheus);

const CONFIGS = [
  'prometheus.yaml',
  'production/prometheus.yaml',
  'production/end/prometheus.yaml',
  'production/central.yaml',
  'production/end/central.yaml',
];

test.each(CONFIGS)('promtool takes %s', (file) => {
  const { status, text } = promtool(['check', 'config', '--lint=all', file]);
  expect(status, text).toBe(0);
});

test('promtool takes alerts.yaml, and the rules of the second half-day', () => {
  const more = ['production/rules', 'production/at-work'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  const { status, text } = promtool(['check', 'rules', '--lint=all', 'alerts.yaml', ...more]);
  expect(status, text).toBe(0);
});

test.each(readdirSync(join(ROOT, 'tests/promtool')))('the rules pass %s', (file) => {
  const { status, text } = promtool(['test', 'rules', `tests/promtool/${file}`]);
  expect(status, text).toBe(0);
});

describe('promtool finds nothing in the metrics of', () => {
  test.concurrent.each(stepNames().slice(1))('%s', async (name) => {
    const { process, url, target } = await startStep(Number(name.slice(0, 2)));
    const stop = startTraffic(url);
    try {
      // So that the series that come with a first request are there, too.
      await fetch(`${url}/treecounter`);
      const metrics = await (await fetch(`http://${target}/metrics`)).text();
      const { text } = promtool(['check', 'metrics'], metrics);
      const findings = text.split('\n').filter((line) => line && !ofPromClient.test(line));
      expect(metrics).toContain('nodejs_version_info');
      expect(findings).toEqual([]);
    } finally {
      await stop();
      await process.stop();
    }
  });

  /** prom-client calls three gauges of its own _total. */
  const ofPromClient = /^nodejs_active_(handles|resources|requests)_total non-counter/;
});
