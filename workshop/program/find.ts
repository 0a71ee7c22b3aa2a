import { until } from '../../checks/harness/program.ts';
import type { Values } from '../terminal/arguments.js';
import { fetchWithin } from '../stack/fetch.ts';

/** A program that restarts after a save answers again within this time, in milliseconds. */
const RESTART_MS = 3000;

/** `fetch` can wait for ever on a connection that was cut as it began: so long for one look, in ms. */
const LOOK_MS = 1000;

/** Where the program may be: step 11 serves its visitors on 8000, all others on 8001. */
export function visitorUrls({
  PORT,
  PORT_8000,
  PORT_8001,
}: Pick<Values<'load'>, 'PORT' | 'PORT_8000' | 'PORT_8001'>): URL[] {
  const ports = PORT === undefined ? [PORT_8000, PORT_8001] : [PORT];
  return ports.map((port) => new URL(`http://localhost:${port}`));
}

/** Where the program serves its visitors; undefined if it does not answer for a moment. */
export async function untilFound(candidates: readonly URL[]): Promise<string | undefined> {
  let url: string | undefined;
  await until(async () => {
    url = await findProgramUrl(candidates);
    return url !== undefined;
  }, RESTART_MS);
  return url;
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
