import { PORTS } from '../commands.js';
import { UsageError, type Values } from '../terminal/arguments.js';
import { beginsTraffic, describeTraffic, followTraffic, noProgram } from '../terminal/traffic.ts';
import { untilFound, visitorUrls } from '../program/find.ts';
import { load } from '../program/traffic.ts';
import { typed } from '../terminal/typed.js';

/**
 * Sends traffic to the program on this computer until Ctrl-C, or for so many seconds, and sums up
 * what came back.
 */
export async function run({ SECONDS, RPS, ...where }: Values<'load'>): Promise<number> {
  const seconds = SECONDS ?? Infinity;
  const candidates = where.URL ? [localUrl(where.URL)] : visitorUrls(where);
  const url = await untilFound(candidates);
  if (!url) {
    console.error(noProgram(candidates));
    return 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  console.log(`${beginsTraffic({ url, rps: RPS, seconds })} Ctrl-C ends it.`);
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

function localUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))
    return url;
  throw new UsageError(
    `URL=${JSON.stringify(text.slice(0, 80))} is not allowed: traffic goes to this computer only. Type for example: ${typed('load', { URL: `http://localhost:${PORTS.program}` })}`,
  );
}
