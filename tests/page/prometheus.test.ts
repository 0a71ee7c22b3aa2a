import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { prometheusPart } from '../../workshop/page/prometheus.ts';
import type { GraphAnswer, Refused, TableAnswer } from '../../workshop/page/said.ts';
import { serve } from '../support/archive.ts';
import { serveParts } from '../support/page.ts';

/** The page before something that stands in Prometheus' place, and what that was asked. */
async function pageBefore(listener: RequestListener, withinMs = 10_000) {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  const ports = { program: 1, visitors: 1, prometheus: Number(new URL(url).port) };
  const page = await serveParts(prometheusPart({ ports }, { withinMs, mostBytes: 1_000_000 }));
  return { ...page, asked };
}

const says = (data: unknown): RequestListener => {
  return (_, response) => {
    response.setHeader('Set-Cookie', 'a=b');
    response.setHeader('X-Theirs', 'c');
    response.end(JSON.stringify({ status: 'success', data }));
  };
};

const vector = (...values: string[]) => ({
  resultType: 'vector',
  result: values.map((value, at) => ({
    metric: { __name__: 'up', job: `a"${at}` },
    value: [1, value],
  })),
});

test('a query is asked by parameters of the page alone, and nothing of the answer but its data comes back', async () => {
  const { get, asked } = await pageBefore(says(vector('1', 'NaN', '+Inf', '0.12345678')));
  const query = 'up{a="é"}[5m] &timeout=9h#';
  const { status, headers, body } = await get<TableAnswer>(
    `/prometheus/query?query=${encodeURIComponent(query)}&timeout=99h&time=1&match[]=x&x=../../y`,
  );
  expect(status).toBe(200);
  expect(body).toEqual({
    rows: [
      ['up{job="a\\"0"}', '1'],
      ['up{job="a\\"1"}', 'NaN'],
      ['up{job="a\\"2"}', 'Inf'],
      ['up{job="a\\"3"}', '0.123457'],
    ],
    more: 0,
  });
  expect([headers.get('set-cookie'), headers.get('x-theirs')]).toEqual([null, null]);
  const [, path, search] = /^GET (.*)\?(.*)$/.exec(asked[0]!)!;
  expect(path).toBe('/api/v1/query');
  expect([...new URLSearchParams(search)]).toEqual([
    ['query', query],
    ['timeout', '9000ms'],
  ]);
});

test('a graph looks back as far as the page offers, in sixty steps', async () => {
  const result = [
    {
      metric: { __name__: 'up', a: 'b', n: 'x' },
      values: [
        [1, '1'],
        [2, 'NaN'],
        [3, '-Inf'],
      ],
    },
    ...Array.from({ length: 20 }, (_, at) => ({
      metric: { __name__: 'up', n: `${at}`, a: 'b' },
      values: [[1, '2']],
    })),
  ];
  const { get, asked } = await pageBefore(says({ resultType: 'matrix', result }));
  const { body } = await get<GraphAnswer>('/prometheus/query_range?query=up&minutes=15&step=1');
  // What all have alike tells none of them apart.
  expect(body).toMatchObject({ step: 15, more: 3, shared: 'up{a="b"}' });
  expect(body.series).toHaveLength(18);
  expect(body.series[0]).toEqual({
    name: '{n="x"}',
    samples: [
      [1, 1],
      [2, 'NaN'],
      [3, '-Inf'],
    ],
  });
  expect(body.end - body.start).toBe(900);
  expect(Math.abs(Date.now() / 1000 - body.end)).toBeLessThan(30);
  expect(asked[0]).toBe(
    `GET /api/v1/query_range?query=up&start=${body.start}&end=${body.end}&step=15&timeout=9000ms`,
  );
  for (const minutes of ['', '1e9', '60', '15.0']) {
    const { status } = await get(`/prometheus/query_range?query=up&minutes=${minutes}`);
    expect(status, minutes).toBe(400);
  }
  expect(asked).toHaveLength(1);
});

test('the editor gets names and values, by names alone', async () => {
  const { get, asked } = await pageBefore(says(['a', 7, 'b']));
  expect((await get('/prometheus/values?label=__name__')).body).toEqual(['a', 'b']);
  expect((await get('/prometheus/values?label=job&metric=up')).body).toEqual(['a', 'b']);
  expect((await get('/prometheus/labels?metric=a:b')).body).toEqual(['a', 'b']);
  expect(asked).toEqual([
    'GET /api/v1/label/__name__/values',
    'GET /api/v1/label/job/values?match%5B%5D=up',
    'GET /api/v1/labels?match%5B%5D=a%3Ab',
  ]);
  for (const path of [
    'values',
    'values?label=../../admin',
    'values?label=a%2Fb',
    'labels?metric=up{}',
    'labels?metric=',
    'query',
    'query?query=%20',
    `query?query=${'x'.repeat(2001)}`,
  ]) {
    expect((await get(`/prometheus/${path}`)).status, path).toBe(400);
  }
  expect(asked).toHaveLength(3);
  const said = { up: [{ type: 'gauge', help: 'H', unit: '' }], b: [] };
  const other = await pageBefore(says(said));
  expect((await other.get('/prometheus/metadata')).body).toEqual([
    { name: 'up', type: 'gauge', help: 'H' },
    { name: 'b', type: '', help: '' },
  ]);
});

