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
