import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { createEvents } from '../../workshop/page/events.ts';
import {
  json,
  Refusal,
  servePage,
  type PageRequest,
  type Served,
} from '../../workshop/page/server.ts';
import { send as sendTo } from '../support/http.ts';

const token = 'the token of this start';
const events = createEvents();
const done: unknown[] = [];
let page: Served;

beforeAll(async () => {
  page = await servePage({
    port: 0,
    token,
    events,
    routes: [
      { method: 'GET', path: '/read', handle: ({ query }) => json(Object.fromEntries(query)) },
      { method: 'POST', path: '/do', handle: ({ body }) => json(done.push(body)) },
      { method: 'GET', path: '/wait', handle: waiting },
      {
        method: 'GET',
        path: '/fail',
        handle: () => {
          throw new Error('a secret');
        },
      },
      {
        method: 'GET',
        path: '/refuse',
        handle: () => {
          throw new Refusal(409, 'Not now.');
        },
      },
      { method: 'GET', path: '/files/*', handle: ({ rest }) => json(rest) },
    ],
  });
});
afterAll(() => page.close());

let waits = false;
let aborted = false;
function waiting({ signal }: PageRequest): Promise<never> {
  waits = true;
  return new Promise(() => signal.addEventListener('abort', () => (aborted = true)));
}

const send = (line: string, headers: Record<string, string> = {}, body?: string) =>
  sendTo(page.url.replace('localhost', '127.0.0.1'), line, undefined, {
    headers: { Host: page.url.slice('http://'.length), ...headers },
    ...(body === undefined ? {} : { body }),
  });

const JSON_TYPE = { 'Content-Type': 'application/json' };
const ALLOWED = { ...JSON_TYPE, 'X-Learn-Token': token };

test('it answers this computer alone', async () => {
  const port = Number(new URL(page.url).port);
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address && !address.internal && address.family === 'IPv4');
  for (const { address } of others as { address: string }[]) {
    const reached = await new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: 2000 });
      socket.once('connect', () => resolve(true));
      for (const event of ['error', 'timeout']) socket.once(event, () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
      socket.once('timeout', () => socket.destroy());
    });
    expect(reached, address).toBe(false);
  }
});

test.each(['evil.example', 'localhost', 'localhost:1', 'localhost.evil.example'])(
  'a request for the host "%s" is refused, as after DNS rebinding',
  async (Host) => {
    const { status, body } = await send('GET /read', { Host });
    expect(status).toBe(421);
    expect(body).toContain(page.url);
    expect((await send('POST /do', { ...ALLOWED, Host }, '{}')).status).toBe(421);
    expect(done).toEqual([]);
  },
);

test.each(['http://evil.example', 'null', 'http://localhost:1', 'https://localhost'])(
  'a request from a page of %s is refused, whatever it knows',
  async (Origin) => {
    expect((await send('GET /read', { Origin })).status).toBe(403);
    expect((await send('GET /events', { Origin })).status).toBe(403);
    expect((await send('POST /do', { ...ALLOWED, Origin }, '{}')).status).toBe(403);
    expect(done).toEqual([]);
  },
);

test('the page may ask by both names of this computer', async () => {
  const port = new URL(page.url).port;
  for (const Host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
    const { status, body } = await send('GET /read?a=b', { Host, Origin: `http://${Host}` });
    expect([status, body]).toEqual([200, '{"a":"b"}']);
  }
  const Origin = `http://127.0.0.1:${port}`;
  expect((await send('GET /read', { Origin })).status).toBe(403);
});

test.each([
  ['none', {}],
  ['a wrong one', { 'X-Learn-Token': 'x'.repeat(token.length) }],
  ['a part of it', { 'X-Learn-Token': token.slice(0, -1) }],
  ['that of the address', { Cookie: `token=${token}` }],
])('nothing is changed without the token: %s', async (_, headers) => {
  const { status, body } = await send('POST /do', { ...JSON_TYPE, ...headers }, '{}');
  expect(status).toBe(403);
  expect(body).toContain('reload it');
  expect(done).toEqual([]);
});

test('what brings the token is taken, as JSON, and no more than it needs', async () => {
  expect((await send('POST /do', ALLOWED, '{"a":1}')).body).toBe('1');
  expect(done).toEqual([{ a: 1 }]);
  const form = { 'Content-Type': 'text/plain', 'X-Learn-Token': token };
  expect((await send('POST /do', form, '{}')).status).toBe(415);
  expect((await send('POST /do', ALLOWED, '{')).status).toBe(400);
  const long = JSON.stringify('x'.repeat(200_000));
  const answer = await send('POST /do', ALLOWED, long).catch(({ code }: NodeJS.ErrnoException) => ({
    // It may be cut off before it has read the answer.
    status: ['EPIPE', 'ECONNRESET'].includes(code ?? '') ? 413 : 0,
  }));
  expect(answer.status).toBe(413);
  expect(done).toHaveLength(1);
});

test('each answer forbids code from elsewhere, framing and guessing', async () => {
  for (const line of ['GET /read', 'GET /nowhere', 'POST /do', 'GET /fail']) {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const { headers } = await send(line);
    vi.restoreAllMocks();
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('other paths and methods are told of, and a failure keeps its secrets', async () => {
  expect((await send('GET /nowhere')).status).toBe(404);
  const { status, headers } = await send('DELETE /read', ALLOWED);
  expect([status, headers.allow]).toEqual([405, 'GET']);
  expect((await send('GET /do')).headers.allow).toBe('POST');
  expect(await send('HEAD /read')).toMatchObject({ status: 200, body: '' });
  expect(await send('GET /refuse')).toMatchObject({ status: 409, body: '{"message":"Not now."}' });
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const failed = await send('GET /fail');
  expect(said).toHaveBeenCalledOnce();
  said.mockRestore();
  expect(failed.status).toBe(500);
  expect(failed.body).not.toContain('secret');
});

test.each([
  ['GET /files/../read', '"../read"'],
  ['GET /files/..%2f..%2fpackage.json', '"../../package.json"'],
  ['GET /files/%', undefined],
  ['GET //read', undefined],
  ['GET http://evil.example/read', undefined],
])('%s finds nothing but a text', async (line, body) => {
  const answer = await send(line);
  expect(answer.status).toBe(body ? 200 : 404);
  if (body) expect(answer.body).toBe(body);
});

test('who goes away is waited for no longer', async () => {
  const ended = new AbortController();
  const asked = fetch(`${page.url}/wait`, { signal: ended.signal }).catch(() => 'gone');
  expect(await until(() => waits, 5000)).toBe(true);
  ended.abort();
  expect(await asked).toBe('gone');
  expect(await until(() => aborted, 5000)).toBe(true);
});

test('an open page hears how things are, then what comes, and ends with the server', async () => {
  events.publish('trees', { standing: 1 });
  events.publish('trees', { standing: 2 });
  const answer = await fetch(`${page.url}/events`);
  expect(answer.headers.get('Content-Type')).toBe('text/event-stream');
  let heard = '';
  const reading = (async () => {
    for await (const piece of answer.body!) heard += Buffer.from(piece).toString();
  })();
  events.publish('trees', { standing: 2 });
  events.publish('trees', { standing: 3 });
  expect(await until(() => heard.includes('"standing":3'), 5000)).toBe(true);
  const told = [...heard.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data));
  expect(told).toEqual([2, 3].map((standing) => ({ type: 'trees', data: { standing } })));

  const start = performance.now();
  await page.close();
  await reading;
  expect(performance.now() - start).toBeLessThan(2000);
  await expect(fetch(`${page.url}/read`)).rejects.toThrow();
});
