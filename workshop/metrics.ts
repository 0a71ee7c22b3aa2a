import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpositionError, parseExposition, type Family } from '../checks/exposition.ts';
import { readVariables, typed } from './arguments.ts';
import { paintFor, type Paint } from './colour.ts';
import { hasRestarted, lookAt, readLook, writeLook, type Look } from './look.ts';
import { ROOT } from './programs.ts';
import { metricsUrls, scrape, ScrapeError } from './scrape.ts';
import { selectFamilies, showFamilies, showLines, showRest } from './show-metrics.ts';

/** How often WATCH=1 looks, in milliseconds. */
const EVERY_MS = 1000;

/** WATCH=1 marks what has changed in so many looks. */
const LOOKS = 5;

/** What there is to see. */
interface View {
  readonly text: string;
  readonly look: Look;
  /** Whether it is the same run of the program as in the look before. */
  readonly isSame: boolean;
}

/** Shows the metrics of the program that runs, once, or with WATCH=1 until Ctrl-C. */
export async function run(args: string[]): Promise<number> {
  const { NAME, WATCH, ...env } = readVariables(
    {
      NAME: 'value',
      WATCH: 'switch',
      PORT: 'value',
      METRICS_PORT: 'value',
      HOST: 'value',
    },
    args,
    process.env,
  );
  const urls = metricsUrls(env);
  const file = join(ROOT, '.workshop', 'metrics.json');
  const paint = paintFor(process.stdout);
  if (WATCH) return watchMetrics(urls, NAME, paint, file);
  try {
    const { text, look } = await view(urls, NAME, readLook(file), paint);
    console.log(text);
    writeLook(file, look);
    return 0;
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/**
 * Looks once.
 * @param name a part of the names to show; empty for the program's own metrics
 * @param before the look to compare with
 * @throws {ScrapeError} if there is nothing to show
 */
export async function view(
  urls: string[],
  name: string,
  before: Look | undefined,
  paint: Paint,
): Promise<View> {
  const { url, text } = await scrape(urls);
  const all = parse(url, text, name);
  const shown = selectFamilies(all, name);
  if (name && shown.length === 0) {
    const known = selectFamilies(all, '').map((family) => `  ${family.name}\n`);
    throw new ScrapeError(
      `No metric of the program has ${JSON.stringify(name)} in its name. Its own are:\n${known.join('')}See them with: ${typed('metrics')}`,
    );
  }
  const isSame = before !== undefined && !hasRestarted(before, url, all);
  const compared = isSame ? before : undefined;
  const nothing = 'The program has no metric of its own yet: chapter 3 adds the first.';
  const body =
    shown.length > 0 ? showFamilies(shown, { before: compared, paint, all: name !== '' }) : nothing;
  const parts = [headline(url, before, isSame), body, showRest(all, name)];
  return {
    text: parts.filter(Boolean).join('\n\n'),
    look: lookAt(url, all, shown, compared),
    isSame,
  };
}

function parse(url: string, text: string, name: string): Family[] {
  try {
    return parseExposition(text);
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    throw new ScrapeError(
      `${url} says what cannot be right. ${error.message}\n\n${showLines(text, name)}\n\nMend it, then type again: ${typed('metrics')}`,
    );
  }
}

function headline(url: string, before: Look | undefined, isSame: boolean): string {
  if (!before || before.url !== url) return `${url}:`;
  const then = new Date(before.at).toLocaleTimeString('en-GB');
  if (isSame) return `${url}, with what has changed since ${then}:`;
  return `${url}, of a program that has started again since ${then}:`;
}

async function watchMetrics(
  urls: string[],
  name: string,
  paint: Paint,
  file: string,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const first = readLook(file);
  const looks: Look[] = first ? [first] : [];
  let shown = '';
  while (!stop.signal.aborted) {
    let text: string;
    let news: string;
    try {
      const { look, isSame, ...seen } = await view(urls, name, looks[0], paint);
      if (!isSame) looks.length = 0;
      looks.push(look);
      if (looks.length > LOOKS) looks.shift();
      text = seen.text;
      news = JSON.stringify(look.metrics);
    } catch (error) {
      if (!(error instanceof ScrapeError)) throw error;
      text = news = error.message;
    }
    if (process.stdout.isTTY) redraw(text);
    // Without a screen, what is the same is not printed again.
    else if (news !== shown) console.log(`${text}\n`);
    shown = news;
    await sleep(EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  const last = looks.at(-1);
  if (last) writeLook(file, last);
  return 0;
}

/** Shows a text in place of what the terminal shows, as far as it has room. */
function redraw(text: string): void {
  const lines = text.split('\n');
  const room = (process.stdout.rows || 24) - 2;
  if (lines.length > room) {
    const cut = lines.splice(room - 1).length;
    lines.push(`… ${cut} more lines: make the window higher, or show less with NAME=`);
  }
  console.log(`\x1b[2J\x1b[3J\x1b[H${lines.join('\n')}`);
}
