import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readsTypeScript } from '../../bench/child.ts';
import { measureOperations } from '../../bench/operations.ts';
import { terminalReport, writeReport, type Results } from '../../bench/report.ts';
import { measureRequests } from '../../bench/requests.ts';
import { measureScrape } from '../../bench/scrape.ts';
import { ROOT, stepNames, UsageError } from '../programs.ts';
import { typed } from '../terminal/typed.js';

const PARTS = ['operations', 'requests', 'scrape'] as const;
type Part = (typeof PARTS)[number];

/** How much to measure: enough for a result, or just enough to see that all of it works. */
const FULL = {
  ms: 120,
  rounds: 15,
  seconds: 0.35,
  series: [100, 1000, 10_000, 100_000],
  repeats: 7,
};
const QUICK = { ms: 2, rounds: 1, seconds: 0.2, series: [100, 1000], repeats: 1 };

/**
 * Measures what metrics cost: single operations, the requests of every step, and a scrape. All of
 * it, in full, is written to `bench/`; a part, or a quick look, is only shown.
 */
export async function run(args: string[]): Promise<number> {
  const { part, quick, successor, out } = parseBenchArguments(args, process.env);
  const size = quick ? QUICK : FULL;
  const folder = out ?? (part || quick ? undefined : join(ROOT, 'bench'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupted);

  const wants = (name: Part) => part === undefined || part === name;
  const results: { -readonly [Key in keyof Results]: Results[Key] } = {};
  try {
    if (wants('operations')) {
      say('Operations, one by one');
      results.operations = await measureOperations(size.ms);
      const preload = successor ? findSuccessor() : undefined;
      if (preload) {
        say('The same with @prometheus-io/client');
        results.successor = await measureOperations(size.ms, preload);
      }
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

/**
 * Reads `[operations | requests | scrape] [--quick] [--successor] [--out FOLDER]`, as
 * `make bench PART=scrape QUICK=1` gives it in the environment.
 * @throws {UsageError} at an argument that it does not know
 */
export function parseBenchArguments(args: string[], env: NodeJS.ProcessEnv) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: Boolean(env.QUICK) },
        successor: { type: 'boolean', default: Boolean(env.SUCCESSOR) },
        out: { type: 'string' },
      },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error('Only one part can be chosen.');
    const name = positionals[0] ?? (env.PART || undefined);
    const part = PARTS.find((candidate) => candidate === name);
    if (name && !part) throw new Error(`There is no part ${JSON.stringify(name.slice(0, 40))}.`);
    return { part, ...values, out: values.out ?? (env.OUT || undefined) };
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message}\nThe parts are ${PARTS.join(', ')}; the options are --quick, --successor, --out FOLDER. Type for example: npm run bench -- requests --quick`,
    );
  }
}

/** The module that puts `@prometheus-io/client` in the place of prom-client, or a word on why not. */
function findSuccessor(): string | undefined {
  const prefix = join(ROOT, '.workshop/successor');
  if (!readsTypeScript) {
    console.log('@prometheus-io/client is left out: it needs Node 22.18 or newer here.');
    return undefined;
  }
  if (!existsSync(join(prefix, 'node_modules/@prometheus-io/client'))) {
    say('Installing @prometheus-io/client, this once');
    const args = ['install', '--silent', '--prefix', prefix, '--no-save'];
    const { status } = spawnSync('npm', [...args, '@prometheus-io/client@0.16.1'], {
      cwd: ROOT,
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      console.log('@prometheus-io/client is left out: it could not be installed.');
      return undefined;
    }
  }
  return pathToFileURL(join(ROOT, 'tests/support/successor.mjs')).href;
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
