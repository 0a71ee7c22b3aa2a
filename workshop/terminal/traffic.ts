import { STATUS_CODES } from 'node:http';
import { quantile } from '../quantile.ts';
import type { LoadOptions, Traffic } from '../program/traffic.ts';
import { typed } from './typed.js';

/** Says that traffic is about to begin. */
export function beginsTraffic({
  url,
  rps,
  seconds,
}: Pick<LoadOptions, 'url' | 'rps' | 'seconds'>): string {
  const long = Number.isFinite(seconds) ? ` for ${seconds} s` : '';
  return `Sending ${rps} requests per second on average to ${url}${long}, few at night and many at noon.`;
}

/** Says that there is no program at any of these URLs. */
export function noProgram(candidates: readonly URL[]): string {
  const where = candidates.map(({ href }) => href).join(' nor on ');
  return `Nothing answers on ${where}. Start your program first, in another terminal: ${typed('dev')}`;
}

/** Says in some lines what came back, and how fast. */
export function describeTraffic({ seconds, sent, statuses, latencies }: Traffic): string {
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

/**
 * Says how far traffic has come that goes on for so many seconds, or without end: in a terminal on
 * one line that changes, with a bar if there is an end; elsewhere in some lines.
 */
export function followTraffic(
  seconds: number,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stdout,
): (traffic: Traffic) => void {
  const isBounded = Number.isFinite(seconds);
  if (stream.isTTY) {
    return (traffic) => {
      stream.write(
        `\r\u001B[K${isBounded ? bar(traffic, seconds) : ''}${progressOf(traffic, seconds)}`,
      );
    };
  }
  // At most ten lines if there is an end, and not more than one in five seconds.
  const every = isBounded ? Math.max(5, seconds / 10) : 60;
  let next = every;
  return (traffic) => {
    if (traffic.seconds < next) return;
    next += every;
    stream.write(`${progressOf(traffic, seconds)}\n`);
  };
}

function bar(traffic: Traffic, seconds: number): string {
  const done = Math.min(30, Math.round((traffic.seconds / seconds) * 30));
  return `[${'#'.repeat(done)}${'.'.repeat(30 - done)}] `;
}

/** How far traffic has come that goes on for so many seconds, or without end. */
export function progressOf(traffic: Traffic, seconds: number): string {
  const none = traffic.statuses.get('none') ?? 0;
  const far = Math.min(seconds, traffic.seconds).toFixed(0);
  const of = Number.isFinite(seconds) ? ` of ${seconds}` : '';
  return `${far}${of} s, ${requests(traffic.sent)}${none > 0 ? `, ${none} without an answer` : ''}`;
}
