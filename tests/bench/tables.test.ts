import { describe, expect, test } from 'vitest';
import { operationsTable, requestMicroseconds } from '../../bench/operations.ts';
import { markdownReport, requestsChart, terminalReport, tables } from '../../bench/report.ts';
import { requestsTable } from '../../bench/requests.ts';
import { scrapeTable } from '../../bench/scrape.ts';
import { format, ratio, toMarkdown, toTerminal } from '../../bench/table.ts';

const round = (perSecond: number, p99: number, cpu: number) => ({ perSecond, p99, cpu });
const requests = [
  { step: '01-first', rounds: [round(100, 2, 40), round(900, 1, 10), round(200, 4, 50)] },
  { step: '02-<second>', rounds: [round(150, 3, 60), round(150, 3, 60), round(1, 99, 999)] },
];
const operations = [
  { name: 'empty call', nanoseconds: 2 },
  { name: 'gauge, inc and dec', nanoseconds: 100 },
  { name: 'counter, 3 labels', nanoseconds: 400 },
  { name: 'timer: histogram, 10 buckets, 2 labels', nanoseconds: 1000 },
  {
    name: 'summary, 2 labels, 3 quantiles, window of 2 parts',
    nanoseconds: 2000,
  },
  { name: 'timer: histogram, 10 buckets', nanoseconds: 500 },
];

describe('figures', () => {
  test('are written with three digits that count', () => {
    expect([0.1234, 12.345, 123.45, 12345.6].map(format)).toEqual([
      '0.12',
      '12.3',
      '123',
      '12,346',
    ]);
  });

  test('are compared with their baseline, which may be nothing', () => {
    expect([ratio(3, 4), ratio(4, 4), ratio(1, 0)]).toEqual(['0.75×', '1.00×', '–']);
  });
});

describe('tables', () => {
  const table = { title: 'T', note: 'N', columns: ['a|b', 'n'], rows: [['x', '1,000']] };

  test('stand in columns on a terminal', () => {
    expect(toTerminal(table)).toBe('T\n\n  a|b      n\n  x    1,000\n');
  });

  test('are Markdown that survives a bar in a cell', () => {
    expect(toMarkdown(table)).toBe(
      '## T\n\nN\n\n| a\\|b |     n |\n| ---- | ----: |\n| x    | 1,000 |\n',
    );
  });

  test('of operations give nanoseconds and the ratio to an empty call', () => {
    const { columns, rows } = operationsTable(operations);
    expect(columns).toHaveLength(3);
    expect(rows[2]).toEqual(['counter, 3 labels', '400', '200×']);
  });

  test('of requests give medians and their ratios to the first step', () => {
    expect(requestsTable(requests).rows).toEqual([
      ['01-first', '200', '1.00×', '2.00', '1.00×', '40.0', '1.00×'],
      ['02-<second>', '150', '0.75×', '3.00', '1.50×', '60.0', '1.50×'],
    ]);
  });

  test('of scrapes give ratios to the smallest', () => {
    const scrape = { series: 100, milliseconds: 1, blocked: 0.5, bytes: 2000, heapBytes: 4000 };
    const big = { series: 1000, milliseconds: 20, blocked: 20, bytes: 30_000, heapBytes: 0 };
    expect(scrapeTable([scrape, big]).rows[1]).toEqual([
      '1,000',
      '20.0',
      '20.0×',
      '20.0',
      '40.0×',
      '30.0',
      '15.0×',
      '0.00',
      '0.00×',
    ]);
  });
});

describe('the report', () => {
  test('adds up the operations of a request in the last step', () => {
    expect(requestMicroseconds(operations)).toBe(4);
    expect(() => requestMicroseconds(operations.slice(1, 3))).toThrow('is not measured');
    const text = terminalReport({ operations, requests });
    expect(text).toContain('02-<second> adds 20.0 µs');
    expect(text).toContain('add up to 4.00 µs: 5.00×');
  });

  test('holds what was measured, and no more', () => {
    expect(tables({})).toEqual([]);
    expect(tables({ requests }).map(({ title }) => title)).toEqual(['Requests']);
    expect(markdownReport({ operations })).not.toContain('requests.svg');
    expect(markdownReport({ requests })).toContain('](requests.svg)');
  });

  test('has a chart for light and dark pages, with every step on it', () => {
    const svg = requestsChart(requests);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*viewBox/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('02-&#60;second&#62;');
    expect(svg.match(/class="bar"/g)).toHaveLength(2);
    // The longest bar fills the space, the other its share of it.
    const widths = [...svg.matchAll(/class="bar" .*width="([\d.]+)"/g)].map(([, w]) => Number(w));
    expect(widths[0]! / widths[1]!).toBeCloseTo(40 / 60, 2);
  });
});
