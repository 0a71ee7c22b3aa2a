import { STATUS_CODES } from 'node:http';
import { until } from '../../checks/harness/program.ts';
import { parseOptions, readNumber } from '../terminal/arguments.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { UsageError } from '../programs.ts';
import { portOf } from '../stack/stack.ts';
import { load, quantile, type Traffic } from '../program/traffic.ts';
import { typed } from '../terminal/typed.js';

/** A program that restarts after a save answers again within this time, in milliseconds. */
const RESTART_MS = 3000;

/** `fetch` can wait for ever on a connection that was cut as it began: so long for one look, in ms. */
const LOOK_MS = 1000;

const EXAMPLE = 'npm run load -- --seconds 60 --rps 5';

/** Sends traffic to the program on this computer, and sums up what came back. */
export async function run(args: string[]): Promise<number> {
  const { positionals, env } = parseOptions(args, process.env, {
    options: { seconds: 'SECONDS', rps: 'RPS', port: 'PORT', url: 'URL' },
    example: EXAMPLE,
  });
  if (positionals.length > 0) {
    throw new UsageError(
      `There is nothing that ${JSON.stringify(positionals[0])} could mean here. Type for example: ${EXAMPLE}`,
    );
  }
  const seconds = readNumber(env, 'SECONDS', { fallback: 60, least: 1, most: 3600 });
  const rps = readNumber(env, 'RPS', { fallback: 5, least: 0.1, most: 200 });
  const candidates = candidateUrls(env);
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
    `Sending ${rps} requests a second on average to ${url} for ${seconds} s, few at night and many at noon. Ctrl-C ends it.`,
  );
  const onProgress = process.stdout.isTTY ? progressBar(seconds) : progressLines(seconds);
  const traffic = await load({ url, seconds, rps, signal: stop.signal, onProgress });
  if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
  console.log(summarise(traffic));
  return traffic.latencies.length > 0 || traffic.sent === 0 ? 0 : 1;
}

/** Where the program may be: step 11 serves its visitors on 8000, all others on 8001. */
function candidateUrls(env: NodeJS.ProcessEnv): URL[] {
  if (env.URL) return [localUrl(env.URL)];
  if (env.PORT) {
    const port = readNumber(env, 'PORT', { fallback: 8001, least: 1, most: 65535 });
    return [localUrl(`http://localhost:${port}`)];
  }
  return [8000, 8001].map((usual) => localUrl(`http://localhost:${portOf(usual, env)}`));
}

function localUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))
    return url;
  throw new UsageError(
    `URL=${JSON.stringify(text.slice(0, 80))} is not allowed: traffic goes to this computer only. Give for example URL=http://localhost:8001`,
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

/** Says in some lines what came back, and how fast. */
export function summarise({ seconds, sent, statuses, latencies }: Traffic): string {
  const rows = [...statuses]
    .toSorted(([a], [b]) => `${a}`.localeCompare(`${b}`))
    .map(([status, count]) => {
      const name = status === 'none' ? 'no answer' : `${status} ${STATUS_CODES[status] ?? ''}`;
      return `  ${name.padEnd(24)}${`${count}`.padStart(6)}`;
    });
  const quantiles = [0.5, 0.9, 0.99].map(
    (q) => `${q * 100} % within ${quantile(latencies, q).toFixed(3)} s`,
  );
  const none = statuses.get('none') ?? 0;
  return [
    `${requests(sent)} in ${seconds.toFixed(1)} s:`,
    ...rows,
    ...(latencies.length > 0 ? [`  answered: ${quantiles.join(', ')}`] : []),
    ...(none > 0 ? [`${none} got no answer: ${reasonFor(latencies.length)}`] : []),
  ].join('\n');
}

function reasonFor(answered: number): string {
  return answered === 0
    ? `does the program still run? Look at its terminal, or type: ${typed('dev')}`
    : 'each restart of the program loses some. If it does not restart, look at its terminal.';
}

function requests(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}

function line(traffic: Traffic, seconds: number): string {
  const none = traffic.statuses.get('none') ?? 0;
  return `${Math.min(seconds, traffic.seconds).toFixed(0)} of ${seconds} s, ${requests(traffic.sent)}${none > 0 ? `, ${none} without an answer` : ''}`;
}

function progressBar(seconds: number): (traffic: Traffic) => void {
  return (traffic) => {
    const done = Math.min(30, Math.round((traffic.seconds / seconds) * 30));
    process.stdout.write(
      `\r\u001B[K[${'#'.repeat(done)}${'.'.repeat(30 - done)}] ${line(traffic, seconds)}`,
    );
  };
}

/** At most ten lines in all, and not more than one in five seconds. */
function progressLines(seconds: number): (traffic: Traffic) => void {
  const every = Math.max(5, seconds / 10);
  let next = every;
  return (traffic) => {
    if (traffic.seconds < next) return;
    next += every;
    console.log(line(traffic, seconds));
  };
}
