import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../workshop/board/metrics.ts';
import { readChapters, readNames } from '../../workshop/board/names.ts';
import { Room } from '../../workshop/board/room.ts';
import { ROOT, stepNames } from '../../workshop/programs.ts';
import { metricNames, type Dashboard } from './dashboards.ts';

const { panels } = JSON.parse(
  readFileSync(join(ROOT, 'grafana/class/class.json'), 'utf8'),
) as Dashboard;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

test('every metric of the board Class is one that the exporter has', async () => {
  const names = await readNames();
  const { registry } = createMetrics(new Room(stepNames()), await readChapters(), names.hints);
  const own = registry.getMetricsAsArray().map(({ name }) => name);
  for (const { title, expr } of queries) {
    for (const name of metricNames(expr)) {
      if (name === 'scrape_samples_scraped') continue;
      expect(own, title).toContain(name.replace(/_bucket$/, ''));
    }
  }
});

test('its panels say what they show and what they wait for, and stand beside each other', () => {
  const titles = panels.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  for (const [index, { title, description, gridPos: a, type, fieldConfig }] of panels.entries()) {
    expect(description, title).toMatch(/^[A-Z].{20,}\.$/);
    expect(a.x + a.w, title).toBeLessThanOrEqual(24);
    for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      expect(apart, `${title} and ${other}`).toBe(true);
    }
    if (type === 'alertlist') continue;
    expect(fieldConfig!.defaults.unit, title).toBeTruthy();
    expect(fieldConfig!.defaults.noValue, title).toBeTruthy();
  }
});

test('it never shows who: no query keeps more than chapters, hints and outcomes', () => {
  const labels = queries.flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(', ')),
  );
  const allowed = ['about', 'name', 'says', 'chapter', 'le', 'ask', 'incident', 'outcome'];
  for (const label of labels) expect(allowed).toContain(label);
});
