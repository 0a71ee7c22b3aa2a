import { describe, expect, test } from 'vitest';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { findSamples, parseExposition, sumOf } from '../../checks/harness/exposition.ts';
import { readScrape } from '../../checks/harness/scrape.ts';

test('reads names, types, help, labels and values', () => {
  const families = parseExposition(
    [
      '# HELP a_total What \\\\ and\\nwhere.',
      '# TYPE a_total counter',
      'a_total{x="1",y="q\\"u\\\\o\\nte"} 3',
      'a_total{x="2",y=""} 4.5e-1 1700000000000',
      '',
      '# a comment',
      'plain -Inf',
      '# TYPE s summary',
      's{quantile="0.5"} Nan',
      's_sum 0',
      's_count 0',
      '',
    ].join('\n'),
  );
  expect(families.map(({ name, type, help }) => [name, type, help])).toEqual([
    ['a_total', 'counter', 'What \\ and\nwhere.'],
    ['plain', 'untyped', undefined],
    ['s', 'summary', undefined],
  ]);
  expect(findSamples(families, 'a_total', { x: '1' })[0]!.labels.y).toBe('q"u\\o\nte');
  expect(sumOf(families, 'a_total')).toBeCloseTo(3.45);
  expect(sumOf(families, 'plain')).toBe(-Infinity);
  expect(findSamples(families, 's')[0]!.value).toBeNaN();
  expect(sumOf(families, 'nothing')).toBe(0);
});

const histogram = (...lines: string[]) =>
  ['# TYPE h histogram', ...lines.map((line) => `h_${line}`), ''].join('\n');

describe('refuses', () => {
  test.each([
    ['no line feed at the end', 'a 1'],
    ['HTML', '<!doctype html>\n'],
    ['[object Promise]', '[object Promise]\n'],
    ['no value', 'a\n'],
    ['a value that is none', 'a one\n'],
    ['a hexadecimal value', 'a 0x1\n'],
    ['something after the timestamp', 'a 1 2 3\n'],
    ['no space before the value', 'a{x="1"}2\n'],
    ['labels that do not end', 'a{x="1" 2\n'],
    ['a label without quotes', 'a{x=1} 2\n'],
    ['a label twice', 'a{x="1",x="2"} 2\n'],
    ['a wrong escape', 'a{x="\\t"} 2\n'],
    ['a series twice', 'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n'],
    ['a second TYPE line', '# TYPE a gauge\n# TYPE a gauge\na 1\n'],
    ['a TYPE line after the samples', 'a 1\n# TYPE a gauge\n'],
    ['an unknown type', '# TYPE a count\n'],
    ['lines that stand apart', 'a 1\nb 1\na{x="1"} 1\n'],
    ['a histogram without +Inf', histogram('bucket{le="1"} 1', 'sum 1', 'count 1')],
    ['a bucket called Infinity', histogram('bucket{le="Infinity"} 1', 'sum 1', 'count 1')],
    ['a bucket without le', histogram('bucket 1', 'sum 1', 'count 1')],
    ['a histogram without sum', histogram('bucket{le="+Inf"} 1', 'count 1')],
    ['buckets that fall', histogram('bucket{le="1"} 2', 'bucket{le="+Inf"} 1', 'sum 1', 'count 1')],
    ['a count of its own', histogram('bucket{le="+Inf"} 1', 'sum 1', 'count 2')],
  ])('%s', (_, text) => {
    expect(() => parseExposition(text)).toThrow(/^(Line \d+: |The |A bucket )/);
  });
});

describe('OpenMetrics', () => {
  const answer = (body: string) => ({
    request: 'GET /metrics',
    status: 200,
    headers: { 'content-type': Registry.OPENMETRICS_CONTENT_TYPE },
    body,
    ms: 1,
  });

  test('as prom-client writes it reads as the text format does', async () => {
    const register = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [register];
    const requests = new Counter<'path'>({
      name: 'requests_total',
      help: 'Requests.',
      labelNames: ['path'],
      registers,
      enableExemplars: true,
    });
    requests.inc({ labels: { path: '# {"}\\' }, value: 2, exemplarLabels: { path: 'a' } });
    const seconds = new Histogram<'path'>({
      name: 'duration_seconds',
      help: 'Seconds.',
      registers,
      enableExemplars: true,
    });
    seconds.observe({ value: 0.2, exemplarLabels: { path: 'a' } });
    new Gauge({ name: 'free_bytes', help: 'Bytes.', registers }).set(7);
    const text = await register.metrics();
    expect(text).toMatch(/ # \{path="a"\}/);

    const scrape = readScrape(answer(text));
    const types = scrape.families().map(({ name, type }) => [name, type]);
    expect(types).toEqual([
      ['requests_total', 'counter'],
      ['duration_seconds', 'histogram'],
      ['free_bytes', 'gauge'],
    ]);
    expect(scrape.sum('requests_total', { path: '# {"}\\' })).toBe(2);
    expect(scrape.sum('duration_seconds_bucket', { le: '0.25' })).toBe(1);
    expect(scrape.sum('duration_seconds_count')).toBe(1);
  });

  test('knows units, facts, states, times and what they mean', () => {
    const text = [
      '# TYPE build info',
      'build_info{version="1"} 1 1700000000.5',
      '# TYPE mood stateset',
      'mood{mood="good"} 1',
      '# TYPE walk_seconds counter',
      '# UNIT walk_seconds seconds',
      '# HELP walk_seconds On foot.',
      'walk_seconds_total 3.0',
      'walk_seconds_created 1700000000.5',
      '# EOF',
      '',
    ].join('\n');
    const families = readScrape(answer(text)).families();
    expect(families.map(({ name, type, samples }) => [name, type, samples.length])).toEqual([
      ['build_info', 'gauge', 1],
      ['mood', 'gauge', 1],
      ['walk_seconds_total', 'counter', 1],
    ]);
  });

  test.each([
    ['without its end', 'a 1\n'],
    ['with a comment', '# mine\n# EOF\n'],
    ['with a counter without _total', '# TYPE a counter\na 1\n# EOF\n'],
    ['with a text for a value', 'a many\n# EOF\n'],
  ])('%s is refused', (_, text) => {
    expect(() => readScrape(answer(text)).families()).toThrow('not-exposition');
  });
});
