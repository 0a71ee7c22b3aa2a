import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../checks/queries/promtool.ts';
import { ROOT } from '../../workshop/programs.ts';
import { metricNames, type Dashboard } from '../stack/dashboards.ts';
import { promtoolOrSkip } from '../support/promtool.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const board = JSON.parse(read('production/dashboards/error-budget.json')) as Dashboard;
const rules = {
  class: read('production/rules/budget.yaml'),
  work: read('production/at-work/budget.yaml'),
};

/** The pairs of a long and a short window, with their factor and what may fail, in a file's alerts. */
function pairsOf(text: string) {
  const name = 'job:treecounter_failures_per_requests:ratio_rate';
  const pair = new RegExp(
    `${name}(\\w+) > ([\\d.]+) \\* ([\\d.]+)\\s+and ${name}(\\w+) > ([\\d.]+) \\* ([\\d.]+)`,
    'g',
  );
  return [...text.matchAll(pair)].map(([, long, factor, may, short, ...same]) => {
    expect(same).toEqual([factor, may]);
    return { long, short, factor: Number(factor), may: Number(may) };
  });
}

describe('the rules of the budget', () => {
  test('have the windows and factors that the text has', () => {
    expect(pairsOf(rules.class)).toEqual([
      { long: '1m', short: '20s', factor: 3, may: 0.2 },
      { long: '6m', short: '2m', factor: 1.5, may: 0.2 },
    ]);
    expect(pairsOf(rules.work)).toEqual([
      { long: '1h', short: '5m', factor: 14.4, may: 0.005 },
      { long: '6h', short: '30m', factor: 6, may: 0.005 },
      { long: '1d', short: '2h', factor: 3, may: 0.005 },
      { long: '3d', short: '6h', factor: 1, may: 0.005 },
    ]);
  });

  test.each(Object.entries(rules))('record over the window that the name says: %s', (_, text) => {
    const records = text.split('- record: ').slice(1);
    expect(records.length).toBeGreaterThan(3);
    for (const record of records) {
      const [, window] = /^\S+:ratio_rate(\w+)\n/.exec(record)!;
      const asked = [...record.split('- alert: ')[0]!.matchAll(/\[(\w+)\]/g)].map(([, one]) => one);
      expect(asked).toEqual([window, window]);
    }
  });
});

describe('the board of the budget', () => {
  const { panels } = board;
  const targets = panels.flatMap((panel) => panel.targets ?? []);

  test('can be imported into the Grafana of the stack, and read', () => {
    expect(board.uid).toBe('error-budget');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { datasource, description, fieldConfig, gridPos } of panels) {
      expect(datasource).toEqual({ type: 'prometheus', uid: 'prometheus' });
      expect(description).toMatch(/^[A-Z].{20,}\.$/);
      expect(['percentunit', 'none']).toContain(fieldConfig!.defaults.unit);
      expect(fieldConfig!.defaults.noValue).toMatch(/^Waits for step \d\d and for traffic/);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
    for (const { legendFormat } of targets) expect(legendFormat).toBeTruthy();
  });

  test('asks for what is recorded, or counted by the program', () => {
    const recorded = [...rules.class.matchAll(/- record: (\S+)/g)].map(([, name]) => name!);
    for (const { expr } of targets) {
      for (const name of metricNames(expr)) expect(['requests_total', ...recorded]).toContain(name);
    }
    for (const name of recorded)
      expect(targets.some(({ expr }) => expr.includes(`${name}{`))).toBe(true);
  });

  test('shows what is left: a quarter when 15 of 100 fail as usual, nothing at 20', async (context) => {
    const promtool = promtoolOrSkip(context);
    const query = targets[0]!.expr;
    const visits = (status: number) =>
      `requests_total{job="app",endpoint="/treecounter",status="${status}"}`;
    const history = {
      everySeconds: 30,
      series: { [visits(200)]: '0+85x240 20475+75x240', [visits(503)]: '0+15x240 3625+25x240' },
    };
    const [results] = await evaluate(promtool, history, [query], [7200, 9000, 14_400]);
    const values = results!.map(({ rows }) => Math.round(rows![0]!.value * 100) / 100 + 0);
    expect(values).toEqual([0.25, 0, -0.25]);
  });
});
