import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, stepNames } from '../../workshop/programs.ts';
import { APART, runStep } from '../support/steps.ts';
import {
  metricNames,
  promisedStep,
  queryPanels,
  readDashboards,
  type Color,
} from './dashboards.ts';

const boards = readDashboards();
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** What prom-client exports on Linux alone. */
const LINUX_ONLY = [
  'process_virtual_memory_bytes',
  'process_heap_bytes',
  'process_open_fds',
  'process_max_fds',
];

/** What the program answers. */
const STATUSES = ['200', '201', '400', '404', '405', '409', '500', '503'];

const TYPES = [
  'row',
  'text',
  'stat',
  'bargauge',
  'alertlist',
  'timeseries',
  'heatmap',
  'table',
  'state-timeline',
];

/**
 * Of Grafana's units those that need no explanation: `cps` shows as c/s, `currencyEUR` as €3.04K. Only
 * `locale` separates thousands.
 */
const UNITS = ['none', 'bytes', 's', 'percentunit', 'reqps', 'locale', 'currencyEUR'];

describe('the names of metrics in a query', () => {
  test.each([
    ['up{job!="prometheus"}', ['up']],
    ['60 * sum(rate(donated_euros_total[$__rate_interval]))', ['donated_euros_total']],
    ['sum by (le) (rate(a_bucket{le=~"0.3|b"}[1m])) / scalar(sum(c))', ['a_bucket', 'c']],
    [
      'histogram_quantile(0.95, sum by (le) (job:a:rate1m)) and on (x) b > 1e3',
      ['job:a:rate1m', 'b'],
    ],
  ])('%s', (expr, names) => {
    expect(metricNames(expr)).toEqual(names);
  });
});

test('there are three dashboards, each in the file of its uid', () => {
  expect(boards.map(({ uid }) => uid).toSorted()).toEqual([
    'nodejs-process',
    'prometheus',
    'tree-counter',
  ]);
  for (const { uid, file } of boards) expect(file).toBe(`${uid}.json`);
});

describe.each(boards)('dashboard $uid', ({ uid, panels }) => {
  test('numbers each panel once, and gives each a title of its own', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(Number.isInteger(id) && id > 0, `${id}`).toBe(true);
    const titles = panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('uses only the kinds of panels that every Grafana has', () => {
    for (const { type } of panels) expect(TYPES).toContain(type);
  });

  test('says per second and per minute, not a second', () => {
    for (const { title, description = '', options } of panels) {
      const words = [title, description, options?.content ?? ''].join(' ');
      expect(words, title).not.toMatch(/(?:[Rr]equests|[Ss]amples|scrapes|euros|registry) an? \w/);
    }
  });

  test('keeps its panels within 24 columns, none over another', () => {
    for (const [index, { title, gridPos: a }] of panels.entries()) {
      expect(a.x + a.w, title).toBeLessThanOrEqual(24);
      for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart, `${title} and ${other}`).toBe(true);
      }
    }
  });

  test('places its panels in reading order', () => {
    const places = panels.map(({ gridPos: { x, y } }) => y * 24 + x);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test.each(queryPanels().filter(({ board }) => board === uid))(
    'panel $panel.title can be read',
    ({ panel, targets }) => {
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: 'prometheus' });
      expect(panel.description).toMatch(/^[A-Z].{20,}\.$/);
      expect(promisedStep(panel)).toBeGreaterThan(0);
      const { unit, min, max, custom, thresholds } = panel.fieldConfig!.defaults;
      if (panel.type !== 'table') {
        expect(unit).toBeTruthy();
        for (const { legendFormat } of targets) expect(legendFormat).toBeTruthy();
      }
      if (unit) expect(UNITS).toContain(unit);
      if (panel.type === 'bargauge') {
        expect(min).toBe(0);
        // Else a grey block fills the panel that waits for its step.
        expect(panel.options?.showUnfilled).toBe(false);
      }
      if (panel.type === 'stat' || panel.type === 'bargauge') {
        // Grafana's own thresholds turn everything above 80 red.
        expect(thresholds?.steps.map(({ value }) => value)).toEqual([null]);
        // Else the step that it waits for fills the panel.
        if (promisedStep(panel) > 1) expect(panel.options?.text?.valueSize).toBeLessThan(60);
      }
      if (panel.type === 'timeseries') {
        expect(min).toBe(0);
        // A line that stays at 0 would have an axis up to 10,000 %.
        if (unit === 'percentunit') expect(max ?? custom?.axisSoftMax).toBeGreaterThan(0);
        // Wide panels would show points where narrow ones show none.
        expect(custom?.showPoints).toBe('never');
      }
      // This kind has no `noValue`: it says "No data", and its title what it waits for.
      if (panel.type === 'heatmap') expect(panel.title).toMatch(/ \(from step 06 on\)$/);
      if (panel.type === 'state-timeline') {
        // Without it, a timeline without data says that it lacks a time field.
        expect(panel.transformations).toEqual([
          { id: 'prepareTimeSeries', options: { format: 'multi' } },
        ]);
        // A word in a band would be true of its own time only.
        expect(panel.options?.showValue).toBe('never');
      }
      const refIds = targets.map(({ refId }) => refId);
      expect(new Set(refIds).size).toBe(refIds.length);
      const legends = targets.map(({ legendFormat }) => legendFormat);
      expect(new Set(legends).size).toBe(legends.length);
    },
  );
});

