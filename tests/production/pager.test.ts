import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startProgram,
  until,
  untilListening,
  type ProgramProcess,
} from '../../checks/harness/program.ts';
import { ROOT } from '../../workshop/programs.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 9, 0, seconds)).toISOString();

const alert = (instance: string, status = 'firing', more: object = {}) => ({
  status,
  labels: { alertname: 'TargetDown', job: 'many', instance },
  annotations: {
    summary: `No metrics from ${instance}.`,
    runbook_url: 'http://localhost:8060/runbooks/target-down',
  },
  startsAt: at(0),
  endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : at(30),
  generatorURL: 'http://localhost:9090/',
  fingerprint: instance,
  ...more,
});

/** A message as Alertmanager 0.33 sends it. */
const message = (alerts: object[], more: object = {}) => ({
  receiver: 'pager',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'TargetDown' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://localhost:9093',
  version: '4',
  groupKey: '{}:{alertname="TargetDown"}',
  truncatedAlerts: 0,
  ...more,
});

let pager: ProgramProcess;
let url = '';

beforeAll(async () => {
  pager = startProgram({ entry: join(ROOT, 'production/pager/server.ts'), env: { PORT: '0' } });
  [url = ''] = await untilListening(pager);
  url = url.replace(/\/$/, '');
});
afterAll(() => pager.stop());

const send = (body: unknown) =>
  fetch(`${url}/alerts`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const page = async () => (await fetch(url)).text();

test('it shows a group as one message, tells what fires, and takes it back when it is resolved', async () => {
  expect(await page()).toContain('<p role="status">Nothing is firing.</p>');
  const three = ['a:1', 'b:1', 'c:1'];
  expect((await send(message(three.map((one) => alert(one))))).status).toBe(200);
  const firing = await page();
  expect(firing).toContain('<p role="status">3 alerts are firing.</p>');
  expect(firing.match(/<article/g)).toHaveLength(1);
  expect(firing).toContain('<h2>TargetDown: 3 firing</h2>');
  expect(firing.match(/<li>/g)).toHaveLength(3);
  // Its own runbooks are on its own port, which is not 8060 here.
  const [, runbook = ''] = /<a href="([^"]+)"/.exec(firing) ?? [];
  expect((await fetch(new URL(runbook, url))).status).toBe(200);

  const mixed = [alert('a:1', 'resolved'), alert('b:1'), alert('c:1', 'resolved')];
  await send(message(mixed));
  expect(await page()).toContain('<p role="status">1 alert is firing.</p>');
  await send(message([alert('b:1', 'resolved')], { status: 'resolved' }));
  const over = await page();
  expect(over).toContain('Nothing is firing.');
  // The newest first.
  expect([...over.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
    'TargetDown: 1 resolved',
    'TargetDown: 1 firing, 2 resolved',
    'TargetDown: 3 firing',
  ]);
  const kept = (await (await fetch(`${url}/messages`)).json()) as unknown[];
  expect(kept).toHaveLength(3);
});

test('what a message brings is text, whatever it holds', async () => {
  const evil = '<script>alert("1")</script>';
  const annotations = { summary: evil, runbook_url: 'javascript:alert(1)' };
  const labels = { alertname: evil, [`a"b`]: evil };
  const groupLabels = { alertname: evil };
  await send(
    message([alert('a:1', 'firing', { labels, annotations })], { groupLabels, receiver: evil }),
  );
  const shown = await page();
  expect(shown).not.toContain('<script>alert');
  expect(shown).not.toMatch(/href="javascript/);
  expect(shown).toContain('&#60;script&#62;');
  const { headers } = await fetch(url);
  expect(headers.get('Content-Security-Policy')).toMatch(/script-src 'sha256-/);
});

test.each([
  ['no JSON', '{'],
  ['a list', []],
  ['another version', message([alert('a:1')], { version: '3' })],
  ['no alerts', message([])],
  ['an unknown status', message([alert('a:1')], { status: 'lost' })],
  ['a label that is a number', message([alert('a:1', 'firing', { labels: { x: 1 } })])],
  ['a time that is none', message([alert('a:1', 'firing', { startsAt: 'soon' })])],
  ['no receiver', message([alert('a:1')], { receiver: undefined })],
])('%s is refused, and says why', async (_, body) => {
  const before = (await (await fetch(`${url}/messages`)).json()) as unknown[];
  const answer = await send(body);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toMatch(/^\S.+\.\n$/);
  expect(await (await fetch(`${url}/messages`)).json()).toHaveLength(before.length);
});

test('too much is refused, and other pages and methods are told of', async () => {
  const status = await new Promise((resolve) => {
    const sent = request(`${url}/alerts`, { method: 'POST' }, ({ statusCode }) =>
      resolve(statusCode),
    );
    sent.on('error', () => {});
    sent.end('x'.repeat(1_100_000));
  });
  expect(status).toBe(413);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  expect((await fetch(`${url}/alerts`)).headers.get('Allow')).toBe('POST');
  expect(await (await fetch(`${url}/runbooks/target-down`)).text()).toMatch(/^# TargetDown\n/);
  const unwritten = await fetch(`${url}/runbooks/unwritten`);
  expect(unwritten.status).toBe(404);
  expect(await unwritten.text()).toContain('Write it: production/runbooks/unwritten.md');
  expect((await fetch(`${url}/runbooks/..%2f..%2fREADME`)).status).toBe(404);
});

test('a browser hears of a message at once, and does not hold up the end', async () => {
  const answer = await fetch(`${url}/changes`);
  let heard = '';
  const read = (async () => {
    for await (const piece of answer.body!) heard += Buffer.from(piece).toString();
  })();
  await send(message([alert('d:1')]));
  expect(await until(() => heard.includes('data: new'), 5000)).toBe(true);
  const start = performance.now();
  await pager.stop();
  await read;
  expect(pager.exit?.code).toBe(0);
  expect(performance.now() - start).toBeLessThan(3000);
});
