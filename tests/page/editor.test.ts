import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { AGGREGATIONS, FUNCTIONS, WORDS } from '../../workshop/page/client/functions.ts';
import { metricsIn, placeAt } from '../../workshop/page/client/place.ts';

describe('what is offered while a query is written', () => {
  test.each([
    ['', { kind: 'name', from: 0 }],
    ['su', { kind: 'name', from: 0 }],
    ['sum(rat', { kind: 'name', from: 4 }],
    ['sum by (method) (requests_', { kind: 'name', from: 17 }],
    ['a / b:c', { kind: 'name', from: 4 }],
    ['requests_total{', { kind: 'label', from: 15, metric: 'requests_total', condition: true }],
    ['a{job', { kind: 'label', from: 2, metric: 'a', condition: true }],
    ['a {x="1", jo', { kind: 'label', from: 10, metric: 'a', condition: true }],
    ['rate({', { kind: 'label', from: 6, metric: undefined, condition: true }],
    ['sum by (', { kind: 'label', from: 8, metric: undefined, condition: false }],
    ['sum(x) WITHOUT(a, ', { kind: 'label', from: 18, metric: undefined, condition: false }],
    [
      'a * on (instance) group_left (v',
      { kind: 'label', from: 30, metric: undefined, condition: false },
    ],
    ['a{job="', { kind: 'value', from: 7, metric: 'a', label: 'job' }],
    ["a{x=~'1', job != '/tree", { kind: 'value', from: 18, metric: 'a', label: 'job' }],
    ['rate({job=`a', { kind: 'value', from: 11, metric: undefined, label: 'job' }],
    ['a{x="}{\\"", job="', { kind: 'value', from: 17, metric: 'a', label: 'job' }],
    ['# sum(\nup', { kind: 'name', from: 7 }],
  ] as const)('%j', (before, place) => {
    expect(placeAt(before)).toEqual(place);
  });

  test.each(['a{job=', 'a{job="x"', 'rate(a[', 'rate(a[5', '5m', '# su', 'f("su'])(
    'nothing: %j',
    (before) => {
      expect(placeAt(before)).toBeUndefined();
    },
  );

  test('its metrics are known from the rest of the query', () => {
    const query = 'sum by () (rate(a_total{x="b{"}[5m])) / sum(c) # d{\n> e:f';
    expect(metricsIn(query)).toEqual(['a_total', 'c', 'e:f']);
  });
});

test('all that is offered is known to the official grammar', () => {
  const nodeOf = (query: string, name: string) => {
    const names: string[] = [];
    parser.parse(query).iterate({ enter: (node) => void names.push(node.name) });
    return names.includes(name);
  };
  for (const name of Object.keys(FUNCTIONS)) {
    expect(nodeOf(`${name}(up)`, 'FunctionIdentifier'), name).toBe(true);
  }
  for (const name of Object.keys(AGGREGATIONS)) {
    expect(nodeOf(`${name}(up)`, 'AggregateOp'), name).toBe(true);
  }
  expect(nodeOf('nothing_like_it(up)', 'FunctionIdentifier')).toBe(false);
  const terms = parser.nodeSet.types.map(({ name }) => name.toLowerCase());
  for (const word of WORDS) expect(terms).toContain(word.replace('_', ''));
});