describe.each(queryPanels())('panel $panel.title', ({ board, targets }) => {
  test.each(targets)('asks $expr', ({ expr }) => {
    const about = board === 'prometheus' ? 'job="prometheus"' : 'job="app"';
    const asked = selectorsOf(expr);
    expect(asked.length).toBeGreaterThan(0);
    for (const { name, selector } of asked) {
      // Of a second program's target, too; and what no other program has.
      if (name === 'up' || /^(scrape|prometheus)_/.test(name)) continue;
      expect(selector, name).toContain(about);
    }
    // Four scrapes, so that a lost one leaves enough of them.
    for (const [, range] of expr.matchAll(/\[(.+?)\]/g)) {
      expect(['$__rate_interval', '1m', '2m']).toContain(range);
    }
  });
});

/** The metrics in a query, each time that they stand there, with their selector, such as `{job="app"}`. */
function selectorsOf(expr: string): { name: string; selector: string }[] {
  const asked = expr.replace(/\bby \([^)]*\)/g, ' ');
  return metricNames(expr).flatMap((name) =>
    [...asked.matchAll(new RegExp(`(?<![\\w:"])${name}(?![\\w:])(\\{[^}]*\\})?`, 'g'))].map(
      ([, selector = '']) => ({ name, selector }),
    ),
  );
}

describe('the dashboard Tree counter', () => {
  const { panels } = boards.find(({ uid }) => uid === 'tree-counter')!;
  const rows = panels.filter(({ type }) => type === 'row');

  test('has a row for each step, in their order', () => {
    const numbers = rows.map(({ title }) => title.slice(0, 2));
    expect(numbers).toEqual(stepNames().map((name) => name.slice(0, 2)));
    for (const [index, name] of stepNames().entries()) {
      const slug = rows[index]!.title.toLowerCase().replace(' and ', ' ').replaceAll(' ', '-');
      expect(name.replace('-and-', '-')).toBe(slug);
    }
  });

  test('has panels in a row that its step lights up, and none that waits for a later one', () => {
    for (const [index, row] of rows.entries()) {
      const start = panels.indexOf(row);
      const end = rows[index + 1] ? panels.indexOf(rows[index + 1]!) : panels.length;
      const steps = panels
        .slice(start + 1, end)
        .flatMap((panel) => (panel.targets ? [promisedStep(panel)] : []));
      const step = index + 1;
      expect(end - start, row.title).toBeGreaterThan(1);
      // The step that moves the metrics to another port adds none.
      if (!APART.includes(stepNames()[index]!)) expect(Math.max(...steps), row.title).toBe(step);
    }
  });

  test('paints failures red, the visitors’ mistakes yellow, and what went well green', () => {
    const byStatus = panels.find(({ title }) => title === 'Requests per second by status')!;
    const colours = byStatus.fieldConfig!.overrides.map(({ matcher, properties }) => {
      expect(matcher.id).toBe('byName');
      const [color] = properties.map(({ value }) => value as Color);
      return [matcher.options, color!.fixedColor] as const;
    });
    // Each status that a route can answer has a shade of its own.
    expect(colours.map(([status]) => status)).toEqual(STATUSES);
    expect(new Set(colours.map(([, color]) => color)).size).toBe(STATUSES.length);
    const hue = { 2: /green$/, 4: /yellow$/, 5: /red$/ };
    for (const [status, color] of colours) {
      expect(color, status).toMatch(hue[status[0] as unknown as keyof typeof hue]);
    }
    const failures = panels.filter(({ title }) => /fail|Exceptions/.test(title));
    expect(failures).toHaveLength(3);
    for (const { title, fieldConfig } of failures) {
      expect(fieldConfig!.defaults.color, title).toEqual({ mode: 'fixed', fixedColor: 'red' });
    }
  });

  test('says in the description of each panel what the empty panel says', () => {
    for (const panel of panels) {
      if (!panel.targets) continue;
      const step = `${promisedStep(panel)}`.padStart(2, '0');
      expect(panel.description).toMatch(new RegExp(`^From step ${step} on\\. `));
    }
  });
});

