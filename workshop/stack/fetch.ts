import { until } from '../../checks/harness/program.ts';

/** An answer is longer than whoever asked takes. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/**
 * Fetches `url` and its whole answer within `ms` milliseconds.
 * @param mostBytes the longest answer that is read, unpacked
 * @returns the answer; undefined if there is none in time
 * @throws {TooLong} if it is longer than that; what has come of it is dropped
 */
export async function fetchWithin(
  ms: number,
  url: string | URL,
  init: RequestInit = {},
  mostBytes = Infinity,
): Promise<{ ok: boolean; status: number; text: string } | undefined> {
  // Not AbortSignal.timeout: its timer does not keep Node alive, and neither does a fetch whose
  // connection was just accepted by Docker and is closed again. Node would end in mid-wait.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    const response = await fetch(url, { ...init, signal: late.signal });
    const text = await textOf(response, mostBytes);
    return { ok: response.ok, status: response.status, text };
  } catch (error) {
    if (error instanceof TooLong) throw error;
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: Response, mostBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    // Leaving the loop ends the connection.
    if (bytes > mostBytes) throw new TooLong(`More than ${mostBytes} bytes came from there.`);
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

/**
 * Waits until `url` answers over HTTP; with `ok`, until it answers with success.
 * @param giveUp is asked between the tries, and ends the wait
 * @returns whether it answered before the deadline
 */
export async function untilAnswers(
  url: string,
  { ok = false, deadlineMs, giveUp }: { ok?: boolean; deadlineMs: number; giveUp?: () => boolean },
): Promise<boolean> {
  let answered = false;
  await until(async () => {
    if (giveUp?.()) return true;
    const answer = await fetchWithin(2000, url);
    answered = answer !== undefined && (answer.ok || !ok);
    return answered;
  }, deadlineMs);
  return answered;
}
