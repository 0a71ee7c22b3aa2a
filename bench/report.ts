import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem, type as system } from 'node:os';
import { join } from 'node:path';
import { barChart } from './chart.ts';
import { operationsTable, requestMicroseconds, type Operation } from './operations.ts';
import { medians, requestsTable, type StepRounds } from './requests.ts';
import { scrapeTable, type Scrape } from './scrape.ts';
import { format, ratio, toMarkdown, toTerminal, type Table } from './table.ts';

/** What was measured; a part that was not asked for is missing. */
export interface Results {
  readonly operations?: readonly Operation[];
  readonly requests?: readonly StepRounds[];
  readonly scrapes?: readonly Scrape[];
}

/** The results as tables. */
export function tables({ operations, requests, scrapes }: Results): Table[] {
  return [
    ...(operations ? [operationsTable(operations)] : []),
    ...(requests ? [requestsTable(requests)] : []),
    ...(scrapes ? [scrapeTable(scrapes)] : []),
  ];
}

/** The results for a terminal. */
export function terminalReport(results: Results): string {
  return [...tables(results).map(toTerminal), ...sum(results)].join('\n');
}

/** The results as a page, with the chart beside it under the name `requests.svg`. */
export function markdownReport(results: Results): string {
  return [
    '# What instrumentation costs: the results\n',
    `Made by \`make bench\` (\`npm run bench\`) on ${machine()}. Other machines give other figures: compare the ratios. What they mean stands in [README.md](README.md).\n`,
    ...(results.requests ? ['![Processor time per request, by step](requests.svg)\n'] : []),
    ...tables(results).map(toMarkdown),
    ...sum(results).map((line) => `${line}\n`),
  ].join('\n');
}

/** The chart of the steps: processor time per request. */
export function requestsChart(requests: readonly StepRounds[]): string {
  const base = medians(requests[0]!);
  const bars = requests.map((step) => {
    const { cpu, perSecond } = medians(step);
    const text = `${format(cpu)} µs · ${ratio(perSecond, base.perSecond)} requests/s`;
    return { label: step.step, value: cpu, text };
  });
  return barChart(
    'Processor time per request, by step',
    `microseconds, and the requests per second beside those of ${requests[0]!.step}`,
    bars,
  );
}

/** Writes `results.md` and, where requests were measured, `requests.svg` into `folder`. */
export function writeReport(folder: string, results: Results): string[] {
  mkdirSync(folder, { recursive: true });
  const files = [{ name: 'results.md', text: markdownReport(results) }];
  if (results.requests) files.push({ name: 'requests.svg', text: requestsChart(results.requests) });
  return files.map(({ name, text }) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  });
}

/** What the last step adds to a request, beside its metric operations measured one by one. */
function sum({ operations, requests }: Results): string[] {
  if (!operations || !requests || requests.length < 2) return [];
  const last = requests.at(-1)!;
  const added = medians(last).cpu - medians(requests[0]!).cpu;
  const singly = requestMicroseconds(operations);
  return [
    `${last.step} adds ${format(added)} µs of processor time to a request. Its metric operations, measured one by one in a loop, add up to ${format(singly)} µs: ${ratio(added, singly)}.`,
  ];
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 1e9);
  return `one ${system()} machine with ${availableParallelism()} cores and ${gigabytes} GB of memory, Node ${process.versions.node}`;
}
