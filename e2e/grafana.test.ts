import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { until } from '../checks/harness/program.ts';
import {
  promisedStep,
  queryPanels,
  readDashboards,
  type Panel,
  type Target,
} from '../tests/stack/dashboards.ts';
import { findStep } from '../workshop/programs.ts';
import { ask as runDocker, findDocker, hasImage, images } from '../workshop/stack/docker.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeStack, type Stack } from './stack.ts';
import { startTraffic } from './traffic.ts';

/*
 * Against a stack of its own, where Grafana's image is here, or a Grafana that runs already:
 *   GRAFANA_URL  where it answers, such as http://localhost:3000
 *   STEP         which step runs; by default what the metrics tell
 *   APP_URL      where visitors go; by default port 8000 or 8001 of this computer
 */
const { GRAFANA_URL = '', STEP } = process.env;
let { APP_URL } = process.env;
let grafana = GRAFANA_URL.replace(/\/$/, '');

let stack: Stack | undefined;
beforeAll(async () => {
  if (grafana || !findDocker().engine || !hasImage(images().grafana)) return;
  stack = await makeStack('grafana');
  const up = startTyped(['node', 'workshop/run.js', 'up', '11'], stack.folder, stack.env);
  // All that it prints comes once all of it answers.
  await up.says(stack.at(3000), 240_000);
  up.signal('SIGINT');
  await up.ended;
  grafana = stack.at(3000);
  APP_URL = stack.at(8000);
}, 300_000);
afterAll(async () => {
  if (!stack) return;
  await stack.run(['node', 'workshop/run.js', 'down', '--volumes']).catch(console.error);
  stack.remove();
}, 60_000);

/** Queries look back over this time. What an earlier step left behind lies further back, soon. */
const WINDOW_MS = 60_000;

const ADMIN = { Authorization: `Basic ${btoa('workshop:workshop')}` };

