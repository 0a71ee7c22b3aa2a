import { until } from '../../checks/harness/program.ts';
import { PORTS } from '../commands.js';
import { UsageError, type Values } from '../terminal/arguments.js';
import { describeTraffic, followTraffic } from '../terminal/traffic.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { load } from '../program/traffic.ts';
import { typed } from '../terminal/typed.js';

/** A program that restarts after a save answers again within this time, in milliseconds. */
const RESTART_MS = 3000;

/** `fetch` can wait for ever on a connection that was cut as it began: so long for one look, in ms. */
const LOOK_MS = 1000;

/**
 * Sends traffic to the program on this computer until Ctrl-C, or for so many seconds, and sums up
 * what came back.
 */
export async function run({ SECONDS, RPS, ...where }: Values<'load'>): Promise<number> {
  const seconds = SECONDS ?? Infinity;
  const candidates = candidateUrls(where);
  let url: string | undefined;
  await until(async () => {
    url = await findProgramUrl(candidates);
    return url !== undefined;
  }, RESTART_MS);
  if (!url) {
    const where = candidates.map(({ href }) => href).join(' nor on ');
    console.error(
      `Nothing answers on ${where}. Start your program first, in another terminal: ${typed('dev')}`,
    );
    return 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  console.log(
    `Sending ${RPS} requests per second on average to ${url}${SECONDS ? ` for ${SECONDS} s` : ''}, few at night and many at noon. Ctrl-C ends it.`,
  );
  const traffic = await load({
    url,
    seconds,
    rps: RPS,
    signal: stop.signal,
    onProgress: followTraffic(seconds),
  });
  if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
  console.log(describeTraffic(traffic));
  return traffic.latencies.length > 0 || traffic.sent === 0 ? 0 : 1;
}

/** Where the program may be: step 11 serves its visitors on 8000, all others on 8001. */
function candidateUrls({
  URL: url,
  PORT,
  PORT_8000,
  PORT_8001,
}: Omit<Values<'load'>, 'SECONDS' | 'RPS'>): URL[] {
  if (url) return [localUrl(url)];
  const ports = PORT === undefined ? [PORT_8000, PORT_8001] : [PORT];
  return ports.map((port) => new URL(`http://localhost:${port}`));
}

function localUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))
    return url;
  throw new UsageError(
    `URL=${JSON.stringify(text.slice(0, 80))} is not allowed: traffic goes to this computer only. Type for example: ${typed('load', { URL: `http://localhost:${PORTS.program}` })}`,
  );
}

/** The first of the URLs where the tree counter answers; else the last one where anything does. */
async function findProgramUrl(candidates: readonly URL[]): Promise<string | undefined> {
  let found: string | undefined;
  for (const url of candidates) {
    // Not counted in the program's own metrics, and its 404 page, too, says whose it is.
    const answer = await fetchWithin(LOOK_MS, new URL('/metrics', url));
    if (answer?.text.includes('Tree counter')) return url.href;
    if (answer) found = url.href;
  }
  return found;
}
