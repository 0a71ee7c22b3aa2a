import { nextMessage, startChild } from './child.ts';
import { format, ratio, type Table } from './table.ts';

/** What one scrape costs with so many series. */
export interface Scrape {
  readonly series: number;
  /** From the question to the whole text. */
  readonly milliseconds: number;
  /** The longest stretch of it in which the program served nobody, in milliseconds. */
  readonly blocked: number;
  /** The size of the text. */
  readonly bytes: number;
  /** What the series hold in the heap, scraped or not. */
  readonly heapBytes: number;
}

/** Measures a scrape of one counter with `series` series, in a process of its own. */
export async function measureScrape(series: number, repeats: number): Promise<Scrape> {
  const args = [`${series}`, `${repeats}`];
  return nextMessage(startChild('bench/scrape-child.ts', { args, nodeArgs: ['--expose-gc'] }));
}

/** The table of scrapes, each beside the smallest. */
export function scrapeTable(scrapes: readonly Scrape[]): Table {
  const base = scrapes[0]!;
  return {
    title: 'A scrape',
    note: 'One counter with so many series: what one label does that holds a visitor, where it should hold one of a few values. While the event loop is blocked, the program serves nobody. Each figure with its ratio to the first line.',
    columns: [
      'series',
      'ms',
      'ratio',
      'blocked ms',
      'ratio',
      'text kB',
      'ratio',
      'heap kB',
      'ratio',
    ],
    rows: scrapes.map((scrape) => [
      scrape.series.toLocaleString('en-US'),
      format(scrape.milliseconds),
      ratio(scrape.milliseconds, base.milliseconds),
      format(scrape.blocked),
      ratio(scrape.blocked, base.blocked),
      format(scrape.bytes / 1000),
      ratio(scrape.bytes, base.bytes),
      format(scrape.heapBytes / 1000),
      ratio(scrape.heapBytes, base.heapBytes),
    ]),
  };
}