test.each([
  'admin/tsdb/delete_series?match[]=up',
  'targets',
  'status/config',
  'query/../../../-/quit',
  'query%2f..%2f..%2f-/reload',
  '',
])('no other path leads to Prometheus: %j', async (path) => {
  const { get, post, asked } = await pageBefore(says(['x']));
  for (const start of ['/prometheus/', '/prometheus/api/v1/', '/api/v1/']) {
    expect((await get(`${start}${path}`)).status).toBe(404);
    expect((await post(`${start}${path}`, {})).status).toBe(404);
  }
  expect((await post('/prometheus/query?query=up', {})).status).toBe(405);
  expect(asked).toEqual([]);
});

test('what Prometheus refuses comes with its place, in characters', async () => {
  const error = 'invalid parameter "query": 2:7: parse error: unexpected <by>';
  const { get } = await pageBefore((_, response) => {
    response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error }));
  });
  const query = encodeURIComponent('sum(\n\té up by (a))');
  const { status, body } = await get<Refused>(`/prometheus/query?query=${query}`);
  expect(status).toBe(422);
  expect(body).toEqual({
    message: 'Prometheus says: line 2, column 6: unexpected <by>',
    place: ['     é up by (a))', '         ^'],
  });
});

test.each<[string, RequestListener, number, RegExp]>([
  ['is slow', () => {}, 504, /longer than 10 s/],
  [
    'drips',
    (_, response) => {
      const drop = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drop));
    },
    504,
    /longer than 10 s/,
  ],
  [
    'is endless',
    (_, response) => {
      const pour = () => {
        while (response.write(' '.repeat(100_000)));
      };
      response.on('drain', pour);
      pour();
    },
    502,
    /longer than 1 MB/,
  ],
  [
    'is packed',
    (_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(' '.repeat(3_000_000)));
    },
    502,
    /longer than 1 MB/,
  ],
  [
    'leads elsewhere',
    ({ url }, response) => {
      if (url === '/stolen')
        response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
      else response.writeHead(302, { Location: '/stolen' }).end();
    },
    502,
    /is not Prometheus/,
  ],
  ['hangs up', (request) => request.socket.destroy(), 503, /^No Prometheus answers on port \d+\. /],
  ['speaks HTML', (_, response) => response.end('<p>Hello</p>'), 502, /is not Prometheus/],
  ['says nothing', (_, response) => response.end('null'), 502, /is not Prometheus/],
  ['has other data', says({ resultType: 'vector', result: 7 }), 502, /is not Prometheus/],
])('an answer that %s is refused', async (_, listener, expected, message) => {
  const { get } = await pageBefore(listener, expected === 504 ? 300 : 10_000);
  const { status, body } = await get<Refused>('/prometheus/query?query=up');
  expect([status, body.message]).toEqual([expected, expect.stringMatching(message)]);
});

test('without Prometheus one sentence says what to type, and one that comes later is asked', async () => {
  const [prometheus] = await freePorts(1);
  const ports = { program: 1, visitors: 1, prometheus: prometheus! };
  const { get } = await serveParts(prometheusPart({ ports }));
  const { status, body } = await get<Refused>('/prometheus/query?query=up');
  expect(status).toBe(503);
  expect(body.message).toBe(
    `No Prometheus answers on port ${prometheus}. To start one, type in another terminal: npm run up -- --port-9090 ${prometheus}, or without Docker: npm run native -- --port-9090 ${prometheus}`,
  );
  await serve(says(vector('3')), prometheus);
  const later = await get<TableAnswer>('/prometheus/query?query=up');
  expect(later.body.rows).toEqual([['up{job="a\\"0"}', '3']]);
});

test('the second Prometheus is asked where it is named, and no other address can be', async () => {
  const [central] = await freePorts(1);
  const ports = { program: 1, visitors: 1, prometheus: 1, central: central! };
  const { get } = await serveParts(prometheusPart({ ports }));
  const path = '/prometheus/query?query=up&server=';
  const silent = await get<Refused>(`${path}central`);
  expect(silent.status).toBe(503);
  expect(silent.body.message).toBe(
    `No Prometheus answers on port ${central}. To start one, type in another terminal: npm run up -- --with central --port-9095 ${central}, or without Docker: npm run native -- --with central --port-9095 ${central}`,
  );
  await serve(says(vector('3')), central);
  expect((await get<TableAnswer>(`${path}central`)).body.rows).toHaveLength(1);
  for (const other of ['', '9090', 'localhost:22']) {
    expect((await get<Refused>(path + other)).status, other).toBe(400);
  }
});