describe('every metric of a panel exists in the step that the panel waits for', () => {
  const panels = queryPanels().map(({ panel, targets }) => ({
    title: panel.title,
    step: promisedStep(panel),
    // Those that Prometheus makes itself are asked of a real one, by `make e2e`.
    names: targets
      .flatMap(({ expr }) => metricNames(expr))
      .filter((name) => !/^(up$|scrape_|prometheus_)/.test(name)),
  }));
  const steps = [...new Set(panels.map(({ step }) => step))].filter((step) => step > 1);

  test.each(steps.toSorted((a, b) => a - b))('step %i', async (step) => {
    const program = await runStep(stepNames()[step - 1]!);
    const known = (await program.scrape()).flatMap(({ name, type }) =>
      type === 'histogram' || type === 'summary'
        ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
        : [name],
    );
    for (const { title, names } of panels.filter((panel) => panel.step === step)) {
      for (const name of names) expect(known, `${title}: ${name}`).toContain(name);
    }
  });

  test('on every system, not only on Linux', () => {
    const names = panels.flatMap(({ names }) => names);
    expect(names.filter((name) => LINUX_ONLY.includes(name))).toEqual([]);
  });
});

test('Grafana finds every folder that it asks for', () => {
  for (const name of ['dashboards', 'datasources', 'plugins', 'alerting']) {
    expect(readdirSync(join(ROOT, 'grafana/provisioning', name)), name).toHaveLength(1);
  }
});

describe('the data source', () => {
  const source = read('grafana/provisioning/datasources/prometheus.yaml');

  test('has the uid that the dashboards name', () => {
    expect(source).toMatch(/^ {4}uid: prometheus$/m);
  });

  test('knows the interval of the scrapes', () => {
    const [, interval] = /scrape_interval: (\d+s)/.exec(read('prometheus.yaml'))!;
    expect(source).toMatch(new RegExp(`^ {6}timeInterval: ${interval}$`, 'm'));
  });
});

describe('alerts.yaml', () => {
  const alerts = read('alerts.yaml').split('- alert: ').slice(1);

  test('each alert has a summary and a place to read more', () => {
    expect(alerts).toHaveLength(4);
    for (const alert of alerts) {
      expect(alert).toMatch(/^ {10}summary: .{30,}$/m);
      expect(alert).toMatch(/^ {10}learn_more: WORKSHOP\.md#alert-[a-z0-9-]+$/m);
    }
  });

  test('each of these places is there', () => {
    const anchors = [...read('WORKSHOP.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const alert of alerts) {
      const [, anchor] = /WORKSHOP\.md#(\S+)/.exec(alert)!;
      expect(anchors).toContain(anchor);
    }
  });
});
