import { until } from '../../checks/harness/program.ts';

/**
 * Fetches `url` and its whole answer within `ms` milliseconds.
 * @returns the answer; undefined if there is none in time
 */
export async function fetchWithin(
  ms: number,
  url: string | URL,
  init: RequestInit = {},
): Promise<{ ok: boolean; status: number; text: string } | undefined> {
  // Not AbortSignal.timeout: its timer does not keep Node alive, and neither does a fetch whose
  // connection was just accepted by Docker and is closed again. Node would end in mid-wait.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    const response = await fetch(url, { ...init, signal: late.signal });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
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
