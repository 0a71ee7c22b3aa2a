import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Values } from '../terminal/arguments.js';
import { paintFor, type Paint } from '../terminal/colour.ts';
import { LAST_LOOK, readLook, writeLook, type Look } from '../metrics/look.ts';
import { metricsUrls, ScrapeError } from '../metrics/scrape.ts';
import { AGAIN_MS, view, viewSince, type View } from '../metrics/view.ts';
import { describeMetrics } from '../terminal/metrics.ts';
import { typed } from '../terminal/typed.js';

/** WATCH=1 marks what has changed in so many looks. */
const LOOKS = 5;

/**
 * Shows the metrics of the program that runs, once, or with WATCH=1 until Ctrl-C. Whoever has not
 * looked at it before sees what changes within a second.
 */
export async function run({
  NAME,
  WATCH,
  PORT,
  METRICS_PORT,
  HOST,
  PORT_8000,
  PORT_8001,
  ...labels
}: Values<'metrics'>): Promise<number> {
  const urls = metricsUrls({ PORT, METRICS_PORT, HOST, PORT_8000, PORT_8001 });
  const paint = paintFor(process.stdout);
  const told: [string, string][] = Object.entries(labels).filter(([, value]) => value !== '');
  const wanted = Object.fromEntries(told.map(([label, value]) => [label.toLowerCase(), value]));
  if (WATCH) return watchMetrics((before) => view(urls, NAME, before, wanted), paint);
  try {
    console.log(describeMetrics(await viewSince(LAST_LOOK, urls, NAME, wanted), paint));
    return 0;
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function watchMetrics(
  look: (before: Look | undefined) => Promise<View>,
  paint: Paint,
): Promise<number> {
  const first = readLook(LAST_LOOK);
  const looks: Look[] = first ? [first] : [];
  let shown = '';
  async function lookOn(): Promise<never> {
    for (;;) {
      let text: string;
      let news: string;
      try {
        const seen = await look(looks[0]);
        if (!seen.isSame) looks.length = 0;
        looks.push(seen.look);
        if (looks.length > LOOKS) looks.shift();
        text = describeMetrics(seen, paint);
        news = JSON.stringify(seen.look.metrics);
      } catch (error) {
        if (!(error instanceof ScrapeError)) throw error;
        text = news = error.message;
      }
      if (process.stdout.isTTY) redraw(text);
      // Without a screen, what is the same is not printed again.
      else if (news !== shown) console.log(`${text}\n`);
      shown = news;
      await sleep(AGAIN_MS);
    }
  }
  // Whichever comes first: a program that does not answer must not hold up Ctrl-C.
  await Promise.race([lookOn(), once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const last = looks.at(-1);
  if (last) writeLook(LAST_LOOK, last);
  return 0;
}

/** Shows a text in place of what the terminal shows, as far as it has room. */
function redraw(text: string): void {
  const lines = text.split('\n');
  const room = (process.stdout.rows || 24) - 2;
  if (lines.length > room) {
    const cut = lines.splice(room - 1).length;
    lines.push(
      `… ${cut} more lines: make the window higher, or show less with: ${typed('metrics', { NAME: 'requests' })}`,
    );
  }
  console.log(`\x1b[2J\x1b[H${lines.join('\n')}`);
}