beforeEach(({ skip }: TestContext) => {
  if (!grafana)
    skip('GRAFANA_URL is not set: type make up, then GRAFANA_URL=http://localhost:3000 make e2e');
});

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: any }> {
  const response = await fetch(grafana + path, { headers });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

test('it is healthy', async () => {
  const { status, body } = await get('/api/health');
  expect(status).toBe(200);
  expect(body.database).toBe('ok');
});

test('workshop logs in with the password workshop and is the admin', async () => {
  const response = await fetch(`${grafana}/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'workshop', password: 'workshop' }),
  });
  expect(response.status, await response.text()).toBe(200);
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const { status, body } = await get('/api/user', { Cookie: cookies.join('; ') });
  expect(status).toBe(200);
  expect(body).toMatchObject({ login: 'workshop', isGrafanaAdmin: true });
});

test('a visitor without log-in is no admin', async () => {
  const { status } = await get('/api/admin/settings');
  expect([401, 403]).toContain(status);
});

test('the data source is there and healthy', async () => {
  const source = await get('/api/datasources/uid/prometheus', ADMIN);
  expect(source.status).toBe(200);
  expect(source.body).toMatchObject({ type: 'prometheus', isDefault: true });
  expect(source.body.url).toMatch(/^http:\/\/[\w.-]+:\d+$/);
  expect(source.body.jsonData).toMatchObject({ httpMethod: 'POST', timeInterval: '5s' });
  const health = await get('/api/datasources/uid/prometheus/health', ADMIN);
  expect(health.status, JSON.stringify(health.body)).toBe(200);
  expect(health.body.status).toBe('OK');
});

test('the home page is Tree counter, without log-in', async ({ skip }) => {
  const { status, body } = await get('/api/dashboards/home');
  // Grafana means to give up this address; the setting behind it stays.
  if (status === 404) skip('This Grafana does not tell its home page: open GRAFANA_URL and look.');
  expect(status).toBe(200);
  expect((body.dashboard ?? body.spec).title).toBe('Tree counter');
});

test.each(readDashboards())(
  'dashboard $uid is there, without log-in',
  async ({ uid, title, panels, file }) => {
    const { status, body } = await get(`/api/dashboards/uid/${uid}`);
    expect(status).toBe(200);
    // `meta.provisioned` is false by Grafana's own rule where allowUiUpdates lets people save.
    expect(body.meta.provisionedExternalId).toBe(file);
    expect(body.dashboard.title).toBe(title);
    expect(titlesOf(body.dashboard.panels)).toEqual(titlesOf(panels));
  },
);

function titlesOf(panels: readonly Panel[]): string[] {
  return panels.map(({ title }) => title);
}

test('a visitor without log-in saves a dashboard and deletes it', async () => {
  const uid = `e2e-${process.pid}`;
  const dashboard = { uid, title: `Saved by ${uid}`, schemaVersion: 41, panels: [] };
  const saved = await send('POST', '/api/dashboards/db', { dashboard, overwrite: true });
  expect(saved.status, saved.text).toBe(200);
  const deleted = await send('DELETE', `/api/dashboards/uid/${uid}`);
  expect(deleted.status, deleted.text).toBe(200);
  expect((await get(`/api/dashboards/uid/${uid}`)).status).toBe(404);
});

async function send(method: string, path: string, body?: object) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(grafana + path, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

test('its log has no error that this repository could have spared it', ({ skip }) => {
  if (!stack) return skip('The log of a Grafana that runs elsewhere is not at hand.');
  const { text, errors } = runDocker('docker', ['logs', stack.container('grafana')]);
  const lines = `${text}\n${errors}`.split('\n').filter((line) => / level=error /.test(line));
  expect(lines).toEqual([]);
});

test("Prometheus' own alerts reach Grafana, without log-in", async () => {
  const { status, body } = await get('/api/prometheus/prometheus/api/v1/rules');
  expect(status).toBe(200);
  const groups: { rules: { name: string }[] }[] = body.data.groups;
  const names = groups.flatMap(({ rules }) => rules.map(({ name }) => name));
  expect(names).toEqual(
    expect.arrayContaining(['TargetDown', 'TooMany503s', 'SlowAnswers', 'NotRunning']),
  );
});

describe('each panel has the data that it promises', () => {
  test('in the step that runs, without log-in', async () => {
    const url = await findProgram();
    const stopTraffic = url ? startTraffic(url, 10) : undefined;
    try {
      let problems: string[] = [];
      let step = 0;
      await until(async () => {
        step = STEP ? parseInt(findStep(STEP)) : await stepByMetrics();
        const checked = queryPanels().map(async ({ board, panel, targets }) => {
          const found = await Promise.all(
            targets.map((target) => judge(target, step >= promisedStep(panel))),
          );
          return found.flat().map((why) => `${board}: ${panel.title}: ${why}`);
        });
        problems = (await Promise.all(checked)).flat();
        return step > 0 && problems.length === 0;
      }, 120_000);
      const from = url ? `visitors at ${url}` : 'no program found to visit: set APP_URL';
      expect(problems, `step ${step}, ${from}`).toEqual([]);
      expect(step, 'Prometheus has metrics of the program').toBeGreaterThan(0);
    } finally {
      await stopTraffic?.();
    }
  });
});

/** Where visitors of the program go: not the port that has its metrics alone. */
async function findProgram(): Promise<string | undefined> {
  if (APP_URL) return APP_URL.replace(/\/$/, '');
  for (const url of ['http://localhost:8000', 'http://localhost:8001']) {
    try {
      const home = await fetch(url);
      if (home.ok && (await home.text()).includes('tree')) return url;
    } catch {
      // Nobody listens there.
    }
  }
  return undefined;
}

/** What only the program of a step and of later ones exposes. Step 11 exposes what 10 does. */
const SIGNS: readonly [number, string][] = [
  [10, 'registry_exceptions_total'],
  [9, 'application_info'],
  [8, 'request_processing_seconds_count'],
  [7, 'request_duration_seconds_bucket{le="0.3"}'],
  [6, 'request_duration_seconds_count'],
  [5, 'trees_standing'],
  [4, 'requests_total{status!=""}'],
  [3, 'requests_total'],
  [2, 'nodejs_version_info'],
];

/** The step that runs; 0 while nothing tells. */
async function stepByMetrics(): Promise<number> {
  for (const [step, expr] of SIGNS) {
    const { frames = [] } = await ask({ refId: 'A', expr, instant: true });
    if (frames.some(hasRows)) return step;
  }
  // Step 01 has no metrics, and so is down: else Prometheus has yet to ask.
  const { frames = [] } = await ask({ refId: 'A', expr: 'up{job="app"} == 0', instant: true });
  return frames.some(hasRows) ? 1 : 0;
}

/** A table of an answer: https://grafana.com/developers/plugin-tools/key-concepts/data-frames */
interface Frame {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] };
  readonly data: { readonly values: readonly (readonly unknown[])[] };
}

/** Asks one query of a panel, as a browser does. */
async function ask(target: Target): Promise<{ frames?: Frame[]; error?: string }> {
  const now = Date.now();
  const query = {
    ...target,
    datasource: { type: 'prometheus', uid: 'prometheus' },
    format: target.format ?? 'time_series',
    instant: target.instant ?? false,
    range: !target.instant,
    intervalMs: 5000,
    maxDataPoints: 500,
  };
  const response = await fetch(`${grafana}/api/ds/query`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: `${now - WINDOW_MS}`, to: `${now}`, queries: [query] }),
  });
  const text = await response.text();
  try {
    return JSON.parse(text).results[target.refId];
  } catch {
    return { error: `${response.status} ${text.slice(0, 300)}` };
  }
}

async function judge(target: Target, promised: boolean): Promise<string[]> {
  const { error, frames = [] } = await ask(target);
  if (error) return [`${target.refId}: ${error}`];
  const full = frames.filter(hasRows);
  if (!promised) return full.length > 0 ? [`${target.refId} has data`] : [];
  if (full.length === 0) return [`${target.refId} has no data`];
  // NaN and infinities come as null. A line may begin with a gap; its latest value is what counts.
  return full.flatMap(({ schema, data }) =>
    schema.fields.flatMap(({ name, type }, index) => {
      const latest = data.values[index]?.at(-1);
      return type === 'number' && !Number.isFinite(latest)
        ? [`${target.refId}: ${name} is ${latest}`]
        : [];
    }),
  );
}

function hasRows({ data }: Frame): boolean {
  return (data.values[0]?.length ?? 0) > 0;
}
