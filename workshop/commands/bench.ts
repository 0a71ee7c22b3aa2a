import { join } from 'node:path';
import { measureOperations } from '../../bench/operations.ts';
import { terminalReport, writeReport, type Results } from '../../bench/report.ts';
import { measureRequests } from '../../bench/requests.ts';
import { measureScrape } from '../../bench/scrape.ts';
import { ROOT, stepNames } from '../programs.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** How much to measure: enough for a result, or just enough to see that all of it works. */
const FULL = {
  ms: 120,
  rounds: 15,
  seconds: 0.35,
  series: [100, 1000, 10_000, 100_000],
  repeats: 7,
};
const QUICK_LOOK = { ms: 2, rounds: 1, seconds: 0.2, series: [100, 1000], repeats: 1 };

/**
 * Measures what metrics cost: single operations, the requests of every step, and a scrape. All of
 * it, in full, is written to `bench/`; a part, or a quick look, is only shown.
 */
export async function run({ PART, QUICK, OUT }: Values<'bench'>): Promise<number> {
  const size = QUICK ? QUICK_LOOK : FULL;
  const folder = OUT || (PART || QUICK ? undefined : join(ROOT, 'bench'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupted);

  const wants = (name: string) => !PART || PART === name;
  const results: { -readonly [Key in keyof Results]: Results[Key] } = {};
  try {
    if (wants('operations')) {
      say('Operations, one by one');
      results.operations = await measureOperations(size.ms);
    }
    if (wants('requests')) {
      say('Starting all steps');
      const { rounds, seconds } = size;
      const progress = (text: string) => say(`Requests: ${text}`);
      results.requests = await measureRequests(stepNames(), { rounds, seconds, progress });
    }
    if (wants('scrape')) {
      results.scrapes = [];
      for (const series of size.series) {
        say(`A scrape of ${series.toLocaleString('en-US')} series`);
        results.scrapes = [...results.scrapes, await measureScrape(series, size.repeats)];
      }
    }
  } catch (error) {
    say();
    console.error(`${(error as Error).message}\nTo measure again, type: ${typed('bench')}`);
    return 1;
  }
  say();
  console.log(terminalReport(results));
  for (const file of folder ? writeReport(folder, results) : []) console.log(`Written: ${file}`);
  return 0;
}

/** Shows what is under way: on one line that changes where there is a terminal. */
function say(text?: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text ? `${text}…` : ''}`);
  else if (text) process.stderr.write(`${text}…\n`);
}

function interrupted(): never {
  say();
  console.error(`Stopped: nothing is written. To measure again, type: ${typed('bench')}`);
  process.exit(130);
}
